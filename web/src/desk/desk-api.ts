import type { ChangePassword, Session, SignIn, WhoIsSignedIn } from '../../../sfu/protocol/http.ts';
import { ask, bodyOf, failureIn, type Outcome } from '../documents/http.ts';

/** Signing in and out, over HTTP. Every function answers; none throws. */

/** Fails with `sign-in-required` when nobody is signed in, with the reason if another sign-in was it. */
export async function currentSession(): Promise<Outcome<Session>> {
  const outcome = await bodyOf<WhoIsSignedIn>(ask('GET', '/api/session'));
  if (!outcome.ok) return outcome;
  const { session, endedBecause } = outcome.value;
  if (session) return { ok: true, value: session };
  const details = endedBecause === null ? {} : { reason: endedBecause };
  return { ok: false, failure: { code: 'sign-in-required', details } };
}

export const signIn = (body: SignIn) => bodyOf<Session>(ask('POST', '/api/session', { body }));

export const changePassword = (body: ChangePassword) =>
  failureIn(ask('POST', '/api/session/password', { body }));

export const signOut = () => failureIn(ask('DELETE', '/api/session'));
