import { secret } from '../protocol/values.ts';

export const sessionCookieName = 'taimen_session';

/**
 * The session's token in a `Cookie` header (RFC 6265, 5.4), or null. Of several cookies of this name the
 * first counts: browsers send the one with the longest path first.
 */
export function readSessionCookie(header: string | undefined): string | null {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).trim() !== sessionCookieName) continue;
    const token = secret.safeParse(pair.slice(equals + 1).trim());
    if (token.success) return token.data;
  }
  return null;
}
