import type { Logger } from 'pino';
import type { Composition } from './composition.ts';

/** A piece of a meeting that runs becomes due by the clock alone. */
const lookMs = 500;

/**
 * Gives compositions their turns: so many at once, those of meetings that are over first, because somebody waits
 * for them, then each in its turn.
 */
export class Compositor {
  readonly #atOnce: number;
  readonly #log: Logger;
  readonly #waiting = new Set<Composition>();
  readonly #busy = new Map<Composition, Promise<void>>();
  readonly #looking: NodeJS.Timeout;
  #isClosed = false;

  constructor(atOnce: number, log: Logger) {
    this.#atOnce = atOnce;
    this.#log = log;
    this.#looking = setInterval(() => {
      this.wake();
    }, lookMs);
  }

  add(composition: Composition): void {
    this.#waiting.add(composition);
  }

  /** Resolves when nothing is done for it any more. A composition that removes itself does not wait. */
  async remove(composition: Composition): Promise<void> {
    this.#waiting.delete(composition);
    await this.#busy.get(composition);
  }

  /** Something may be due. */
  wake(): void {
    while (!this.#isClosed && this.#busy.size < this.#atOnce) {
      const due = [...this.#waiting].filter((each) => !this.#busy.has(each) && each.isDue);
      const next = due.toSorted((a, b) => b.urgency - a.urgency)[0];
      if (!next) return;
      this.#busy.set(next, this.#turn(next));
    }
  }

  async #turn(composition: Composition): Promise<void> {
    try {
      await composition.step();
    } catch (error) {
      this.#log.error({ error }, 'a step of a composition failed');
    } finally {
      this.#busy.delete(composition);
      this.wake();
    }
  }

  /** What is being composed is begun again by the next recorder. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#looking);
  }
}
