import { availableParallelism } from 'node:os';
import { hashPassword } from '../passwords.ts';

/*
 * Hashing keeps a core busy, for minutes when there are thousands. Half of the cores stay for the meetings, and of
 * the four threads that Node has for such work, two stay for those who sign in and for files.
 */
const atOnceUsual = Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2)));

/** Hashes many passwords, a few at a time, however many ask for it at once. */
export class PasswordHashing {
  readonly #atOnce: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce = atOnceUsual) {
    this.#atOnce = atOnce;
  }

  /**
   * With the same cost as every other password, also for those that were made up and need none: a cheaper hash would
   * be checked faster, and so tell that there is such an account (A1).
   *
   * @returns in the order of the passwords
   * @throws the signal's reason
   */
  async hashAll(passwords: readonly string[], signal: AbortSignal): Promise<string[]> {
    const hashes: string[] = [];
    const remaining = passwords.entries();
    const lane = async () => {
      for (const [index, password] of remaining) {
        await this.#turn();
        try {
          signal.throwIfAborted();
          hashes[index] = await hashPassword(password);
        } finally {
          this.#next();
        }
      }
    };
    await Promise.all(Array.from({ length: this.#atOnce }, lane));
    return hashes;
  }

  async #turn(): Promise<void> {
    if (this.#running < this.#atOnce) {
      this.#running += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The turn goes to who has waited longest. */
  #next(): void {
    const first = this.#waiting.shift();
    if (first) first();
    else this.#running -= 1;
  }
}
