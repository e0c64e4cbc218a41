import { parseConnectionNumber } from '../../../sfu/protocol/connection-number.ts';
import type { Entrance } from '../call/entrance.svelte.ts';
import type { Failure } from '../session/api.ts';

/**
 * Looks the customer up as soon as the fifth digit is there, so that 接続する has nothing left to wait for.
 * Only the answer to what stands in the field now counts.
 */
export class Preparation {
  readonly #entrance: Entrance;
  #number: string | null = null;
  #looking = $state(false);
  #found = $state.raw<{ guestName: string } | null>(null);
  #failure = $state.raw<Failure | null>(null);

  constructor(entrance: Entrance) {
    this.#entrance = entrance;
  }

  get looking(): boolean {
    return this.#looking;
  }

  get found(): { guestName: string } | null {
    return this.#gone ? null : this.#found;
  }

  get failure(): Failure | null {
    return this.#gone ?? this.#failure;
  }

  /** Found, and taken by somebody else or ended since. */
  get #gone(): Failure | null {
    return this.#found ? (this.#entrance.call?.numberGone ?? null) : null;
  }

  /** @param typed what stands in the field. */
  async follow(typed: string): Promise<void> {
    const number = parseConnectionNumber(typed);
    if (number === this.#number) return;
    this.#number = number;
    this.#found = null;
    this.#failure = null;
    this.#looking = number !== null;
    if (number === null) {
      this.#entrance.call?.releaseNumber();
      return;
    }

    const session = await this.#entrance.ready;
    if (!session || this.#number !== number) return;
    const answer = await session.call.prepareNumber(number);
    // Typed on meanwhile: another look-up is under way, or none is wanted.
    if (this.#number !== number) return;
    this.#looking = false;
    if ('code' in answer) this.#failure = answer;
    else this.#found = answer;
  }
}
