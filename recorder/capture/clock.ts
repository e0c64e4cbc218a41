import { unwrapTimestamp } from './rtp.ts';

/** At the beginning, the first packets decide together what the delay of the line is. */
const settleMs = 250;
/** Jitter is told from delay by the quickest packet in so long a time. */
const windowMs = 10_000;
const bucketMs = 500;
/** More than jitter and drift ever make: the sender paused, or its clock began anew. */
const jumpMs = 500;
/** While packets that were held up on the line come faster than time goes, nothing is decided … */
const catchingUpMs = 300;
const fallMs = 20;
/** … but not for ever. */
const undecidedMsMax = 1_000;
/** Where the envelope has risen, so fast the offset follows: a share of the difference a second, up to 1 %. */
const slewPerSecond = 1 / 20;
const slewMsPerSecondMax = 10;
/** The step of the raw files. */
const stepMs = 0.001;

/** How far arrival is behind the sender's clock, from a moment of arrival on. */
type Anchor = { fromMs: number; offsetMs: number };

/** Packets that are much too late: held up on the line, or the sender's clock stood still? */
type Doubt = { sinceMs: number; lowestMs: number; untilMs: number };

/**
 * Tells when the frames of one track were made, in take time, by their RTP timestamps and by when packets came.
 *
 * A packet comes when its frame was made, plus the delay of the line, plus jitter; jitter only ever adds. So the
 * lowest `arrival - timestamp` of the last seconds is the delay. The times follow it at once when it falls, for
 * nothing was made after it came, and slowly when it rises, so that the drift of a sender's clock is not heard.
 * When it jumps, the times begin anew. They never go back, and are never later than the frame came.
 *
 * Packets are to be shown to it as they come, in whatever order; frames are asked for in their order. All times are
 * milliseconds; there is no other clock in it.
 */
export class TrackClock {
  readonly #ticksPerMs: number;
  #reference: number | null = null;
  #anchor: Anchor = { fromMs: 0, offsetMs: 0 };
  #before: Anchor | null = null;
  #settledAtMs = Infinity;
  #doubt: Doubt | null = null;
  #observedAtMs = 0;
  #lastMs: number;
  /** The lowest of each half second of the window, oldest first. */
  #lowest: { fromMs: number; ms: number }[] = [];

  /**
   * @param clockRate ticks of the RTP timestamp per second.
   * @param afterMs times are later than this.
   */
  constructor(clockRate: number, afterMs = -Infinity) {
    this.#ticksPerMs = clockRate / 1_000;
    this.#lastMs = afterMs;
  }

  /** The last time that was given out. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** A packet came. Nothing older than what was observed before. */
  observe(timestamp: number, arrivalMs: number): void {
    if (this.#reference === null) {
      this.#reference = timestamp;
      this.#begin(arrivalMs, this.#lag(timestamp, arrivalMs), arrivalMs + settleMs);
      return;
    }
    this.#reference = unwrapTimestamp(this.#reference, timestamp);
    const lagMs = this.#lag(timestamp, arrivalMs);
    const behindMs = lagMs - this.#anchor.offsetMs;
    if (behindMs < -jumpMs) {
      this.#begin(arrivalMs, lagMs, arrivalMs + settleMs);
      return;
    }
    if (behindMs > jumpMs) {
      this.#doubtAt(arrivalMs, lagMs);
      return;
    }
    this.#doubt = null;
    this.#follow(arrivalMs, lagMs);
  }

  /**
   * Whether frames that came before `nowMs` can be given their time now; else ask again a little later. Never false
   * for more than a second.
   */
  isSettled(nowMs: number): boolean {
    if (this.#doubt && nowMs >= this.#doubt.untilMs) this.settle();
    return this.#doubt === null && nowMs >= this.#settledAtMs;
  }

  /** Decides by what has come until now: for the last frames before an end. */
  settle(): void {
    if (this.#doubt) this.#begin(this.#doubt.sinceMs, this.#doubt.lowestMs, this.#doubt.sinceMs);
  }

  /**
   * @param arrivalMs when the first packet of the frame came; it has been observed.
   * @returns later than all before.
   */
  timeOf(timestamp: number, arrivalMs: number): number {
    const { offsetMs } = this.#before && arrivalMs < this.#anchor.fromMs ? this.#before : this.#anchor;
    const madeMs = arrivalMs - this.#lag(timestamp, arrivalMs) + offsetMs;
    this.#lastMs = Math.max(Math.min(madeMs, arrivalMs), this.#lastMs + stepMs);
    return this.#lastMs;
  }

  #lag(timestamp: number, arrivalMs: number): number {
    return arrivalMs - unwrapTimestamp(this.#reference ?? timestamp, timestamp) / this.#ticksPerMs;
  }

  #begin(fromMs: number, offsetMs: number, settledAtMs: number): void {
    this.#before = this.#settledAtMs === Infinity ? null : this.#anchor;
    this.#anchor = { fromMs, offsetMs };
    this.#settledAtMs = settledAtMs;
    this.#observedAtMs = fromMs;
    this.#doubt = null;
    this.#lowest = [{ fromMs, ms: offsetMs }];
  }

  #doubtAt(arrivalMs: number, lagMs: number): void {
    this.#doubt ??= { sinceMs: arrivalMs, lowestMs: lagMs, untilMs: arrivalMs + catchingUpMs };
    const doubt = this.#doubt;
    if (lagMs < doubt.lowestMs - fallMs) {
      doubt.untilMs = Math.min(arrivalMs + catchingUpMs, doubt.sinceMs + undecidedMsMax);
    }
    doubt.lowestMs = Math.min(doubt.lowestMs, lagMs);
    this.isSettled(arrivalMs);
  }

  #follow(arrivalMs: number, lagMs: number): void {
    const last = this.#lowest.at(-1);
    if (last && arrivalMs < last.fromMs + bucketMs) last.ms = Math.min(last.ms, lagMs);
    else this.#lowest.push({ fromMs: arrivalMs, ms: lagMs });
    while ((this.#lowest[0]?.fromMs ?? Infinity) < arrivalMs - windowMs) this.#lowest.shift();

    const seconds = Math.max(0, arrivalMs - this.#observedAtMs) / 1_000;
    this.#observedAtMs = arrivalMs;
    let envelopeMs = Infinity;
    for (const { ms } of this.#lowest) envelopeMs = Math.min(envelopeMs, ms);
    const risenMs = envelopeMs - this.#anchor.offsetMs;
    if (risenMs <= 0) this.#anchor.offsetMs = envelopeMs;
    else
      this.#anchor.offsetMs += Math.min(
        risenMs,
        risenMs * slewPerSecond * seconds,
        slewMsPerSecondMax * seconds,
      );
  }
}
