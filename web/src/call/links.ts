export type TextPart = { text: string; href: string | null };

/* Japanese text runs on without a space: an address ends where characters begin that none contains. */
const address = /https?:\/\/[^\s<>"'`、。「」()[\]{}|\\^\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]+/giu;
/** Marks that belong to the sentence around an address. */
const sentenceMarks = /[.,;:!?*_~]+$/u;

/** Splits a message into plain text and addresses, http and https only, so that links can be followed. */
export function withLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    const found = match[0].replace(sentenceMarks, '');
    const href = addressOf(found);
    if (!href) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index), href: null });
    parts.push({ text: found, href });
    from = match.index + found.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), href: null });
  return parts;
}

function addressOf(text: string): string | null {
  const url = URL.parse(text);
  return url && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== ''
    ? url.href
    : null;
}
