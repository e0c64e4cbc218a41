/** How many failures are borne, and for how long they count. */
export type FailureLimits = {
  /** This many attempts may fail; the next is not made. */
  failuresMax: number;
  /** Failures are forgotten this long after the last of them. */
  windowMs: number;
  /** Keys that are remembered at the most, so that made-up ones cannot fill the memory. */
  keysMax: number;
};

/** When each failure happened, the last one last. */
type Entry = { times: number[] };

/**
 * Counts failures per key in this process. An attempt counts as failed from its beginning until it is
 * forgiven, so that a hundred guesses sent at once are no way around the limit.
 */
export class FailureLimiter {
  readonly #limits: FailureLimits;
  readonly #now: () => number;
  /** The least recently used key comes first. */
  readonly #entries = new Map<string, Entry>();

  constructor(limits: FailureLimits, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  /** How many milliseconds the key is blocked for; 0 when an attempt may be made. */
  blockedMs(key: string): number {
    const entry = this.#entries.get(key);
    if (!entry || entry.times.length < this.#limits.failuresMax) return 0;
    return Math.max(0, this.#until(entry) - this.#now());
  }

  /**
   * An attempt begins.
   *
   * @returns takes it back: it was none to be counted, and what was there before is as it would have been.
   */
  count(key: string): () => void {
    const now = this.#now();
    const entry = this.#entries.get(key);
    const times = entry && this.#until(entry) > now ? entry.times : [];
    const counted: Entry = { times: [...times, now] };
    this.#entries.delete(key);
    if (this.#entries.size >= this.#limits.keysMax) this.#forgetOldest();
    this.#entries.set(key, counted);
    return () => {
      const current = this.#entries.get(key);
      const index = current?.times.lastIndexOf(now) ?? -1;
      if (!current || index < 0) return;
      current.times.splice(index, 1);
      if (current.times.length === 0) this.#entries.delete(key);
    };
  }

  /** Everything of this key is forgiven. */
  reset(key: string): void {
    this.#entries.delete(key);
  }

  #until({ times }: Entry): number {
    return (times.at(-1) ?? -Infinity) + this.#limits.windowMs;
  }

  #forgetOldest(): void {
    for (const key of this.#entries.keys()) {
      this.#entries.delete(key);
      return;
    }
  }
}
