import type { IncomingHttpHeaders } from 'node:http';

/** The part of the settings that says under which origin people know this server. */
export type OriginSettings = {
  /** `https://meet.example.com`, where it is known; null otherwise. */
  publicOrigin: string | null;
  /** How many proxies stand in front, whose X-Forwarded headers are to be believed. */
  trustProxy: number;
};

/**
 * Whether a request comes from one of our own pages, and not from another site that makes use of the
 * visitor's cookie. For requests that change something and for socket handshakes.
 *
 * Browsers state `Origin` and `Sec-Fetch-Site` themselves; no page can forge either (Fetch Standard, "forbidden
 * request-header"). A request with neither is none of a browser's and is refused as well.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, settings: OriginSettings): boolean {
  if (headers['sec-fetch-site'] === 'same-origin') return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  return ownOrigins(headers, settings).some((own) => own === origin.toLowerCase());
}

/** The origins, in the form browsers write them, that a page of ours can have in this request. */
function ownOrigins(headers: IncomingHttpHeaders, { publicOrigin, trustProxy }: OriginSettings): string[] {
  if (publicOrigin !== null) return [publicOrigin];
  const forwardedHost = trustProxy > 0 ? firstOf(headers['x-forwarded-host']) : undefined;
  const forwardedProtocol = trustProxy > 0 ? firstOf(headers['x-forwarded-proto']) : undefined;
  const host = forwardedHost ?? headers.host;
  if (host === undefined) return [];
  // Who ends TLS in front of us without our knowing it leaves Host as it was: then both schemes can be meant.
  const protocols = forwardedProtocol ? [forwardedProtocol] : ['http', 'https'];
  return protocols.flatMap((protocol) => asOrigin(`${protocol}://${host}`) ?? []);
}

/** The way browsers write an origin: small letters, no default port. */
function asOrigin(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { origin } = new URL(text);
  return origin === 'null' ? null : origin;
}

/** A proxy appends to what it got; the first is what the browser asked for. */
function firstOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  const first = text?.split(',')[0]?.trim();
  return first === '' ? undefined : first;
}
