import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Chapter } from '../../sfu/protocol/recording.ts';
import { colorOptions, preSkipSamples } from '../compose/encoding.ts';
import { runFfmpeg } from '../ffmpeg.ts';
import { opusRate } from '../formats/opus.ts';
import { chaptersWithin, ffmetadata } from './chapters.ts';
import { checkRecording } from './check.ts';

export type FinishOrder = {
  chapters: Chapter[];
  /** The file that is made; its folder is made, too. */
  to: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  title: string;
  niceness: number;
  signal?: AbortSignal | undefined;
};

export type FinishedPart = { bytes: number; durationMs: number; chapters: Chapter[] };

const timeoutMs = 600_000;
/** For the cues, at the front, so that a browser can seek before it has the end: measured 18 bytes for each, … */
const indexBytesPerCue = 24;
const indexBytesAtLeast = 1_024;
/** … of which there is one for each cluster of 5 s at the least and one for each keyframe (compose/turns.ts: of turned pages one a second at the most). */
const cuesPerSecond = 1.75;

/**
 * From joined pieces to the WebM that people play, by stream copy: takes a second for an hour.
 *
 * @param part `video` is null when there is only sound
 */
export async function finishPart(
  part: { video: string | null; sound: string; composedMs: number },
  order: FinishOrder,
): Promise<FinishedPart> {
  const { to, createdAt, title, niceness, signal } = order;
  const { video, sound, composedMs: durationMs } = part;
  const chapters = chaptersWithin(order.chapters, durationMs);
  await mkdir(dirname(to), { recursive: true });
  const unfinished = `${to}.unfinished`;
  const notes = `${to}.chapters`;
  try {
    await writeFile(notes, ffmetadata(title, chapters, durationMs));
    const inputs = [
      ...(video === null ? [] : [{ file: video, options: ['-f', 'ivf'] }]),
      // Ogg puts the pre-skip before zero, and ffmpeg would move picture and chapters apart to make up for that.
      { file: sound, options: ['-itsoffset', String(preSkipSamples / opusRate), '-f', 'ogg'] },
      { file: notes, options: ['-f', 'ffmetadata'] },
    ];
    const last = String(inputs.length - 1);
    const maps = video === null ? ['-map', '0:a'] : ['-map', '0:v', '-map', '1:a', ...colorOptions];
    const reserved = indexBytesAtLeast + Math.ceil((durationMs / 1000) * cuesPerSecond) * indexBytesPerCue;
    await runFfmpeg({
      inputs,
      outputs: [
        {
          file: unfinished,
          options: [
            ...maps,
            ...['-c', 'copy', '-map_metadata', last, '-map_chapters', last],
            ...['-metadata', `creation_time=${new Date(createdAt).toISOString()}`],
            ...['-reserve_index_space', String(reserved), '-f', 'webm'],
          ],
        },
      ],
      niceness,
      timeoutMs,
      signal,
    });
    const expected = { hasVideo: video !== null, durationMs, chapters: chapters.length, niceness, signal };
    await checkRecording(unfinished, expected);
    const bytes = await putInPlace(unfinished, to);
    return { bytes, durationMs, chapters };
  } finally {
    await rm(unfinished, { force: true });
    await rm(notes, { force: true });
  }
}

/** Under its name only when all of it is on the disk. @returns its size */
export async function putInPlace(unfinished: string, to: string): Promise<number> {
  const file = await open(unfinished, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, to);
  const folder = await open(dirname(to), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return (await stat(to)).size;
}
