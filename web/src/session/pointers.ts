import type { PointerPlace } from '../../../sfu/protocol/documents.ts';
import { limits } from '../../../sfu/protocol/limits.ts';

/** A pointer that has not moved for this long rests: its place is told once more, reliably. */
const restAfterMs = 150;

export type PointerLine = {
  /** Volatile. */
  move: (place: PointerPlace) => void;
  /** Reliable; null: it has left. */
  rest: (place: PointerPlace | null) => void;
};

/** Tells the own pointer (D4): at most every 33 ms while it moves, where it rests, and that it has gone. */
export class OwnPointer {
  readonly #line: PointerLine;
  #place: PointerPlace | null = null;
  #movedAt = -Infinity;
  /** Anything of it is on the others' screens. */
  #isSeen = false;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(line: PointerLine) {
    this.#line = line;
  }

  point(place: PointerPlace | null): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    this.#place = place;
    if (!place) {
      this.#leave();
      return;
    }
    const waitMs = this.#movedAt + limits.pointerIntervalMs - performance.now();
    if (waitMs <= 0) this.#move();
    else this.#later(waitMs, () => this.#move());
    this.#later(restAfterMs, () => this.#line.rest(place));
    this.#later(limits.pointerRestMs, () => this.#leave());
  }

  #move(): void {
    if (!this.#place) return;
    this.#movedAt = performance.now();
    this.#isSeen = true;
    this.#line.move(this.#place);
  }

  #leave(): void {
    if (this.#isSeen) this.#line.rest(null);
    this.#isSeen = false;
  }

  #later(delayMs: number, act: () => void): void {
    this.#timers.push(setTimeout(act, delayMs));
  }
}
