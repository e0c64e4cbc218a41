import { DocumentsApi } from '../documents/documents-api.ts';
import { MemoBook } from '../documents/memo-book.svelte.ts';
import { Shelf } from '../documents/shelf.svelte.ts';

/*
 * The documents of whoever is signed in here, who stays the same for as long as the page lives. They outlive the
 * places of the desk: a file goes on being sent while one looks at another document, or goes into a call.
 */

export const api = new DocumentsApi();
export const shelf = new Shelf(api, { arranged: true });

const books = new Map<string, MemoBook>();

export function bookOf(documentId: string): MemoBook {
  const there = books.get(documentId);
  if (there) return there;
  const made = new MemoBook(api, documentId);
  books.set(documentId, made);
  return made;
}

/** Stores what could not be stored until now, such as while nobody was signed in. */
export async function storeMemos(): Promise<void> {
  await Promise.all([...books.values()].map((book) => book.flush()));
}

function sendMemos(): void {
  for (const book of books.values()) book.sendAll();
}

/* Here and not at a place of the desk: in a call, none of them is there to ask. */
addEventListener('pagehide', sendMemos);
addEventListener('beforeunload', (event) => {
  sendMemos();
  if (shelf.sending || [...books.values()].some((book) => book.atRisk)) event.preventDefault();
});
