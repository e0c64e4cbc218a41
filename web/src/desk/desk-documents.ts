import { DocumentsApi } from '../documents/documents-api.ts';
import { MemoBook } from '../documents/memo-book.svelte.ts';
import { Shelf } from '../documents/shelf.svelte.ts';

/*
 * The documents of whoever is signed in here, who stays the same for as long as the page lives. They outlive the
 * places of the desk: a file goes on being sent while one looks at another document.
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
