import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from '../accounts/sign-in.ts';
import { Refusal } from '../protocol/codes.ts';

/** How much one page, one address and everybody together may ask for. Tests widen these, nothing else does. */
export type GuardLimits = {
  /** Messages per page. */
  messages: { points: number; duration: number };
  /** Presence per page: pointers, at 33 ms. */
  presence: { points: number; duration: number };
  /** Messages that were refused at the border; a page with more is cut off. */
  faults: { points: number; duration: number };
  /**
   * Wrong numbers and invitations, per address, and per account of those who are signed in: five digits are
   * guessable (DESIGN, idea 5).
   */
  wrongNumbers: { points: number; duration: number };
  /** Wrong numbers from everywhere, typed by people who are not signed in. */
  wrongNumbersInAll: { points: number; duration: number };
  /** Numbers issued, per address; an office behind one address has many people. */
  issuedNumbers: { points: number; duration: number };
  /** People who knock at doors, per address. */
  knocks: { points: number; duration: number };
};

/** Who asks. What a connection says of itself, and no more. */
export type Asker = { readonly address: string; readonly account: { readonly accountId: string } | null };

export const guardLimits: GuardLimits = {
  messages: { points: 300, duration: 10 },
  presence: { points: 200, duration: 4 },
  faults: { points: 60, duration: 60 },
  wrongNumbers: { points: 20, duration: 60 },
  wrongNumbersInAll: { points: 300, duration: 60 },
  issuedNumbers: { points: 60, duration: 600 },
  knocks: { points: 30, duration: 600 },
};

const everybody = 'everybody';

/** Counts what is asked for and refuses what is too much. In memory: a restart forgives. */
export class Guard {
  readonly #messages: RateLimiterMemory;
  readonly #presence: RateLimiterMemory;
  readonly #faults: RateLimiterMemory;
  readonly #wrongNumbers: RateLimiterMemory;
  readonly #wrongNumbersInAll: RateLimiterMemory;
  readonly #issuedNumbers: RateLimiterMemory;
  readonly #knocks: RateLimiterMemory;

  constructor(limits: GuardLimits = guardLimits) {
    this.#messages = new RateLimiterMemory(limits.messages);
    this.#presence = new RateLimiterMemory(limits.presence);
    this.#faults = new RateLimiterMemory(limits.faults);
    this.#wrongNumbers = new RateLimiterMemory(limits.wrongNumbers);
    this.#wrongNumbersInAll = new RateLimiterMemory(limits.wrongNumbersInAll);
    this.#issuedNumbers = new RateLimiterMemory(limits.issuedNumbers);
    this.#knocks = new RateLimiterMemory(limits.knocks);
  }

  /** @throws Refusal too-many with the seconds to wait */
  async message(connectionId: string): Promise<void> {
    await consume(this.#messages, connectionId);
  }

  /** @throws Refusal too-many; what is too much is dropped */
  async presence(connectionId: string): Promise<void> {
    await consume(this.#presence, connectionId);
  }

  /** @returns false when this page has sent so much nonsense that it should be cut off */
  async fault(connectionId: string): Promise<boolean> {
    return consume(this.#faults, connectionId).then(
      () => true,
      () => false,
    );
  }

  async issuingNumber(address: string): Promise<void> {
    await consume(this.#issuedNumbers, networkOf(address));
  }

  async knocking(address: string): Promise<void> {
    await consume(this.#knocks, networkOf(address));
  }

  /**
   * Runs a look-up by something guessable; when it fails, that counts, and after too many failures nothing
   * is looked up any more for a while, right or wrong. Counted before and given back after a hit, so that a
   * hundred guesses sent at once are no way around it. A rep at work is not stopped by what strangers do.
   */
  async guessing<T>(asker: Asker, lookUp: () => T | Promise<T>): Promise<T> {
    // Whoever is stopped alone must not use up what everybody shares.
    return this.#counted(this.#wrongNumbers, keyOf(asker), () =>
      asker.account ? lookUp() : this.#counted(this.#wrongNumbersInAll, everybody, lookUp),
    );
  }

  /** As above, for what is too long to be guessed: no number of tries is a reason to stop everybody. */
  async guessingSecret<T>(asker: Asker, lookUp: () => T | Promise<T>): Promise<T> {
    return this.#counted(this.#wrongNumbers, keyOf(asker), lookUp);
  }

  async #counted<T>(limiter: RateLimiterMemory, key: string, lookUp: () => T | Promise<T>): Promise<T> {
    await consume(limiter, key);
    const giveBack = () => limiter.reward(key);
    try {
      const found = await lookUp();
      await giveBack();
      return found;
    } catch (error) {
      if (!(error instanceof Refusal && guesses.has(error.code))) await giveBack();
      throw error;
    }
  }

  forget(connectionId: string): void {
    void this.#messages.delete(connectionId);
    void this.#presence.delete(connectionId);
    void this.#faults.delete(connectionId);
  }
}

/** Colleagues behind one address are told apart by their accounts. */
function keyOf({ address, account }: Asker): string {
  return account ? `account ${account.accountId}` : networkOf(address);
}

const guesses: ReadonlySet<string> = new Set(['number-unknown', 'number-expired', 'invitation-unknown']);

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    throw tooMany(error);
  }
}

function tooMany(cause: unknown): unknown {
  if (!(cause instanceof RateLimiterRes)) return cause;
  const seconds = Math.ceil(cause.msBeforeNext / 1_000);
  return new Refusal('too-many', `Too many tries; again in ${seconds} s.`, { seconds });
}
