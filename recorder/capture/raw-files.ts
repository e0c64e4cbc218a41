import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { id } from '../../sfu/protocol/values.ts';
import { mediaSource } from '../../sfu/protocol/view.ts';
import type { RawFrame, TrackInfo } from './raw.ts';
import { decodeRecords } from './raw-record.ts';

export { RawWriter } from './raw-writer.ts';
export type { RawWriterOptions } from './raw-writer.ts';

export type FrameTime = Omit<RawFrame, 'data'>;

const trackInfo = z.object({
  trackId: id,
  participantId: id,
  source: mediaSource,
  codec: z.enum(['opus', 'vp8', 'h264']),
});

/** Where the tracks of a take lie. */
export function trackDirOf(takeDir: string, trackId: string): string {
  return path.join(takeDir, 'tracks', trackId);
}

/** The tracks of a take. Folders that were not whole when a crash came are passed over. */
export async function listTracks(takeDir: string): Promise<TrackInfo[]> {
  const folder = path.join(takeDir, 'tracks');
  const names = await readdir(folder).catch(nothingIfMissing<string>);
  const tracks = await Promise.all(names.toSorted().map((name) => readTrackInfo(path.join(folder, name))));
  return tracks.filter((track) => track !== null);
}

/**
 * The frames of a track from `fromMs` until before `toMs`, take time, in their order; also of a file that is being
 * written. Damaged ones are left out.
 *
 * @param fromKeyframe for decoding: from the last keyframe at or before `fromMs` on, however long before that is;
 *   from the first one after it where there is none before.
 */
export async function readFrames(
  trackDir: string,
  fromMs: number,
  toMs: number,
  { fromKeyframe = false }: { fromKeyframe?: boolean } = {},
): Promise<RawFrame[]> {
  const files = await filesOf(trackDir);
  const first = firstFile(files, fromMs);
  const frames: RawFrame[] = [];
  for (const file of files.slice(first)) {
    if (file.startMs >= toMs) break;
    const read = await framesOf(trackDir, file);
    frames.push(...read.filter(({ timeMs }) => timeMs < toMs));
  }
  if (!fromKeyframe) return frames.filter(({ timeMs }) => timeMs >= fromMs);

  const isBefore = ({ timeMs, isKeyframe }: RawFrame) => isKeyframe && timeMs <= fromMs;
  for (let file = first - 1; file >= 0 && !frames.some(isBefore); file--) {
    const earlier = files[file];
    if (earlier) frames.unshift(...(await framesOf(trackDir, earlier)));
  }
  const before = frames.findLastIndex(isBefore);
  const start =
    before >= 0 ? before : frames.findIndex(({ timeMs, isKeyframe }) => isKeyframe && timeMs >= fromMs);
  return start < 0 ? [] : frames.slice(start);
}

/**
 * When the frames of a track were made, without the frames; of an hour's track read only what is of use, for it
 * looks through every file in the range.
 */
export async function readTimes(trackDir: string, fromMs = 0, toMs = Infinity): Promise<FrameTime[]> {
  const files = await filesOf(trackDir);
  const times: FrameTime[] = [];
  for (const file of files.slice(firstFile(files, fromMs))) {
    if (file.startMs >= toMs) break;
    for (const { timeMs, isKeyframe, width, height } of await framesOf(trackDir, file)) {
      if (timeMs >= fromMs && timeMs < toMs) times.push({ timeMs, isKeyframe, width, height });
    }
  }
  return times;
}

type RawFile = { startMs: number };

/** In the order of time. */
async function filesOf(trackDir: string): Promise<RawFile[]> {
  const names = await readdir(trackDir).catch(nothingIfMissing<string>);
  return names
    .flatMap((name) => {
      const start = /^(\d+)\.raw$/.exec(name)?.[1];
      return start === undefined ? [] : [{ startMs: Number(start) }];
    })
    .toSorted((a, b) => a.startMs - b.startMs);
}

/** The index of the file with what was at this time, or of the very first one. */
function firstFile(files: RawFile[], atMs: number): number {
  return Math.max(
    0,
    files.findLastIndex(({ startMs }) => startMs <= atMs),
  );
}

async function framesOf(trackDir: string, { startMs }: RawFile): Promise<RawFrame[]> {
  try {
    return [...decodeRecords(await readFile(path.join(trackDir, `${startMs}.raw`)))];
  } catch (error) {
    // What is finished goes while others read.
    return nothingIfMissing(error);
  }
}

async function readTrackInfo(trackDir: string): Promise<TrackInfo | null> {
  try {
    const { success, data } = trackInfo.safeParse(
      JSON.parse(await readFile(path.join(trackDir, 'track.json'), 'utf8')),
    );
    return success ? data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    if (isMissing(error)) return null;
    throw error;
  }
}

const isMissing = (error: unknown) =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

function nothingIfMissing<T>(error: unknown): T[] {
  if (isMissing(error)) return [];
  throw error;
}
