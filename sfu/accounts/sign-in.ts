import { isIPv6 } from 'node:net';
import { Refusal } from '../protocol/codes.ts';
import type { AccountRecord, AccountRepository } from '../store/account-repository.ts';
import { plainAddress } from './addresses.ts';
import { FailureLimiter } from './failure-limiter.ts';
import { foldId } from './folding.ts';
import { hashPassword, makeUpPassword, verifyPassword } from './passwords.ts';

const windowMs = 15 * 60_000;
const keysMax = 20_000;
/** Whoever forgets tries the passwords they have; a guesser needs millions. */
const failuresPerAccount = 10;
/** A whole office can share one address. */
const failuresPerAddress = 50;

export type Credentials = { organization: string; login: string; password: string };

/**
 * Checks who somebody is (A1). Neither the answer nor its time tells whether an account exists: an unknown
 * one is checked against a hash that nothing matches, and is limited like a known one.
 */
export class SignIn {
  readonly #accounts: Pick<AccountRepository, 'findByLogin'>;
  readonly #perAccount: FailureLimiter;
  readonly #perAddress: FailureLimiter;
  /** Made at the start, so that the first unknown account does not take longer than others. */
  readonly #nobodysHash = hashPassword(makeUpPassword());

  constructor(accounts: Pick<AccountRepository, 'findByLogin'>, now: () => number = Date.now) {
    this.#accounts = accounts;
    this.#perAccount = new FailureLimiter({ failuresMax: failuresPerAccount, windowMs, keysMax }, now);
    this.#perAddress = new FailureLimiter({ failuresMax: failuresPerAddress, windowMs, keysMax }, now);
  }

  /**
   * @param address where the attempt comes from: an IPv4 or IPv6 address.
   * @throws Refusal `sign-in-failed`, or `sign-in-blocked` with the `seconds` to wait.
   */
  async authenticate(
    { organization, login, password }: Credentials,
    address: string,
  ): Promise<AccountRecord> {
    const foldedOrganization = foldId(organization);
    const foldedLogin = foldId(login);
    const account = JSON.stringify([foldedOrganization, foldedLogin]);
    return this.#limited(account, address, async () => {
      const found = await this.#accounts.findByLogin(foldedOrganization, foldedLogin);
      const matches = await verifyPassword(password, found?.passwordHash ?? (await this.#nobodysHash));
      return matches ? found : null;
    });
  }

  /**
   * Checks the password of somebody who is signed in already, for acts that need it again. Limited like
   * signing in: a browser left open is no place to guess.
   *
   * @throws Refusal as above.
   */
  async confirm(account: AccountRecord, password: string, address: string): Promise<void> {
    await this.#limited(`confirm ${account.id}`, address, async () =>
      (await verifyPassword(password, account.passwordHash)) ? account : null,
    );
  }

  async #limited(
    account: string,
    address: string,
    check: () => Promise<AccountRecord | null>,
  ): Promise<AccountRecord> {
    const network = networkOf(address);
    const blockedMs = Math.max(this.#perAccount.blockedMs(account), this.#perAddress.blockedMs(network));
    if (blockedMs > 0) {
      const seconds = Math.ceil(blockedMs / 1_000);
      throw new Refusal('sign-in-blocked', `Too many failed attempts: try again in ${seconds} seconds.`, {
        seconds,
      });
    }
    const takeBackForAccount = this.#perAccount.count(account);
    const takeBackForAddress = this.#perAddress.count(network);
    let found: AccountRecord | null;
    try {
      found = await check();
    } catch (error) {
      // The database was away: that is not the person's failure.
      takeBackForAccount();
      takeBackForAddress();
      throw error;
    }
    if (!found) {
      throw new Refusal('sign-in-failed', 'The organisation ID, login ID or password is not right.');
    }
    this.#perAccount.reset(account);
    // Only this attempt: an account of one's own must not be a way to go on guessing at others'.
    takeBackForAddress();
    return found;
  }
}

/** Whoever has one IPv6 address has the 2^64 of the same network as well; IPv4 is meant one by one. */
export function networkOf(address: string): string {
  const [plain = ''] = plainAddress(address).split('%');
  if (!isIPv6(plain)) return plainAddress(address);
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const tailGroups = tail === '' ? 0 : tail.split(':').length;
    groups.push(...Array.from({ length: Math.max(0, 8 - groups.length - tailGroups) }, () => '0'));
    if (tailGroups > 0) groups.push(...tail.split(':'));
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
