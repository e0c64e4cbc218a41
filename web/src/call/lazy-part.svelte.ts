/** A part of the call that is fetched when it is first needed: most calls begin without it. */
export class LazyPart<T> {
  readonly #fetch: () => Promise<T>;
  #loading: Promise<T | null> | null = null;
  part = $state.raw<T | null>(null);
  /**
   * The line was away, or the server has newer pages. Browsers remember a module that could not be fetched: what
   * helps for certain is to load the page anew, which costs nobody the call (C7).
   */
  failed = $state(false);

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  /** Safe to repeat. @returns null when it cannot be had now */
  load(): Promise<T | null> {
    this.failed = false;
    this.#loading ??= this.#fetch().then(
      (part) => (this.part = part),
      () => {
        this.failed = true;
        this.#loading = null;
        return null;
      },
    );
    return this.#loading;
  }
}
