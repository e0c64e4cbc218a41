import { hashSecret, newId, newSecret } from '../meeting/identity.ts';
import { Refusal } from '../protocol/codes.ts';
import type { AccountRecord } from '../store/account-repository.ts';
import type {
  SessionEndReason,
  SessionRecord,
  SessionRepository,
  SessionWithAccount,
} from '../store/session-repository.ts';
import { readSessionCookie } from './session-cookie.ts';

/** A working day with its breaks: whoever was away for longer signs in again. */
export const sessionIdleMs = 12 * 60 * 60_000;
/** However busy, a session ends after this. */
export const sessionLifetimeMs = 30 * 24 * 60 * 60_000;
/** The time of the last use is written at most this often. */
const touchEveryMs = 60_000;

/** Somebody who is signed in. */
export type SignedIn = {
  sessionId: string;
  accountId: string;
  accountName: string;
  login: string;
  role: AccountRecord['role'];
  organization: { id: string; publicId: string; name: string };
  mustChangePassword: boolean;
};

/** One that is open, as lists show it. Times are milliseconds since 1970. */
export type OpenSession = Omit<SessionRecord, 'tokenHash'>;

/** Where somebody signs in, and whether others stay signed in to the account. */
export type NewSession = Pick<SessionRecord, 'address' | 'browser'> & {
  isShared: boolean;
  /** The hash of the password that was checked: one that has been replaced meanwhile opens nothing any more. */
  checkedHash?: string;
};

export type SessionsEnded = { accountId: string; sessionIds: readonly string[]; reason: SessionEndReason };

/** Who is signed in where (A3). The token is in the browser's cookie; the store has its hash only. */
export class Sessions {
  readonly #sessions: SessionRepository;
  readonly #now: () => number;
  readonly #listeners = new Set<(ended: SessionsEnded) => void>();

  constructor(sessions: SessionRepository, now: () => number = Date.now) {
    this.#sessions = sessions;
    this.#now = now;
  }

  /**
   * Begins a session; the account's earlier ones end (A3: the later wins), unless the organisation shares logins.
   *
   * @returns the token for the cookie, which exists nowhere else, and the IDs of the sessions that ended.
   * @throws Refusal sign-in-failed when the account has been removed, or given another password, in this moment
   */
  async begin(
    accountId: string,
    { address, browser, isShared, checkedHash }: NewSession,
  ): Promise<{ token: string; sessionId: string; endedSessionIds: string[] }> {
    const now = this.#now();
    await this.#sessions.removeCreatedBefore(now - 2 * sessionLifetimeMs);
    const token = newSecret();
    const sessionId = newId();
    const endedSessionIds = await this.#sessions.begin(
      {
        id: sessionId,
        tokenHash: hashSecret(token),
        accountId,
        createdAt: now,
        lastSeenAt: now,
        address,
        browser,
      },
      { isAlone: !isShared, checkedHash },
    );
    if (!endedSessionIds)
      throw new Refusal('sign-in-failed', 'The account is no more, or its password was changed.');
    this.#tell({ accountId, sessionIds: endedSessionIds, reason: 'signed-in-elsewhere' });
    return { token, sessionId, endedSessionIds };
  }

  /** The account's sessions that are open, the latest sign-in first. */
  async open(accountId: string): Promise<OpenSession[]> {
    const now = this.#now();
    return this.#sessions.ofAccount(accountId, {
      createdAt: now - sessionLifetimeMs,
      lastSeenAt: now - sessionIdleMs,
    });
  }

  /**
   * Ends one session of an account; its sockets lose the desk's rights at once.
   *
   * @throws Refusal session-unknown when the account has no such session, or it is over
   */
  async endOne(accountId: string, sessionId: string, reason: SessionEndReason): Promise<void> {
    const isKnown = (await this.open(accountId)).some(({ id }) => id === sessionId);
    if (!isKnown || !(await this.#sessions.end(sessionId, reason, this.#now()))) {
      throw new Refusal('session-unknown', 'There is no such session any more.');
    }
    this.#tell({ accountId, sessionIds: [sessionId], reason });
  }

  /**
   * Who sends this `Cookie` header; null when nobody is signed in there. Keeps the session from going idle.
   */
  async signedIn(cookieHeader: string | undefined): Promise<SignedIn | null> {
    const session = await this.#find(cookieHeader);
    const now = this.#now();
    if (!session || !isOpen(session, now)) return null;
    if (now - session.lastSeenAt >= touchEveryMs) await this.#sessions.touch(session.id, now);
    return {
      sessionId: session.id,
      accountId: session.accountId,
      accountName: session.accountName,
      login: session.login,
      role: session.role,
      organization: session.organization,
      mustChangePassword: session.mustChangePassword,
    };
  }

  /**
   * As `signedIn`, for what only a rep may do.
   *
   * @throws Refusal `sign-in-required`, with the `reason` if somebody else's doing ended the session, such as
   *   another sign-in; `password-change-required` while the first password stands (A2).
   */
  async require(cookieHeader: string | undefined): Promise<SignedIn> {
    const signedIn = await this.requireAnyPassword(cookieHeader);
    if (signedIn.mustChangePassword) {
      throw new Refusal('password-change-required', 'Choose a password of your own first.');
    }
    return signedIn;
  }

  /** As `require`, for the few things that are possible before the password has been changed. */
  async requireAnyPassword(cookieHeader: string | undefined): Promise<SignedIn> {
    const signedIn = await this.signedIn(cookieHeader);
    if (signedIn) return signedIn;
    const reason = await this.whyEnded(cookieHeader);
    throw new Refusal('sign-in-required', 'Nobody is signed in here.', reason ? { reason } : {});
  }

  /** Idempotent: a session that is over, or never was, is no error. */
  async signOut(cookieHeader: string | undefined): Promise<void> {
    const session = await this.#find(cookieHeader);
    if (!session) return;
    if (await this.#sessions.end(session.id, 'signed-out', this.#now())) {
      this.#tell({ accountId: session.accountId, sessionIds: [session.id], reason: 'signed-out' });
    }
  }

  /** For whoever has ended sessions in the store, together with something else: their sockets are closed. */
  tellEnded(ended: SessionsEnded): void {
    this.#tell(ended);
  }

  /**
   * Has a listener told of every end of sessions in this process, so that their sockets can be closed.
   * Running out of time is not told: whoever keeps a socket open asks `signedIn` again now and then.
   *
   * @returns a function that ends the listening.
   */
  onEnded(listener: (ended: SessionsEnded) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #find(cookieHeader: string | undefined): Promise<SessionWithAccount | null> {
    const token = readSessionCookie(cookieHeader);
    return token === null ? null : this.#sessions.findByToken(hashSecret(token));
  }

  /** Why this browser's session is over: somebody else's doing is worth a word; having signed out oneself is not. */
  async whyEnded(cookieHeader: string | undefined): Promise<SessionEndReason | null> {
    const reason = (await this.#find(cookieHeader))?.endReason ?? null;
    return reason === 'signed-out' ? null : reason;
  }

  #tell(ended: SessionsEnded): void {
    if (ended.sessionIds.length === 0) return;
    for (const listener of [...this.#listeners]) listener(ended);
  }
}

function isOpen(session: SessionWithAccount, now: number): boolean {
  return (
    session.endedAt === null &&
    now - session.lastSeenAt < sessionIdleMs &&
    now - session.createdAt < sessionLifetimeMs
  );
}
