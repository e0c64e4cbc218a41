/** A part of the call that is fetched when it is first needed: most calls begin without it. */
export class LazyPart<T> {
  readonly #fetch: () => Promise<T>;
  part = $state.raw<T | null>(null);
  /** The line was away; `load` tries again. */
  failed = $state(false);
  #isLoading = false;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  /** Safe to repeat. */
  load(): void {
    if (this.part || this.#isLoading) return;
    this.#isLoading = true;
    this.failed = false;
    this.#fetch()
      .then(
        (part) => (this.part = part),
        () => (this.failed = true),
      )
      .finally(() => (this.#isLoading = false));
  }
}
