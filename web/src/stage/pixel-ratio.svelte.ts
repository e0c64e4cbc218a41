import { createSubscriber } from 'svelte/reactivity';

/** Device pixels to a CSS pixel: another number after zooming the browser or moving to another screen. */
class PixelRatio {
  readonly #subscribe = createSubscriber((update) => {
    let query: MediaQueryList | null = null;
    const changed = () => {
      watch();
      update();
    };
    function watch() {
      query?.removeEventListener('change', changed);
      query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
      query.addEventListener('change', changed);
    }
    watch();
    return () => query?.removeEventListener('change', changed);
  });

  get current(): number {
    this.#subscribe();
    return devicePixelRatio || 1;
  }
}

export const pixelRatioNow = new PixelRatio();
