import type {
  ChangePassword,
  HttpFailure,
  Session,
  SignIn,
  WhoIsSignedIn,
} from '../../../sfu/protocol/http.ts';
import type { Failure } from '../session/api.ts';

/** Signing in and out, over HTTP. Every function answers; none throws. */

const timeoutMs = 15_000;

type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };

async function ask(method: string, path: string, body?: unknown): Promise<Outcome<Response>> {
  try {
    const answer = await fetch(path, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (answer.ok) return { ok: true, value: answer };
    return { ok: false, failure: await failureOf(answer) };
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    return { ok: false, failure: { code: late ? 'timeout' : 'offline', details: {} } };
  }
}

async function failureOf(answer: Response): Promise<Failure> {
  try {
    const { code, details } = (await answer.json()) as HttpFailure;
    // A code this page does not know gets the general sentence.
    return { code: code as Failure['code'], details: details ?? {} };
  } catch {
    return { code: 'internal', details: {} };
  }
}

async function bodyOf<T>(asked: Promise<Outcome<Response>>): Promise<Outcome<T>> {
  const outcome = await asked;
  if (!outcome.ok) return outcome;
  try {
    return { ok: true, value: (await outcome.value.json()) as T };
  } catch {
    return { ok: false, failure: { code: 'internal', details: {} } };
  }
}

/** Fails with `sign-in-required` when nobody is signed in, with the reason if another sign-in was it. */
export async function currentSession(): Promise<Outcome<Session>> {
  const outcome = await bodyOf<WhoIsSignedIn>(ask('GET', '/api/session'));
  if (!outcome.ok) return outcome;
  const { session, endedBecause } = outcome.value;
  if (session) return { ok: true, value: session };
  const details = endedBecause === null ? {} : { reason: endedBecause };
  return { ok: false, failure: { code: 'sign-in-required', details } };
}

export const signIn = (body: SignIn) => bodyOf<Session>(ask('POST', '/api/session', body));

export async function changePassword(body: ChangePassword): Promise<Failure | null> {
  const outcome = await ask('POST', '/api/session/password', body);
  return outcome.ok ? null : outcome.failure;
}

export async function signOut(): Promise<Failure | null> {
  const outcome = await ask('DELETE', '/api/session');
  return outcome.ok ? null : outcome.failure;
}
