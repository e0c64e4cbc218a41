import type { AnyServer } from './rep.ts';

export type HttpAnswer = { status: number; headers: Headers; json: Record<string, unknown> | null };

export type Asking = {
  cookie?: string;
  body?: unknown;
  /** As the browser states it; the server's own unless a story is about another site. */
  origin?: string;
  headers?: Record<string, string>;
};

/** As a page would ask over HTTP. */
export async function ask(
  { base }: Pick<AnyServer, 'base'>,
  method: string,
  path: string,
  { cookie, body, origin = base, headers }: Asking = {},
): Promise<HttpAnswer> {
  const response = await fetch(base + path, {
    method,
    headers: {
      Origin: origin,
      ...(cookie ? { Cookie: cookie } : {}),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const json = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : null;
  return { status: response.status, headers: response.headers, json };
}
