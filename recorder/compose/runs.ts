import type { RawFrame } from '../capture/raw.ts';
import { opusRate, opusSamples } from '../formats/opus.ts';

/** What was captured of a track, made into stretches that a decoder takes without surprises. Pure. */

/** Frames of one size, from a keyframe on. Chromium changes the size of VP8 whenever the line changes. */
export type VideoRun = { width: number; height: number; frames: RawFrame[] };

/**
 * Every run costs a decoder and a scaler; more sizes than this within a piece do not come from an honest camera.
 */
const maxRuns = 8;

/**
 * @param frames in the order of their times; what comes before the first keyframe cannot be shown and is left out
 * @returns in the order of time; where there are too many, the longest ones
 */
export function videoRuns(frames: RawFrame[]): VideoRun[] {
  const runs: VideoRun[] = [];
  for (const frame of frames) {
    const run = runs.at(-1);
    const isOtherSize = frame.isKeyframe && (run?.width !== frame.width || run.height !== frame.height);
    if (isOtherSize) runs.push({ width: frame.width, height: frame.height, frames: [frame] });
    else run?.frames.push(frame);
  }
  // What had ended before the piece began is not seen.
  const seen = runs.filter((_, index) => (runs[index + 1]?.frames[0]?.timeMs ?? Infinity) > 0);
  const longest = seen.toSorted((a, b) => b.frames.length - a.frames.length).slice(0, maxRuns);
  return seen.filter((run) => longest.includes(run));
}

/** A packet begins where the one before has ended, unless its own time is farther than this from there. */
const jumpMs = 15;

const whole = (timeMs: number) => Math.round(timeMs);

/**
 * Gives packets times without the roundness of clocks: what came one after the other follows without a seam, gaps
 * (silence, loss) stay where they are, and what would overlap is left out.
 *
 * The result must not depend on where a piece begins, or joints would click: so the times of a track have to stand
 * on its own clock (RTP timestamps), not on that of arrival.
 *
 * @param startMs what becomes 0; packets that begin before are left out
 */
export function placedPackets(
  packets: RawFrame[],
  startMs: number,
  endMs: number,
): { timeMs: number; data: Buffer }[] {
  const placed: { timeMs: number; data: Buffer }[] = [];
  let end = -Infinity;
  for (const { timeMs: time, data } of packets) {
    const durationMs = (opusSamples(data) * 1000) / opusRate;
    if (durationMs === 0 || time < startMs || time >= endMs) continue;
    const from = time - startMs;
    if (from < end - jumpMs) continue;
    const at = from > end + jumpMs ? from : end;
    placed.push({ timeMs: whole(at), data });
    end = at + durationMs;
  }
  return placed;
}
