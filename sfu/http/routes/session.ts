import { Router, type CookieOptions, type Request } from 'express';
import { browserName } from '../../accounts/browser-name.ts';
import { sessionCookieName } from '../../accounts/session-cookie.ts';
import { sessionLifetimeMs, type SignedIn } from '../../accounts/sessions.ts';
import { Refusal } from '../../protocol/codes.ts';
import {
  changePassword,
  signIn as signInBody,
  type Session,
  type WhoIsSignedIn,
} from '../../protocol/http.ts';
import { signedIn } from '../access.ts';
import { addressOf } from '../acting.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

type Deps = Pick<
  HttpDeps,
  'config' | 'signIn' | 'signInLog' | 'sessions' | 'passwordChange' | 'rules' | 'seats'
>;

/** Signing in and out, and the change of the own password (A1 to A3). */
export function sessionRoutes({
  config,
  signIn,
  signInLog,
  sessions,
  passwordChange,
  rules,
  seats,
}: Deps): Router {
  const router = Router();

  /** Lax: following a link from elsewhere to the dashboard keeps the rep signed in; posting from there does not. */
  const cookieOptions = (request: Request): CookieOptions => ({
    httpOnly: true,
    sameSite: 'lax',
    secure: request.secure || config.publicOrigin?.startsWith('https:') === true,
    path: '/',
  });

  router.post('/session', async (request, response) => {
    const { takeOver = false, ...credentials } = checked(signInBody, request.body);
    const address = addressOf(request);
    const account = await signIn.authenticate(credentials, address).catch((error: unknown) => {
      signInLog.refused(credentials, address, error);
      throw error;
    });
    const { sharedLogin: isShared } = await rules.settings(account.organizationId);
    if (!isShared && !takeOver) await assertFree(account.id, request.headers.cookie);
    // Whoever was signed in in this browser until now is not "signed in elsewhere".
    await sessions.signOut(request.headers.cookie);
    const browser = browserName(request.headers['user-agent']);
    const { token } = await sessions.begin(account.id, {
      address,
      browser,
      isShared,
      checkedHash: account.passwordHash,
    });
    const begun = await sessions.requireAnyPassword(`${sessionCookieName}=${token}`);
    signInLog.signedIn(begun, address);
    response
      .cookie(sessionCookieName, token, { ...cookieOptions(request), maxAge: sessionLifetimeMs })
      .json(asSession(begun));
  });

  /**
   * A3: of two people with one account, the later does not put out the earlier in the middle of a meeting unasked.
   *
   * @throws Refusal sign-in-in-meeting
   */
  async function assertFree(accountId: string, cookie: string | undefined): Promise<void> {
    if (!seats.isInMeeting(accountId)) return;
    const own = await sessions.signedIn(cookie);
    const others = (await sessions.open(accountId)).filter(({ id }) => id !== own?.sessionId);
    if (others.length === 0) return;
    throw new Refusal('sign-in-in-meeting', 'Somebody is in a meeting with this account: take it over?');
  }

  router.get('/session', async (request, response) => {
    const found = await sessions.signedIn(request.headers.cookie);
    const endedBecause = found ? null : await sessions.whyEnded(request.headers.cookie);
    // That nobody is signed in is an answer like any other, and no failure for a browser's console to show.
    response.json({ session: found && asSession(found), endedBecause } satisfies WhoIsSignedIn);
  });

  router.delete('/session', async (request, response) => {
    await sessions.signOut(request.headers.cookie);
    response.clearCookie(sessionCookieName, cookieOptions(request)).status(204).end();
  });

  router.post('/session/password', async (request, response) => {
    const who = signedIn(request);
    const { current, next } = checked(changePassword, request.body);
    await passwordChange.change(who, current, next, addressOf(request));
    signInLog.passwordChanged(who, addressOf(request));
    response.json(asSession({ ...who, mustChangePassword: false }));
  });

  return router;
}

function asSession({
  accountId,
  accountName,
  login,
  role,
  organization,
  mustChangePassword,
}: SignedIn): Session {
  return {
    accountId,
    accountName,
    login,
    role,
    organization: { id: organization.publicId, name: organization.name },
    mustChangePassword,
  };
}
