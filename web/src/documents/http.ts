import type { HttpFailure } from '../../../sfu/protocol/http.ts';
import type { Failure } from '../session/api.ts';

/** Asking the server over HTTP. Every function answers; none throws. */

const timeoutMs = 15_000;

export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure };

export type Question = {
  /** Sent as JSON. */
  body?: unknown;
  /** Who asks, where it is not the browser's session. */
  headers?: Readonly<Record<string, string>>;
  /** The answer is not waited for by this page alone: it may be closed meanwhile. */
  keepalive?: boolean;
};

export async function ask(
  method: string,
  path: string,
  { body, headers = {}, keepalive = false }: Question = {},
): Promise<Outcome<Response>> {
  try {
    const answer = await fetch(path, {
      method,
      keepalive,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.ok) return { ok: true, value: answer };
    return { ok: false, failure: await failureOf(answer) };
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    return failed(late ? 'timeout' : 'offline');
  }
}

/** The answer's body, taken to be what the protocol says. */
export async function bodyOf<T>(asked: Promise<Outcome<Response>>): Promise<Outcome<T>> {
  const outcome = await asked;
  if (!outcome.ok) return outcome;
  try {
    return { ok: true, value: (await outcome.value.json()) as T };
  } catch {
    return failed('internal');
  }
}

/** For what has no answer but that it was done. */
export async function failureIn(asked: Promise<Outcome<unknown>>): Promise<Failure | null> {
  const outcome = await asked;
  return outcome.ok ? null : outcome.failure;
}

export function failed(
  code: Failure['code'],
  details: Failure['details'] = {},
): { ok: false; failure: Failure } {
  return { ok: false, failure: { code, details } };
}

/** @param body of an answer that is a refusal */
export function failureFrom(body: unknown): Failure {
  const { code, details } = (body ?? {}) as Partial<HttpFailure>;
  // A code this page does not know gets the general sentence.
  return { code: (code ?? 'internal') as Failure['code'], details: details ?? {} };
}

async function failureOf(answer: Response): Promise<Failure> {
  try {
    return failureFrom(await answer.json());
  } catch {
    return { code: 'internal', details: {} };
  }
}
