import type { DocumentView } from '../../../sfu/protocol/documents.ts';

/** Clocks of browsers are not the server's. */
const clocksApartMs = 10 * 60_000;
/** The server changes what file systems would stumble over, and cuts what is long. */
const comparedMax = 80;

/** A file that is being sent, and what was known when that began. */
export type Sent = { file: File; title: string | undefined; at: number; known: readonly string[] };

const compared = (name: string) =>
  [...name.normalize('NFC').replace(/[^\p{L}\p{N}]/gu, '')].slice(0, comparedMax).join('');

const isNamed = (fileName: string, { file }: Sent) => compared(fileName) === compared(file.name);

/**
 * A line may break between the last byte of a file and the answer to it: then the file is there, though its sending
 * has broken off.
 */
export function arrivedAfterAll(documents: readonly DocumentView[], sent: Sent): DocumentView | null {
  const isIt = (document: DocumentView) =>
    !sent.known.includes(document.id) &&
    document.createdAt > sent.at - clocksApartMs &&
    document.bytes === sent.file.size &&
    isNamed(document.fileName, sent);
  return documents.find(isIt) ?? null;
}

/** The same for a new file of a document. */
export function replacedAfterAll(before: DocumentView, now: DocumentView, sent: Sent): boolean {
  if (now.replacement) return before.replacement === null && isNamed(now.replacement.fileName, sent);
  return now.version !== before.version && now.bytes === sent.file.size && isNamed(now.fileName, sent);
}
