/** How many failures are borne, and for how long they count. */
export type FailureLimits = {
  /** This many attempts may fail; the next is not made. */
  failuresMax: number;
  /** Failures are forgotten this long after the last of them. */
  windowMs: number;
  /** Keys that are remembered at the most, so that made-up ones cannot fill the memory. */
  keysMax: number;
};

type Entry = { failures: number; until: number };

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
    if (!entry || entry.failures < this.#limits.failuresMax) return 0;
    return Math.max(0, entry.until - this.#now());
  }

  /** An attempt begins. */
  count(key: string): void {
    const now = this.#now();
    const entry = this.#entries.get(key);
    const failures = entry && entry.until > now ? entry.failures + 1 : 1;
    this.#entries.delete(key);
    if (this.#entries.size >= this.#limits.keysMax) this.#forgetOldest();
    this.#entries.set(key, { failures, until: now + this.#limits.windowMs });
  }

  /** The attempt was none to be counted. */
  takeBack(key: string): void {
    const entry = this.#entries.get(key);
    if (entry) entry.failures = Math.max(0, entry.failures - 1);
  }

  /** Everything of this key is forgiven. */
  reset(key: string): void {
    this.#entries.delete(key);
  }

  #forgetOldest(): void {
    for (const key of this.#entries.keys()) {
      this.#entries.delete(key);
      return;
    }
  }
}
