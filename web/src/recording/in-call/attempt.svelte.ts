import type { Failure } from '../../session/api.ts';

/** One thing at a time that the server is asked for, and why the last one did not work. */
export class Attempt<Name extends string> {
  /** What is under way. */
  #doing = $state.raw<Name | null>(null);
  #failure = $state.raw<Failure | null>(null);

  get doing(): Name | null {
    return this.#doing;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  /** @returns whether it worked; false as well while something else is under way */
  async at(name: Name, act: () => Promise<Failure | null>): Promise<boolean> {
    if (this.#doing !== null) return false;
    this.#doing = name;
    this.#failure = null;
    this.#failure = await act();
    this.#doing = null;
    return this.#failure === null;
  }
}
