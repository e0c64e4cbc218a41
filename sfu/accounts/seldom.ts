/** There is room for everybody of a large organisation. */
const keysMax = 10_000;

/** Says for each key at most once in a while that it is time. */
export class Seldom {
  readonly #everyMs: number;
  readonly #now: () => number;
  /** When each was told last, the one that was told longest ago first. */
  readonly #last = new Map<string, number>();

  constructor(everyMs: number, now: () => number = Date.now) {
    this.#everyMs = everyMs;
    this.#now = now;
  }

  isTime(key: string): boolean {
    const now = this.#now();
    const last = this.#last.get(key);
    if (last !== undefined && now - last < this.#everyMs) return false;
    this.#last.delete(key);
    this.#last.set(key, now);
    for (const [first] of this.#last) {
      if (this.#last.size <= keysMax) break;
      this.#last.delete(first);
    }
    return true;
  }
}
