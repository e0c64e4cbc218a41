/** Things that concern the same are done one after the other, in the order in which they were asked for. */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  async do<T>(about: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(about) ?? Promise.resolve();
    const mine = before.then(work);
    // The next does not fail because this one did; whoever asked for it is told.
    const settled = mine.catch(() => undefined);
    this.#last.set(about, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(about) === settled) this.#last.delete(about);
    }
  }
}
