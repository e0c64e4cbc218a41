import { rm } from 'node:fs/promises';
import { probe, runFfmpeg } from '../ffmpeg.ts';
import { FinishError } from './check.ts';
import { putInPlace } from './finish.ts';

export type Mp4Order = {
  durationMs: number;
  /** From 0 to 1. */
  onProgress?: (done: number) => void;
  signal?: AbortSignal;
  niceness?: number;
};

/** Nobody waits for it as for a call. */
const usualNiceness = 15;
/** A slow machine that has much else to do still makes a copy in twice the time that the recording lasts. */
const timeoutFactor = 2;
const timeoutAtLeastMs = 120_000;
const toleranceMs = 200;

/** Main profile, level 3.1: what every iPhone plays, and enough for 1280×720. */
const videoOptions = [
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p'],
  ...['-profile:v', 'main', '-level:v', '3.1', '-threads', '2'],
];
const audioOptions = ['-c:a', 'aac', '-b:a', '128k', '-ar', '48000'];

/**
 * A copy in H.264 and AAC with its chapters, for what cannot play WebM. Of sound only, it is AAC alone.
 *
 * @throws {FfmpegError} also when it is aborted; {FinishError} when the copy is not what it should be. There is
 *   nothing under the final name then.
 */
export async function makeMp4(from: string, to: string, order: Mp4Order): Promise<{ bytes: number }> {
  const { durationMs, onProgress, signal, niceness = usualNiceness } = order;
  const unfinished = `${to}.unfinished`;
  const hasVideo = (await probe(from)).streams.some((stream) => stream.codec_type === 'video');
  try {
    await runFfmpeg({
      inputs: [{ file: from, options: ['-threads', '1'] }],
      outputs: [
        {
          file: unfinished,
          options: [
            ...(hasVideo ? ['-map', '0:v:0', ...videoOptions] : []),
            ...['-map', '0:a:0', ...audioOptions, '-map_metadata', '0', '-map_chapters', '0'],
            ...['-movflags', '+faststart', '-f', 'mp4'],
          ],
        },
      ],
      niceness,
      timeoutMs: Math.max(timeoutAtLeastMs, durationMs * timeoutFactor),
      signal,
      onProgress: (madeMs) => onProgress?.(Math.min(1, Math.max(0, madeMs / durationMs))),
    });
    const { format } = await probe(unfinished);
    if (!(Math.abs((format.duration ?? NaN) * 1000 - durationMs) <= toleranceMs)) {
      throw new FinishError(
        'duration',
        `The copy lasts ${String(format.duration)} s instead of ${durationMs} ms.`,
      );
    }
    const bytes = await putInPlace(unfinished, to);
    onProgress?.(1);
    return { bytes };
  } finally {
    await rm(unfinished, { force: true });
  }
}
