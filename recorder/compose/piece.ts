import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FfmpegError, runFfmpeg, type FfmpegFile } from '../ffmpeg.ts';
import { isVp9Keyframe, readIvf } from '../formats/ivf.ts';
import { readOggOpus } from '../formats/ogg.ts';
import type { PiecePlan } from '../timeline/types.ts';
import { audioEncoding, packetMs, videoEncoding } from './encoding.ts';
import { preparePiece, type Around, type PieceInputs, type PieceMaterial } from './inputs.ts';
import { framesOf, momentsBefore, pictureGraph } from './picture.ts';
import { leadMs, soundGraph } from './sound.ts';
import { pageTurns } from './turns.ts';

/** What one piece of a recording is when it is done, ready to be joined to the others by copy. */
export type ComposedPiece = {
  durationMs: number;
  /** VP9 frames, 15 for each second, the first a keyframe; null in a recording of sound only. */
  video: Buffer[] | null;
  /** Opus packets of 20 ms that fill the piece exactly. */
  sound: Buffer[];
  /** What ffmpeg complained about, and what was left out because of it. For the log. */
  complaints: string[];
};

export type PieceOrder = PieceMaterial & {
  plan: PiecePlan;
  around: Around;
  /** An existing folder; everything made in it is gone afterwards. */
  workDir: string;
  niceness: number;
  signal?: AbortSignal | undefined;
};

const timeoutMs = 180_000;
const stallMs = 30_000;
/** Every piece of work runs in one thread, beside meetings that need the others. */
const oneThread = ['-filter_complex_threads', '1', '-filter_threads', '1'];

/**
 * Composes a piece by one ffmpeg command that is a function of the plan and of what was captured. What a browser
 * sent may be damaged in any way: what cannot be read is left out, and the length is right nevertheless.
 *
 * @throws {FfmpegError} when it was aborted or killed, when there is no room, or when ffmpeg fails without any of the
 * tracks
 */
export async function composePiece(order: PieceOrder): Promise<ComposedPiece> {
  const { plan, around, workDir, signal } = order;
  const folder = await mkdtemp(join(workDir, 'piece-'));
  const complaints: string[] = [];
  try {
    const attempt = async (inputs: PieceInputs): Promise<ComposedPiece | null> => {
      try {
        return await compose(order, inputs, folder, complaints);
      } catch (error) {
        if (!mayHelpToLeaveOut(error) || signal?.aborted) throw error;
        complaints.push((error as Error).message);
        return null;
      }
    };
    const everything = await preparePiece(plan, order, around, folder, new Set());
    // What fails once only is no fault of what was captured: nothing is left out for it.
    const whole = (await attempt(everything)) ?? (await attempt(everything));
    if (whole) return whole;
    const unreadable = await findUnreadable(everything, order);
    if (unreadable.size > 0) {
      const readable = await preparePiece(plan, order, around, folder, unreadable);
      complaints.push(`Left out, because they cannot be decoded: ${unreadable.size} files.`);
      const most = await attempt(readable);
      if (most) return most;
    }
    const tracks = new Set(
      everything.files.map(({ file }) => file).filter((file) => file.startsWith(folder)),
    );
    const bare = await preparePiece(plan, order, around, folder, tracks);
    complaints.push('Left out all faces and voices, because ffmpeg fails with them.');
    return await compose(order, bare, folder, complaints);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class WrongLength extends Error {}

/**
 * Not where somebody has killed ffmpeg, be it a system that is short of memory, nor where it was too slow, because
 * the machine was: another time it will work.
 */
function mayHelpToLeaveOut(error: unknown): boolean {
  if (error instanceof WrongLength) return true;
  if (!(error instanceof FfmpegError) || error.isForWantOfRoom) return false;
  return error.reason === 'failed';
}

async function compose(
  order: PieceOrder,
  inputs: PieceInputs,
  folder: string,
  complaints: string[],
): Promise<ComposedPiece> {
  const { durationMs } = order.plan;
  const command = commandOf(inputs, order, folder);
  const { niceness, signal } = order;
  complaints.push(...(await runFfmpeg({ ...command, niceness, timeoutMs, stallMs, signal })));

  const leadPackets = leadMs / packetMs;
  const { packets } = readOggOpus(await readFile(join(folder, 'sound.ogg')));
  const sound = packets.slice(leadPackets, leadPackets + durationMs / packetMs);
  if (sound.length !== durationMs / packetMs) {
    throw new WrongLength(`The piece has ${sound.length} packets of sound for ${durationMs} ms.`);
  }
  if (!inputs.layers) return { durationMs, video: null, sound, complaints };

  const { all } = readIvf(await readFile(join(folder, 'picture.ivf')));
  const first = all[0]?.data;
  if (all.length !== framesOf(durationMs) || !first || !isVp9Keyframe(first)) {
    throw new WrongLength(
      `The piece has ${all.length} frames for ${durationMs} ms, or begins with no keyframe.`,
    );
  }
  return { durationMs, video: all.map(({ data }) => data), sound, complaints };
}

/** Inputs, filters and outputs of the command that makes a piece. Pure. */
export function commandOf(
  inputs: PieceInputs,
  order: { plan: PiecePlan; around: Around },
  folder: string,
): { inputs: FfmpegFile[]; filterGraph: string; outputs: FfmpegFile[] } {
  const { durationMs } = order.plan;
  const continues = { before: order.around.beforeMs > 0, after: order.around.afterMs > 0 };
  const { filters } = soundGraph(inputs.sounds, { durationMs, continues });
  const outputs = [
    {
      file: join(folder, 'sound.ogg'),
      options: [...oneThread, '-map', '[sound]', ...audioEncoding, '-f', 'ogg'],
    },
  ];
  if (inputs.layers) {
    const turns = pageTurns(order.plan.layers, durationMs);
    filters.push(...pictureGraph(inputs.layers, durationMs));
    outputs.push({
      file: join(folder, 'picture.ivf'),
      options: [
        ...['-map', '[picture]', ...videoEncoding],
        ...(turns.length > 0 ? ['-force_key_frames', momentsBefore(turns).join(',')] : []),
        ...['-frames:v', String(framesOf(durationMs)), '-f', 'ivf'],
      ],
    });
  }
  return { inputs: inputs.files, filterGraph: filters.join(';'), outputs };
}

/** Decodes each track alone. */
async function findUnreadable(
  { files, layers, sounds }: PieceInputs,
  { niceness, signal }: PieceOrder,
): Promise<Set<string>> {
  const tracks = new Set([
    ...(layers ?? []).flatMap((entry) => ('sources' in entry ? entry.sources : [])),
    ...sounds,
  ]);
  const unreadable = new Set<string>();
  for (const { input } of tracks) {
    const file = files[input];
    if (!file) continue;
    const nothing = { file: '-', options: ['-f', 'null'] };
    const command = { inputs: [file], outputs: [nothing], niceness, timeoutMs, stallMs, signal };
    const isReadable = await runFfmpeg(command).then(
      (lines) => !lines.some((line) => /Output file is empty/.test(line)),
      (error: unknown) => {
        if (mayHelpToLeaveOut(error)) return false;
        throw error;
      },
    );
    if (!isReadable) unreadable.add(file.file);
  }
  return unreadable;
}
