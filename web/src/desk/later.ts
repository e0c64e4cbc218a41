/** A part of the page that is fetched when it is first asked for. */
export class Later<Part> {
  readonly #fetch: () => Promise<Part>;
  #part: Promise<Part> | null = null;

  constructor(fetch: () => Promise<Part>) {
    this.#fetch = fetch;
  }

  get asked(): boolean {
    return this.#part !== null;
  }

  /** What could not be fetched is fetched anew the next time. */
  get(): Promise<Part> {
    if (this.#part) return this.#part;
    const part = this.#fetch();
    this.#part = part;
    part.catch(() => (this.#part = null));
    return part;
  }
}
