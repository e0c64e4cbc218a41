import { limits } from '../protocol/limits.ts';

/** How long a meeting is patient, in milliseconds. Tests make these shorter; nothing else does. */
export type Timings = {
  numberGraceMs: number;
  lostLineMs: number;
  lostSignallingMs: number;
  abandonedMs: number;
};

export const timings: Timings = {
  numberGraceMs: limits.numberGraceMs,
  lostLineMs: limits.lostLineMs,
  lostSignallingMs: limits.lostSignallingMs,
  abandonedMs: limits.abandonedMs,
};
