type Waiting = {
  start: () => void;
  onAhead: (ahead: number) => void;
  /** What was told last. */
  ahead: number | null;
};

/** Lets a few jobs run at a time, in the order in which they came, and tells each how many come first. */
export class Turns {
  readonly #atOnce: number;
  #running = 0;
  readonly #waiting: Waiting[] = [];

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /**
   * Waits for a turn.
   * @returns what ends the turn
   * @throws the signal's reason
   */
  async take(onAhead: (ahead: number) => void, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const mine: Waiting = { start: () => resolve(undefined), onAhead, ahead: null };
    const giveUp = () => {
      const place = this.#waiting.indexOf(mine);
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      this.#tell();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.push(mine);
    this.#next();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#running -= 1;
      this.#next();
    };
  }

  #next(): void {
    while (this.#running < this.#atOnce) {
      const first = this.#waiting.shift();
      if (!first) break;
      this.#running += 1;
      first.onAhead(0);
      first.start();
    }
    this.#tell();
  }

  #tell(): void {
    for (const [place, waiting] of this.#waiting.entries()) {
      if (waiting.ahead === place + 1) continue;
      waiting.ahead = place + 1;
      waiting.onAhead(waiting.ahead);
    }
  }
}
