import { Router, type CookieOptions, type Request } from 'express';
import { sessionCookieName } from '../../accounts/session-cookie.ts';
import { sessionLifetimeMs, type SignedIn } from '../../accounts/sessions.ts';
import {
  changePassword,
  signIn as signInBody,
  type Session,
  type WhoIsSignedIn,
} from '../../protocol/http.ts';
import { signedIn } from '../access.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

type Deps = Pick<HttpDeps, 'config' | 'signIn' | 'sessions' | 'passwordChange'>;

/** Signing in and out, and the change of the own password (A1 to A3). */
export function sessionRoutes({ config, signIn, sessions, passwordChange }: Deps): Router {
  const router = Router();

  /** Lax: following a link from elsewhere to the dashboard keeps the rep signed in; posting from there does not. */
  const cookieOptions = (request: Request): CookieOptions => ({
    httpOnly: true,
    sameSite: 'lax',
    secure: request.secure || config.publicOrigin?.startsWith('https:') === true,
    path: '/',
  });

  router.post('/session', async (request, response) => {
    const credentials = checked(signInBody, request.body);
    const account = await signIn.authenticate(credentials, addressOf(request));
    // Whoever was signed in in this browser until now is not "signed in elsewhere".
    await sessions.signOut(request.headers.cookie);
    const { token } = await sessions.begin(account.id);
    const begun = await sessions.requireAnyPassword(`${sessionCookieName}=${token}`);
    response
      .cookie(sessionCookieName, token, { ...cookieOptions(request), maxAge: sessionLifetimeMs })
      .json(asSession(begun));
  });

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
    response.json(asSession({ ...who, mustChangePassword: false }));
  });

  return router;
}

function asSession({ accountName, login, role, organization, mustChangePassword }: SignedIn): Session {
  return {
    accountName,
    login,
    role,
    organization: { id: organization.publicId, name: organization.name },
    mustChangePassword,
  };
}

function addressOf(request: Request): string {
  return request.ip ?? 'unknown';
}
