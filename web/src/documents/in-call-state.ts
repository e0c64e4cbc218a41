import type { CallApi, StageApi } from '../session/api.ts';
import { DocumentsApi } from './documents-api.ts';
import { MemoBook } from './memo-book.svelte.ts';
import { Shelf } from './shelf.svelte.ts';

/**
 * What the parts of a call that have to do with documents share: it outlives a closed panel, so that a file that
 * is being sent and a memo that is being saved do.
 */
type CallDocuments = { api: DocumentsApi; shelf: Shelf; books: Map<string, MemoBook> };

/** Nobody who leaves a call waits longer for what is still to be stored: that goes on by itself. */
const partingMs = 2_000;

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
  guard(made);
  return made;
}

/*
 * Before anybody asks whether something would be lost, what is typed is sent: most often there is nothing to be
 * asked about then. This holds for as long as the page lives, also for a memo whose field is closed.
 */
function guard({ books }: CallDocuments): void {
  const sendAll = () => {
    for (const book of books.values()) book.sendAll();
  };
  addEventListener('beforeunload', sendAll, { capture: true });
  addEventListener('pagehide', sendAll);
}

/** Something would be lost if the page went now: a file that is being sent, or a memo that is not stored. */
export function atRisk({ stage }: CallApi): boolean {
  const there = known.get(stage);
  return (
    there !== undefined && (there.shelf.sending || [...there.books.values()].some((book) => book.atRisk))
  );
}

/** The seat is given up: what is written is stored, what is being sent is stopped. */
export async function letGo({ stage }: CallApi): Promise<void> {
  const there = known.get(stage);
  if (!there) return;
  there.shelf.cancelAll();
  const stored = Promise.all([...there.books.values()].map((book) => book.flush()));
  await Promise.race([stored, new Promise((resolve) => setTimeout(resolve, partingMs))]);
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
