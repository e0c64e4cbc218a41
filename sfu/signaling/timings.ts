import { sessionIdleMs } from '../accounts/sessions.ts';
import { limits } from '../protocol/limits.ts';

/** How long the server is patient, in milliseconds. Tests make these shorter; nothing else does. */
export type Timings = {
  numberGraceMs: number;
  lostLineMs: number;
  lostSignallingMs: number;
  abandonedMs: number;
  /** For how long a page's session is believed without looking it up again. */
  sessionCheckMs: number;
  /** After this long a desk that only listens is looked up as well: its session may have run out. */
  quietDeskMs: number;
  /** How often numbers that nobody holds any more are looked for. */
  releaseNumbersMs: number;
};

export const timings: Timings = {
  numberGraceMs: limits.numberGraceMs,
  lostLineMs: limits.lostLineMs,
  lostSignallingMs: limits.lostSignallingMs,
  abandonedMs: limits.abandonedMs,
  sessionCheckMs: 60_000,
  quietDeskMs: sessionIdleMs,
  releaseNumbersMs: 10 * 60_000,
};
