import type { Log } from '../log.ts';
import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { LogAct } from '../protocol/log.ts';
import { printable } from '../protocol/values.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { OrganizationRepository } from '../store/organization-repository.ts';
import type { SessionEndReason } from '../store/session-repository.ts';
import { foldId } from './folding.ts';
import type { OrganizationLog } from './organization-log.ts';
import { Seldom } from './seldom.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import type { Credentials } from './sign-in.ts';

export type SignInLogOptions = {
  organizationLog: Pick<OrganizationLog, 'write' | 'writeBy'>;
  accounts: Pick<AccountRepository, 'findByLogin'>;
  organizations: Pick<OrganizationRepository, 'findByPublicId'>;
  sessions: Pick<Sessions, 'onEnded'>;
  log: Log;
  now?: () => number;
};

type Attempt = Pick<Credentials, 'organization' | 'login'>;
type Known = Pick<SignedIn, 'accountId' | 'accountName' | 'organization'>;

/** Whoever is made to wait tries on and on: one entry says it. */
const blockedEveryMs = 60_000;

/** What stands in place of a login ID that nobody has; words of the reader's are put in its place. */
const unknownLogin = 'unknown';

/** Of these, whoever brings them about writes more than is known here. */
const actOf: Readonly<Partial<Record<SessionEndReason, LogAct>>> = {
  'signed-out': 'signed-out',
  'signed-in-elsewhere': 'signed-in-elsewhere',
};

/** Writes down who signs in and out, and who tried to (A6). Never the password; never fails, never delays. */
export class SignInLog {
  readonly #options: SignInLogOptions;
  readonly #blocked: Seldom;

  constructor(options: SignInLogOptions) {
    this.#options = options;
    this.#blocked = new Seldom(blockedEveryMs, options.now);
    options.sessions.onEnded(({ accountId, reason }) => {
      const act = actOf[reason];
      if (act) options.organizationLog.writeBy({ kind: 'account', accountId }, { act, subject: '' });
    });
  }

  signedIn(who: Known, address: string): void {
    this.#write(who, 'signed-in', address);
  }

  passwordChanged(who: Known, address: string): void {
    this.#write(who, 'password-changed', address);
  }

  /** Only where there is such an organisation. @param error why; anything but a refusal is no matter of the person's */
  refused(attempt: Attempt, address: string, error: unknown): void {
    if (!(error instanceof Refusal)) return;
    const key = JSON.stringify([foldId(attempt.organization), foldId(attempt.login), address]);
    if (error.code === 'sign-in-blocked' ? !this.#blocked.isTime(key) : error.code !== 'sign-in-failed')
      return;
    // Behind the answer: its time must not tell whether there is such an account.
    this.#writeRefused(attempt, address).catch((nested: unknown) => {
      this.#options.log.error({ err: nested }, 'a refused sign-in could not be written down');
    });
  }

  async #writeRefused({ organization, login }: Attempt, address: string): Promise<void> {
    const { organizations, accounts, organizationLog } = this.#options;
    const publicId = foldId(organization);
    const found = await organizations.findByPublicId(publicId);
    if (!found) return;
    const account = await accounts.findByLogin(publicId, foldId(login));
    organizationLog.write({
      organizationId: found.id,
      act: 'sign-in-refused',
      accountId: account?.id ?? null,
      actor: account?.name ?? '',
      // What nobody has for a login ID may be a password that was typed into the wrong field.
      subject: account ? printable(login, limits.loginCharacters) : unknownLogin,
      address,
    });
  }

  #write({ organization, accountId, accountName }: Known, act: LogAct, address: string): void {
    const who = { organizationId: organization.id, accountId, actor: accountName };
    this.#options.organizationLog.write({ ...who, act, subject: '', address });
  }
}
