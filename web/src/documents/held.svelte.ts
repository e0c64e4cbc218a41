/** Whoever types thinks for so long, and no longer, before going on. */
const pauseMs = 5_000;

/**
 * A field that follows something, such as the page on show, but not under the fingers of whoever types: it stays
 * with what they write to until they pause or leave it. While an input method composes, there is no pause.
 */
export class Held<T> {
  #value = $state.raw<T | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Null: it follows. */
  get value(): T | null {
    return this.#value;
  }

  /** @param shown what the field is for at this moment */
  typed(shown: T): void {
    this.compose(shown);
    this.#timer = setTimeout(() => this.release(), pauseMs);
  }

  /** An input method is composing; `typed` says that it has done. */
  compose(shown: T): void {
    clearTimeout(this.#timer);
    this.#value ??= shown;
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#value = null;
  }
}
