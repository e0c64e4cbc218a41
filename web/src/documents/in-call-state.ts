import type { CallApi, StageApi } from '../session/api.ts';
import { DocumentsApi } from './documents-api.ts';
import { MemoBook } from './memo-book.svelte.ts';
import { Shelf } from './shelf.svelte.ts';

/**
 * What the parts of a call that have to do with documents share: it outlives a closed panel, so that a file that
 * is being sent and a memo that is being saved do.
 */
type CallDocuments = { api: DocumentsApi; shelf: Shelf; books: Map<string, MemoBook> };

const known = new WeakMap<StageApi, CallDocuments>();

function documentsOf({ stage, role }: CallApi): CallDocuments {
  const there = known.get(stage);
  if (there) return there;
  const api = new DocumentsApi(() => stage.identity);
  const made = {
    api,
    shelf: new Shelf(api, { arranged: role === 'host' }),
    books: new Map<string, MemoBook>(),
  };
  known.set(stage, made);
  return made;
}

/** The own documents of somebody in a call. */
export const shelfOf = (call: CallApi): Shelf => documentsOf(call).shelf;
export const documentsApiOf = (call: CallApi): DocumentsApi => documentsOf(call).api;

/** D2. For the host alone: for guests nothing is ever asked. */
export function memoBookOf(call: CallApi, documentId: string): MemoBook | null {
  if (call.role !== 'host') return null;
  const { api, books } = documentsOf(call);
  const there = books.get(documentId);
  if (there) return there;
  const made = new MemoBook(api, documentId);
  books.set(documentId, made);
  return made;
}
