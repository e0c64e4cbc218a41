/**
 * Following the page that is on show, or looking elsewhere (D3). `elsewhere` is the page that somebody looks
 * at by themselves, null while they follow.
 */
export type Following = { readonly elsewhere: number | null };

export const follows: Following = { elsewhere: null };

/** Looks at a page of one's own choice; the page on show is the way back, not a place elsewhere. */
export function look(page: number, shown: number): Following {
  return page === shown ? follows : { elsewhere: page };
}

/** Whoever shows has turned: who follows goes with them, and who is met where they are follows again. */
export function turned(now: Following, shown: number): Following {
  return now.elsewhere === shown ? follows : now;
}

export function pageOf(now: Following, shown: number): number {
  return now.elsewhere ?? shown;
}

/**
 * Another document or another version of it: everything begins anew. Not with another hand: when whoever shows
 * has left, the host turns the pages on, and they stay before everybody's eyes.
 */
export function shownKey({ documentId, version }: { documentId: string; version: number }): string {
  return `${documentId}/${version}`;
}

/** A page number as people type it: full-width digits and spaces are fine; null for anything else. */
export function typedPage(text: string, count: number): number | null {
  const digits = text.normalize('NFKC').trim();
  if (!/^\d{1,6}$/u.test(digits)) return null;
  return withinPages(Number(digits), count);
}

export function withinPages(page: number, count: number): number {
  return Math.max(1, Math.min(page, count));
}
