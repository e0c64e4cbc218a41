import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import { isPasswordForm, normalizePassword } from './password-form.ts';
import { hashPassword } from './passwords.ts';
import type { SignedIn, Sessions } from './sessions.ts';
import type { SignIn } from './sign-in.ts';

/** Lets people change their own password (A2). */
export class PasswordChange {
  readonly #accounts: AccountRepository;
  readonly #signIn: SignIn;
  readonly #sessions: Pick<Sessions, 'tellEnded'>;
  readonly #now: () => number;

  constructor(
    accounts: AccountRepository,
    signIn: SignIn,
    sessions: Pick<Sessions, 'tellEnded'>,
    now: () => number = Date.now,
  ) {
    this.#accounts = accounts;
    this.#signIn = signIn;
    this.#sessions = sessions;
    this.#now = now;
  }

  /**
   * Afterwards the account is signed in here only.
   *
   * @throws Refusal `password-form`, `sign-in-failed` or `sign-in-blocked` (the current one is wrong),
   *   `password-same`, `sign-in-required` (somebody has given the account another one in this moment, or removed it);
   *   nothing is changed then.
   */
  async change(who: SignedIn, current: string, next: string, address: string): Promise<void> {
    if (!isPasswordForm(next)) {
      const { passwordCharactersMin: min, passwordCharactersMax: max } = limits;
      throw new Refusal('password-form', `A password has ${min} to ${max} printable characters.`, {
        min,
        max,
      });
    }
    const account = await this.#accounts.load(who.accountId);
    if (!account) throw new Refusal('sign-in-required', 'The account is no more.');
    await this.#signIn.confirm(account, current, address);
    if (normalizePassword(next) === normalizePassword(current)) {
      throw new Refusal('password-same', 'The new password is the old one.');
    }
    const passwordHash = await hashPassword(next);
    const reason = 'password-changed';
    const sessionIds = await this.#accounts.alone(
      account.organizationId,
      async (accounts, _units, sessions) => {
        const isChanged = await accounts.replacePassword(account.id, account.passwordHash, passwordHash);
        return isChanged ? sessions.endAll(account.id, who.sessionId, reason, this.#now()) : null;
      },
    );
    if (!sessionIds) {
      throw new Refusal(
        'sign-in-required',
        'Somebody else has changed this password. Sign in again with the new one.',
        { reason },
      );
    }
    this.#sessions.tellEnded({ accountId: account.id, sessionIds, reason });
  }
}
