import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from '../accounts/sign-in.ts';
import { Refusal } from '../protocol/codes.ts';

type Limit = { points: number; duration: number };

/** How often banners may ask, from one address and on one banner; in memory, a restart forgives. */
const bannerLimits = {
  /** A site whose every page has it, read by an office behind one address. */
  looksPerAddress: { points: 300, duration: 60 },
  /** A hundred visitors a second. */
  looksPerBanner: { points: 6_000, duration: 60 },
  /** Calls asked for: nobody does so all day. */
  callbacksPerAddress: { points: 10, duration: 600 },
  callbacksPerBanner: { points: 100, duration: 600 },
} satisfies Record<string, Limit>;

/** Holds off what is too much for the routes that every site can use. */
export class BannerGuard {
  readonly #looks = new Pair(bannerLimits.looksPerAddress, bannerLimits.looksPerBanner);
  readonly #callbacks = new Pair(bannerLimits.callbacksPerAddress, bannerLimits.callbacksPerBanner);

  /** @throws Refusal too-many with the seconds to wait */
  async look(address: string, key: string): Promise<void> {
    await this.#looks.consume(address, key);
  }

  /** @throws Refusal too-many with the seconds to wait */
  async callback(address: string, key: string): Promise<void> {
    await this.#callbacks.consume(address, key);
  }
}

class Pair {
  readonly #perAddress: RateLimiterMemory;
  readonly #perBanner: RateLimiterMemory;

  constructor(perAddress: Limit, perBanner: Limit) {
    this.#perAddress = new RateLimiterMemory(perAddress);
    this.#perBanner = new RateLimiterMemory(perBanner);
  }

  async consume(address: string, key: string): Promise<void> {
    try {
      // Whoever is stopped alone must not use up what everybody shares.
      await this.#perAddress.consume(networkOf(address));
      await this.#perBanner.consume(key);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.ceil(error.msBeforeNext / 1_000);
      throw new Refusal('too-many', `Too many tries; again in ${seconds} s.`, { seconds });
    }
  }
}
