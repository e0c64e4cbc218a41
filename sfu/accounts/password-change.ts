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
  readonly #sessions: Sessions;

  constructor(accounts: AccountRepository, signIn: SignIn, sessions: Sessions) {
    this.#accounts = accounts;
    this.#signIn = signIn;
    this.#sessions = sessions;
  }

  /**
   * Afterwards the account is signed in here only.
   *
   * @throws Refusal `password-form`, `sign-in-failed` or `sign-in-blocked` (the current one is wrong),
   *   `password-same`; nothing is changed then.
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
    await this.#accounts.setPassword(account.id, await hashPassword(next), false);
    await this.#sessions.endOthers(account.id, who.sessionId, 'password-changed');
  }
}
