import { Refusal } from '../protocol/codes.ts';
import { keyOf, type DocumentOwner } from './owner.ts';

const perGuest = 2;
const perAccount = 5;
const inAll = 50;
const againAfterSeconds = 10;

/** Counts who is sending files now: a limit that is looked at only before would let many in at once. */
export class Arrivals {
  readonly #counts = new Map<string, number>();
  #all = 0;

  /**
   * @param take is told how many others of this owner's are on their way
   * @throws Refusal too-many
   */
  async count<T>(owner: DocumentOwner, take: (others: number) => Promise<T>): Promise<T> {
    const key = keyOf(owner);
    const others = this.#counts.get(key) ?? 0;
    if (others >= (owner.kind === 'account' ? perAccount : perGuest) || this.#all >= inAll) {
      throw new Refusal('too-many', 'Too many files at once.', { seconds: againAfterSeconds });
    }
    this.#counts.set(key, others + 1);
    this.#all += 1;
    try {
      return await take(others);
    } finally {
      this.#all -= 1;
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    }
  }
}
