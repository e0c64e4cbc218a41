import type { AccountRepository } from '../store/account-repository.ts';
import type { UnitRepository } from '../store/unit-repository.ts';
import { Reach } from './reach.ts';
import type { OpenSession, Sessions, SignedIn } from './sessions.ts';

export type UserSessionsOptions = {
  sessions: Pick<Sessions, 'open' | 'endOne'>;
  accounts: Pick<AccountRepository, 'user'>;
  units: Pick<UnitRepository, 'ofOrganization'>;
};

/** Where people are signed in (A3): one's own sessions, and those of the people one looks after. */
export class UserSessions {
  readonly #options: UserSessionsOptions;

  constructor(options: UserSessionsOptions) {
    this.#options = options;
  }

  /**
   * The latest sign-in first.
   *
   * @throws Refusal user-unknown when the account is neither the own nor within reach
   */
  async list(who: SignedIn, accountId: string): Promise<OpenSession[]> {
    await this.#assertReached(who, accountId);
    return this.#options.sessions.open(accountId);
  }

  /**
   * Ends a session; who held it reads that it was somebody else's doing, unless it was their own.
   *
   * @returns whose it was
   * @throws Refusal user-unknown, session-unknown
   */
  async end(who: SignedIn, accountId: string, sessionId: string): Promise<{ name: string; login: string }> {
    const whose = await this.#assertReached(who, accountId);
    const reason = sessionId === who.sessionId ? 'signed-out' : 'signed-out-remotely';
    await this.#options.sessions.endOne(accountId, sessionId, reason);
    return whose;
  }

  async #assertReached(who: SignedIn, accountId: string): Promise<{ name: string; login: string }> {
    if (accountId === who.accountId) return { name: who.accountName, login: who.login };
    const reach = await Reach.of(who, this.#options);
    return reach.within(await this.#options.accounts.user(who.organization.id, accountId));
  }
}
