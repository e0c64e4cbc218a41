import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DocumentProgress, DocumentView } from '../../../sfu/protocol/documents.ts';
import { DocumentsApi } from './documents-api.ts';
import { Shelf } from './shelf.svelte.ts';

/** A browser's request that carries a file; the test says what becomes of it. */
class FileRequest {
  static readonly all: FileRequest[] = [];
  readonly upload: { onprogress: (event: { loaded: number; total: number }) => void } = {
    onprogress: () => undefined,
  };
  onload = () => {};
  onerror = () => {};
  status = 0;
  responseText = '';
  method = '';
  url = '';
  headers: Record<string, string> = {};
  body: File | null = null;
  aborted = false;

  open(method: string, url: string): void {
    Object.assign(this, { method, url });
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(body: File): void {
    this.body = body;
    FileRequest.all.push(this);
  }
  abort(): void {
    this.aborted = true;
  }
  answers(status: number, body: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload();
  }
}

const idOf = (name: string) => name.padEnd(22, '0');

function view(name: string, progress: DocumentProgress, more: Partial<DocumentView> = {}): DocumentView {
  return {
    id: idOf(name),
    title: name,
    fileName: `${name}.pdf`,
    format: 'pdf',
    bytes: 10,
    pages: progress.state === 'ready' ? 3 : 0,
    progress,
    shareFile: false,
    substitutedFonts: [],
    version: 1,
    replacement: null,
    createdAt: 0,
    ...more,
  };
}

const converting = (ahead = 0): DocumentProgress => ({ state: 'converting', ahead });
const ready: DocumentProgress = { state: 'ready' };

type Answer = { status: number; body?: unknown } | 'lost';

/** What the server has, by path; and what it was asked. */
let server: Map<string, Answer>;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  FileRequest.all.length = 0;
  server = new Map();
  asked = [];
  vi.stubGlobal('XMLHttpRequest', FileRequest);
  vi.stubGlobal('fetch', async (path: string, { method, body }: RequestInit) => {
    const question = `${method ?? ''} ${path}`;
    asked.push(typeof body === 'string' ? `${question} ${body}` : question);
    const answer = server.get(question) ?? { status: 204 };
    if (answer === 'lost') throw new TypeError('Failed to fetch');
    const hasBody = answer.body !== undefined;
    return new Response(hasBody ? JSON.stringify(answer.body) : null, { status: answer.status });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const aShelf = () =>
  new Shelf(new DocumentsApi(() => ({ Authorization: 'Bearer seat' })), { arranged: true });
const file = (name: string, size = 10) => new File([new Uint8Array(size)], name);
const polls = () => asked.filter((each) => /^GET \/api\/documents\/\w/.test(each));
const list = (...documents: DocumentView[]) =>
  server.set('GET /api/documents', {
    status: 200,
    body: { documents, limits: { bytes: 1_000_000, pages: 500, count: 100 } },
  });
const serves = (document: DocumentView) =>
  server.set(`GET /api/documents/${document.id}`, { status: 200, body: document });
const settled = () => vi.advanceTimersByTimeAsync(0);

describe('a file on its way', () => {
  it('is sent as it is, with its name, by whoever has the seat', () => {
    const shelf = aShelf();
    shelf.add([file('見積書 2026.PDF')]);
    const [request] = FileRequest.all;
    expect(request).toMatchObject({
      method: 'POST',
      url: `/api/documents?name=${encodeURIComponent('見積書 2026.PDF').replaceAll('%20', '+')}`,
      headers: { Authorization: 'Bearer seat', 'content-type': 'application/octet-stream' },
    });
    expect(request!.body!.size).toBe(10);
    expect(shelf.items[0]!.title).toBe('見積書 2026');
  });

  it('goes through the three steps', async () => {
    const shelf = aShelf();
    shelf.add([file('offer.pptx')]);
    const item = shelf.items[0]!;
    FileRequest.all[0]!.upload.onprogress({ loaded: 4, total: 10 });
    expect(item.progress).toEqual({ step: 'sending', share: 0.4, waiting: false });

    serves(view('offer', converting(2)));
    FileRequest.all[0]!.answers(202, view('offer', converting(3)));
    await settled();
    expect(item.progress).toEqual({ step: 'converting', ahead: 3 });
    await vi.advanceTimersByTimeAsync(700);
    expect(item.progress).toEqual({ step: 'converting', ahead: 2 });

    serves(view('offer', ready));
    await vi.advanceTimersByTimeAsync(700);
    expect(item.progress).toEqual({ step: 'done' });
    expect(item.usable).toBe(true);
  });

  it('is not asked after any more when it is ready', async () => {
    const shelf = aShelf();
    shelf.add([file('offer.pdf')]);
    serves(view('offer', ready));
    FileRequest.all[0]!.answers(202, view('offer', converting()));
    await vi.advanceTimersByTimeAsync(700);
    expect(polls()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(polls()).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says why it was refused, and is gone when that was read', async () => {
    const shelf = aShelf();
    shelf.add([file('secret.pdf')]);
    FileRequest.all[0]!.answers(202, view('secret', converting()));
    serves(view('secret', { state: 'failed', code: 'document-encrypted', details: {} }));
    await vi.advanceTimersByTimeAsync(700);
    const item = shelf.items[0]!;
    expect(item.progress).toEqual({ step: 'failed', failure: { code: 'document-encrypted', details: {} } });
    await shelf.dismiss(item);
    expect(asked).toContain(`DELETE /api/documents/${idOf('secret')}`);
    expect(shelf.items).toEqual([]);
  });

  it('that is too large is refused before it is sent', async () => {
    list();
    const shelf = aShelf();
    await shelf.load();
    shelf.add([file('film.pdf', 1_000_001)]);
    await settled();
    expect(FileRequest.all).toEqual([]);
    expect(shelf.items[0]!.progress).toEqual({
      step: 'failed',
      failure: { code: 'document-too-large', details: { megabytes: 1 } },
    });
  });

  it('that breaks off can be sent again', async () => {
    const shelf = aShelf();
    list();
    shelf.add([file('offer.pdf')]);
    FileRequest.all[0]!.onerror();
    await settled();
    const item = shelf.items[0]!;
    expect(item.progress).toMatchObject({ step: 'failed', failure: { code: 'upload-broken' } });
    shelf.again(item);
    await settled();
    FileRequest.all[1]!.answers(202, view('offer', ready));
    await settled();
    expect(item.progress).toEqual({ step: 'done' });
    expect(shelf.items).toEqual([item]);
  });

  it('of which only the answer was lost has arrived', async () => {
    const shelf = aShelf();
    list(view('old', ready, { fileName: 'offer.pdf', createdAt: Date.now() }));
    await shelf.load();
    shelf.add([file('offer.pdf')]);
    const came = view('offer', ready, { createdAt: Date.now() + 1_000 });
    list(came, view('old', ready, { fileName: 'offer.pdf', createdAt: Date.now() }));
    FileRequest.all[0]!.onerror();
    await settled();
    expect(shelf.items.map(({ document, progress }) => [document?.id, progress?.step])).toEqual([
      [idOf('offer'), 'done'],
      [idOf('old'), undefined],
    ]);
  });

  it('is looked for once more before it is sent again', async () => {
    const shelf = aShelf();
    server.set('GET /api/documents', 'lost');
    shelf.add([file('offer.pdf')]);
    FileRequest.all[0]!.onerror();
    await settled();
    const item = shelf.items[0]!;
    expect(item.progress).toMatchObject({ step: 'failed', failure: { code: 'upload-broken' } });
    list(view('offer', ready, { createdAt: Date.now() }));
    shelf.again(item);
    await settled();
    expect(FileRequest.all).toHaveLength(1);
    expect(item).toMatchObject({ sending: null, broken: null, document: { id: idOf('offer') } });
  });

  it('is not taken for its double that has arrived by itself', async () => {
    const shelf = aShelf();
    shelf.add([file('offer.pdf'), file('offer.pdf')]);
    const came = view('offer', ready, { createdAt: Date.now() });
    list(came);
    FileRequest.all[0]!.answers(202, came);
    await settled();
    FileRequest.all[1]!.onerror();
    await settled();
    expect(shelf.items.map(({ progress }) => progress?.step)).toEqual(['done', 'failed']);
  });

  it('is said to be ready for a while, not for ever', async () => {
    const shelf = aShelf();
    shelf.add([file('offer.pdf')]);
    FileRequest.all[0]!.answers(202, view('offer', ready));
    await settled();
    expect(shelf.items[0]!.progress).toEqual({ step: 'done' });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(shelf.items[0]!.progress).toBeNull();
  });

  it('is not sent any more when its call is over', async () => {
    const shelf = aShelf();
    shelf.add([file('a.pdf'), file('b.pdf'), file('c.pdf')]);
    shelf.cancelAll();
    await settled();
    expect(FileRequest.all.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect([shelf.sending, shelf.items]).toEqual([false, []]);
  });

  it('of which nothing moves any more has broken off', async () => {
    const shelf = aShelf();
    list();
    shelf.add([file('offer.pdf')]);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(FileRequest.all[0]!.aborted).toBe(true);
    expect(shelf.items[0]!.progress).toMatchObject({ failure: { code: 'upload-broken' } });
  });

  it('is cancelled while it is sent', async () => {
    const shelf = aShelf();
    shelf.add([file('offer.pdf')]);
    shelf.cancel(shelf.items[0]!);
    await settled();
    expect(FileRequest.all[0]!.aborted).toBe(true);
    expect(shelf.items).toEqual([]);
    expect(shelf.sending).toBe(false);
  });

  it('takes a title that was typed meanwhile', async () => {
    const shelf = aShelf();
    shelf.add([file('a.pdf')]);
    const item = shelf.items[0]!;
    await shelf.rename(item, 'ご提案書');
    const path = `/api/documents/${idOf('a')}`;
    server.set(`PATCH ${path}`, { status: 200, body: view('a', ready, { title: 'ご提案書' }) });
    FileRequest.all[0]!.answers(202, view('a', ready));
    await settled();
    expect(asked).toContain(`PATCH ${path} {"title":"ご提案書"}`);
    expect(item.title).toBe('ご提案書');
    expect(item.draftTitle).toBeNull();
  });
});

describe('several files', () => {
  it('are sent two at once, keep their order, and have it saved', async () => {
    const shelf = aShelf();
    shelf.add([file('a.pdf'), file('b.pdf'), file('c.pdf')]);
    expect(FileRequest.all.map(({ body }) => body!.name)).toEqual(['a.pdf', 'b.pdf']);
    expect(shelf.items[2]!.progress).toMatchObject({ step: 'sending', waiting: true });

    FileRequest.all[1]!.answers(202, view('b', ready));
    await settled();
    expect(FileRequest.all.map(({ body }) => body!.name)).toEqual(['a.pdf', 'b.pdf', 'c.pdf']);
    FileRequest.all[2]!.answers(202, view('c', ready));
    FileRequest.all[0]!.answers(202, view('a', ready));
    await settled();
    expect(shelf.items.map(({ title }) => title)).toEqual(['a', 'b', 'c']);
    expect(asked).toContain(`PUT /api/documents/order ${JSON.stringify({ ids: ['a', 'b', 'c'].map(idOf) })}`);
  });

  it('are followed while the line is lost in between', async () => {
    const shelf = aShelf();
    list(view('a', converting()), view('b', converting(1)));
    await shelf.load();
    server.set(`GET /api/documents/${idOf('a')}`, 'lost');
    server.set(`GET /api/documents/${idOf('b')}`, 'lost');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(shelf.items.map(({ progress }) => progress?.step)).toEqual(['converting', 'converting']);
    serves(view('a', ready));
    serves(view('b', ready));
    await vi.advanceTimersByTimeAsync(6_000);
    expect(shelf.items.map(({ progress }) => progress?.step)).toEqual(['done', 'done']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are no longer followed by somebody who is signed out', async () => {
    const shelf = aShelf();
    list(view('a', converting()));
    await shelf.load();
    const refusal = { code: 'sign-in-required', message: '' };
    server.set(`GET /api/documents/${idOf('a')}`, { status: 401, body: refusal });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shelf.failure?.code).toBe('sign-in-required');
    expect(polls()).toHaveLength(1);
  });
});

describe('the list', () => {
  it('keeps what is being sent when it is read anew', async () => {
    const shelf = aShelf();
    list(view('a', ready));
    shelf.add([file('b.pdf')]);
    await shelf.load();
    expect(shelf.items.map(({ title }) => title)).toEqual(['b', 'a']);
    // The list is read just after the file has arrived, and before the answer.
    list(view('b', converting()), view('a', ready));
    await shelf.load();
    FileRequest.all[0]!.answers(202, view('b', ready));
    await settled();
    expect(shelf.items.map(({ title }) => title)).toEqual(['b', 'a']);
  });

  it('has nothing in motion when all is ready', async () => {
    const shelf = aShelf();
    list(view('a', ready));
    await shelf.load();
    expect(shelf.items[0]!.progress).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not bring back what was deleted while it was on its way', async () => {
    const shelf = aShelf();
    list(view('a', ready), view('b', ready));
    await shelf.load();
    const loading = shelf.load();
    await shelf.remove(shelf.find(idOf('a'))!);
    await loading;
    await shelf.load();
    expect(shelf.items.map(({ title }) => title)).toEqual(['b']);
  });

  it('is put back when its order could not be saved', async () => {
    const shelf = aShelf();
    list(view('a', ready), view('b', ready));
    await shelf.load();
    server.set('PUT /api/documents/order', 'lost');
    const failure = await shelf.move(shelf.items[0]!, 1);
    expect(failure?.code).toBe('offline');
    expect(shelf.items.map(({ title }) => title)).toEqual(['a', 'b']);
  });

  it('switches sharing back when it could not be saved', async () => {
    const shelf = aShelf();
    list(view('a', ready));
    await shelf.load();
    const item = shelf.items[0]!;
    server.set(`PATCH /api/documents/${idOf('a')}`, 'lost');
    const done = shelf.shareFile(item, true);
    expect(item.document!.shareFile).toBe(true);
    await done;
    expect(item.document!.shareFile).toBe(false);
    expect(item.trouble?.code).toBe('offline');
  });
});

describe('a new file for a document', () => {
  it('of which only the answer was lost is there', async () => {
    const shelf = aShelf();
    list(view('a', ready));
    await shelf.load();
    const item = shelf.items[0]!;
    shelf.replace(item, file('newer.pdf'));
    list(view('a', ready, { replacement: { fileName: 'newer.pdf', progress: converting() } }));
    serves(view('a', ready, { fileName: 'newer.pdf', version: 2 }));
    FileRequest.all[0]!.onerror();
    await settled();
    expect(item).toMatchObject({ broken: null, converting: true });
    await vi.advanceTimersByTimeAsync(700);
    expect(item).toMatchObject({ progress: { step: 'done' }, fileName: 'newer.pdf' });
  });

  it('leaves the old one in use until it is ready, and for good when it is refused', async () => {
    const shelf = aShelf();
    list(view('a', ready));
    await shelf.load();
    const item = shelf.items[0]!;
    shelf.replace(item, file('newer.pdf'));
    expect(FileRequest.all[0]).toMatchObject({
      method: 'PUT',
      url: `/api/documents/${idOf('a')}/file?name=newer.pdf`,
    });
    expect(item).toMatchObject({ usable: true, replacing: true, fileName: 'newer.pdf' });

    const replacement = (progress: DocumentProgress) =>
      view('a', ready, { replacement: { fileName: 'newer.pdf', progress } });
    FileRequest.all[0]!.answers(202, replacement(converting()));
    serves(replacement({ state: 'failed', code: 'document-damaged', details: {} }));
    await vi.advanceTimersByTimeAsync(700);
    expect(item).toMatchObject({ usable: true, replacing: true });
    expect(item.progress).toMatchObject({ step: 'failed', failure: { code: 'document-damaged' } });

    await shelf.dismiss(item);
    expect(asked).toContain(`DELETE /api/documents/${idOf('a')}/file`);
    expect(item).toMatchObject({ usable: true, replacing: false, progress: null });
  });
});
