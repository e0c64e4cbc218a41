import { afterEach, beforeEach, expect, it, vi } from 'vitest';

type Listener = (event: { preventDefault: () => void }) => void;

let listeners: Record<string, Listener>;
let saved: string[];
let online: boolean;

beforeEach(() => {
  vi.resetModules();
  listeners = {};
  saved = [];
  online = true;
  vi.stubGlobal('addEventListener', (name: string, listener: Listener) => (listeners[name] = listener));
  vi.stubGlobal(
    'XMLHttpRequest',
    class {
      readonly upload = {};
      open(): void {}
      setRequestHeader(): void {}
      send(): void {}
      abort(): void {}
    },
  );
  vi.stubGlobal('fetch', async (_path: string, { method, body }: RequestInit) => {
    if (!online) throw new TypeError('Failed to fetch');
    if (method === 'GET') return new Response(JSON.stringify({ memos: [] }));
    if (typeof body === 'string') saved.push(body);
    return new Response(null, { status: 204 });
  });
});
afterEach(() => vi.unstubAllGlobals());

function asksBeforeLeaving(): boolean {
  const preventDefault = vi.fn();
  listeners['beforeunload']!({ preventDefault });
  return preventDefault.mock.calls.length > 0;
}

it('a file that is being sent is asked about, wherever on the desk or in a call one is', async () => {
  const { shelf } = await import('./desk-documents.ts');
  expect(asksBeforeLeaving()).toBe(false);
  shelf.add([new File(['a'], 'a.pdf')]);
  expect(asksBeforeLeaving()).toBe(true);
  shelf.cancelAll();
  expect(asksBeforeLeaving()).toBe(false);
});

it('what is typed is sent without asking; what cannot be saved is asked about', async () => {
  const { bookOf } = await import('./desk-documents.ts');
  const book = bookOf('document');
  await book.load();
  book.write(1, 'text');
  expect(asksBeforeLeaving()).toBe(false);
  expect(saved).toEqual(['{"text":"text"}']);
  online = false;
  book.write(1, 'more');
  await book.flush();
  expect(asksBeforeLeaving()).toBe(true);
});

it('what could not be saved while nobody was signed in is stored afterwards', async () => {
  const { bookOf, storeMemos } = await import('./desk-documents.ts');
  const book = bookOf('document');
  await book.load();
  online = false;
  book.write(1, 'text');
  await book.flush();
  online = true;
  await storeMemos();
  expect(saved).toEqual(['{"text":"text"}']);
  expect(asksBeforeLeaving()).toBe(false);
});
