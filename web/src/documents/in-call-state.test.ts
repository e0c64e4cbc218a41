import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallApi } from '../session/api.ts';
import { atRisk, letGo, memoBookOf, shelfOf } from './in-call-state.ts';

type Sent = { method: string; path: string; authorization: string | undefined; body: string | null };

let sent: Sent[];
let seatKnown: boolean;
let online: boolean;
let uploads: { aborted: boolean }[];
let listeners: Record<string, (event: { preventDefault: () => void }) => void>;
let identity: Record<string, string>;
let call: CallApi;

class FileRequest {
  readonly upload = {};
  aborted = false;
  open(): void {}
  setRequestHeader(): void {}
  send(): void {
    uploads.push(this);
  }
  abort(): void {
    this.aborted = true;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  uploads = [];
  listeners = {};
  seatKnown = true;
  online = true;
  identity = { Authorization: 'Bearer seat' };
  const stage = {
    get identity() {
      return identity;
    },
  };
  call = { role: 'host', stage } as unknown as CallApi;
  vi.stubGlobal('XMLHttpRequest', FileRequest);
  vi.stubGlobal('addEventListener', (name: string, listener: () => void) => (listeners[name] = listener));
  vi.stubGlobal('fetch', async (path: string, { method = '', headers, body }: RequestInit) => {
    const authorization = (headers as Record<string, string>)['Authorization'];
    sent.push({ method, path, authorization, body: typeof body === 'string' ? body : null });
    if (!online) return new Promise(() => undefined);
    if (method === 'GET') return new Response(JSON.stringify({ memos: [] }));
    if (authorization === undefined || seatKnown) return new Response(null, { status: 204 });
    return new Response(JSON.stringify({ code: 'seat-unknown', details: {} }), { status: 401 });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function aBook() {
  const book = memoBookOf(call, 'document')!;
  await book.load();
  return book;
}
const saves = () => sent.filter(({ method }) => method === 'PUT');

describe('a memo of a call that ends', () => {
  it('is saved with the seat that has just been given up', async () => {
    const book = await aBook();
    book.write(1, 'text');
    identity = {};
    await book.flush();
    expect(saves()).toMatchObject([{ authorization: 'Bearer seat', body: '{"text":"text"}' }]);
    expect(atRisk(call)).toBe(false);
  });

  it('is saved by the desk’s session when the server has forgotten the seat already', async () => {
    const book = await aBook();
    book.write(1, 'text');
    identity = {};
    seatKnown = false;
    await book.flush();
    expect(saves().map(({ authorization }) => authorization)).toEqual(['Bearer seat', undefined]);
    expect(book.memo(1).state).toBe('saved');
  });

  it('is stored before the seat is let go, but nobody waits for long', async () => {
    const book = await aBook();
    book.write(1, 'text');
    expect(atRisk(call)).toBe(true);
    await letGo(call);
    expect(book.memo(1).state).toBe('saved');
    expect(atRisk(call)).toBe(false);

    online = false;
    book.write(1, 'more text');
    let gone = false;
    void letGo(call).then(() => (gone = true));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(gone).toBe(true);
  });

  it.each(['pagehide', 'beforeunload'])('is sent at once on %s, wherever its field is', async (event) => {
    const book = await aBook();
    book.write(1, 'text');
    listeners[event]!({ preventDefault: () => undefined });
    expect(saves()).toHaveLength(1);
    expect(atRisk(call)).toBe(false);
  });
});

describe('a file that is being sent in a call', () => {
  it('would be lost, and is stopped when the seat is let go', async () => {
    expect(atRisk(call)).toBe(false);
    await letGo(call);
    shelfOf(call).add([new File(['a'], 'a.pdf')]);
    expect(atRisk(call)).toBe(true);
    await letGo(call);
    expect(uploads).toMatchObject([{ aborted: true }]);
    expect(atRisk(call)).toBe(false);
  });
});
