import { createSubscriber } from 'svelte/reactivity';

const tickMs = 1_000;

/** The time, once a second, as long as somebody on the screen looks at it. */
class Clock {
  readonly #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, tickMs);
    return () => clearInterval(timer);
  });

  /** Milliseconds since 1970. */
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

export const clock = new Clock();
