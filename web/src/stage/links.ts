const allowed = new Set(['http:', 'https:', 'mailto:']);

/**
 * The address of a link in a document, if it may be followed: the web and mail. Everything else (scripts,
 * files, programs, other schemes, addresses without a host) is drawn with the page and does nothing.
 */
export function linkTo(address: unknown): string | null {
  if (typeof address !== 'string') return null;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!allowed.has(url.protocol)) return null;
  if (url.protocol === 'mailto:' ? url.pathname === '' : url.hostname === '') return null;
  // A name and password before the host serve only to make it look like another one.
  return url.username === '' && url.password === '' ? url.href : null;
}
