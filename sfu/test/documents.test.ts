import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, bring, filesKept, headersOf, listOf, send, settled } from './kit/documents.ts';
import type { Asker } from './kit/documents.ts';
import { pdfOf } from './kit/pdf.ts';
import { openDesk } from './kit/rep.ts';
import { TestServer } from './kit/server.ts';
import { until } from './kit/waiting.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { DOCUMENT_MAX_BYTES: '300000', DOCUMENT_MAX_PAGES: '50' } });
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

const threePages = pdfOf(3);

const get = (asker: Asker, to: string, headers: Record<string, string> = {}) =>
  ask(server.base, { ...headersOf(asker), ...headers }, 'GET', to);

describe('a rep’s documents', () => {
  test('are taken in, listed with a title from the file’s name, and served to their owner', async () => {
    const desk = await openDesk(server);
    const view = await bring(server.base, desk, threePages, '会社案内 2026.pdf');
    expect(view).toMatchObject({
      title: '会社案内 2026',
      fileName: '会社案内 2026.pdf',
      format: 'pdf',
      pages: 3,
      shareFile: false,
      progress: { state: 'ready' },
    });
    expect(await listOf(server.base, desk)).toEqual([view]);
    const pdf = await get(desk, `/api/documents/${view.id}/pdf`);
    expect(pdf.body.equals(threePages)).toBe(true);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect(pdf.headers.get('cache-control')).toContain('no-store');
  });

  test('are served in the ranges that a viewer asks for', async () => {
    const desk = await openDesk(server);
    const { id } = await bring(server.base, desk, threePages, 'a.pdf');
    const part = (range: string) => get(desk, `/api/documents/${id}/pdf`, { Range: range });
    const middle = await part('bytes=10-19');
    expect(middle.status).toBe(206);
    expect(middle.headers.get('content-range')).toBe(`bytes 10-19/${threePages.length}`);
    expect(middle.body.equals(threePages.subarray(10, 20))).toBe(true);
    expect((await part('bytes=-5')).body.equals(threePages.subarray(-5))).toBe(true);
    const longer = await part(`bytes=-${threePages.length + 1}`);
    expect(longer.status).toBe(206);
    expect(longer.body.equals(threePages)).toBe(true);
    expect((await part(`bytes=${threePages.length}-`)).status).toBe(416);
    expect((await part('bytes=0-1,5-6')).status).toBe(200);
    expect((await part('lines=1-2')).status).toBe(200);
  });

  test.each([
    ['../../etc/passwd.pdf', 'passwd.pdf'],
    ['C:\\資料\\見積 "最終".pdf', '見積 _最終_.pdf'],
    ['か\u3099き\u3099.pdf', 'がぎ.pdf'],
    ['請求書\u202Efdp.exe.pdf', '請求書 fdp.exe.pdf'],
    ['a\u0000\n\tb.pdf', 'a b.pdf'],
    [`${'長'.repeat(300)}.pdf`, `${'長'.repeat(251)}.pdf`],
    ['...hidden.pdf', 'hidden.pdf'],
  ])('with the name %j are shown and downloaded as %j', async (name, shown) => {
    const desk = await openDesk(server);
    const view = await bring(server.base, desk, threePages, name);
    expect(view.fileName).toBe(shown);
    const { headers } = await get(desk, `/api/documents/${view.id}/original`);
    const disposition = headers.get('content-disposition') ?? '';
    expect(disposition).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''/);
    expect(decodeURIComponent(/UTF-8''(.*)$/.exec(disposition)![1]!)).toBe(shown);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('that are not what their names say get the ending of what they are', async () => {
    const desk = await openDesk(server);
    expect((await bring(server.base, desk, threePages, '見積書.exe')).fileName).toBe('見積書.exe.pdf');
    expect((await bring(server.base, desk, threePages, 'Brochure.PDF')).fileName).toBe('Brochure.PDF');
  });

  test('are not mixed with the file that takes their place', async () => {
    const desk = await openDesk(server);
    const { id, version } = await bring(server.base, desk, threePages, 'a.pdf');
    const first = await get(desk, `/api/documents/${id}/pdf?v=${version}`);
    const part = await get(desk, `/api/documents/${id}/pdf`, {
      Range: 'bytes=0-9',
      'If-Range': first.headers.get('etag')!,
    });
    expect(part.status).toBe(206);
    await ask(server.base, headersOf(desk), 'PUT', `/api/documents/${id}/file?name=b.pdf`, pdfOf(4));
    await settled(server.base, desk, id);
    expect((await get(desk, `/api/documents/${id}/pdf?v=${version}`)).json['code']).toBe(
      'document-not-ready',
    );
    const whole = await get(desk, `/api/documents/${id}/pdf`, {
      Range: 'bytes=0-9',
      'If-Range': first.headers.get('etag')!,
    });
    expect(whole.status).toBe(200);
  });

  test('that somebody stops reading are not kept open', async () => {
    const desk = await openDesk(server);
    const { id } = await bring(server.base, desk, pdfOf(3, { ballastBytes: 250_000 }), 'a.pdf');
    const openFiles = async () => (await readdir('/proc/self/fd')).length;
    const before = await openFiles();
    for (let round = 0; round < 60; round += 1) {
      const stop = new AbortController();
      const reading = fetch(`${server.base}/api/documents/${id}/pdf`, {
        headers: headersOf(desk),
        signal: stop.signal,
      });
      setTimeout(() => stop.abort(), round % 6);
      await reading.then((response) => response.body?.cancel()).catch(() => undefined);
    }
    await until('everything is closed again', async () => (await openFiles()) <= before + 5);
  });

  test('without a usable name or as another type of body are refused', async () => {
    const desk = await openDesk(server);
    expect((await send(server.base, desk, threePages, '../')).status).toBe(400);
    const asJson = await ask(server.base, headersOf(desk), 'POST', '/api/documents?name=a.pdf', { a: 1 });
    expect(asJson).toMatchObject({ status: 400, json: { code: 'bad-request' } });
  });

  test('can be renamed, shared, ordered and deleted', async () => {
    const desk = await openDesk(server);
    const first = await bring(server.base, desk, threePages, '一.pdf');
    const second = await bring(server.base, desk, threePages, '二.pdf');
    const change = (id: string, body: object) =>
      ask(server.base, headersOf(desk), 'PATCH', `/api/documents/${id}`, body);
    expect((await change(first.id, { title: '  新しい\n題名 ', shareFile: true })).json).toMatchObject({
      title: '新しい 題名',
      shareFile: true,
    });
    expect((await change(first.id, { title: ' ' })).json).toMatchObject({ code: 'bad-request' });
    const ids = [first.id, second.id];
    await ask(server.base, headersOf(desk), 'PUT', '/api/documents/order', { ids });
    expect((await listOf(server.base, desk)).map(({ id }) => id)).toEqual(ids);
    const before = await filesKept(server);
    expect((await ask(server.base, headersOf(desk), 'DELETE', `/api/documents/${first.id}`)).status).toBe(
      204,
    );
    expect((await listOf(server.base, desk)).map(({ id }) => id)).toEqual([second.id]);
    expect(await filesKept(server)).toHaveLength(before.length - 1);
  });

  test('are nobody else’s: not to see, to fetch, to change or to delete', async () => {
    const owner = await openDesk(server, { name: '持ち主' });
    const { id } = await bring(server.base, owner, threePages, '秘密.pdf');
    const colleague = await openDesk(server, { name: '同僚' });
    const stranger = await openDesk(server, { organization: 'elsewhere' });
    for (const other of [colleague, stranger]) {
      expect(await listOf(server.base, other)).toEqual([]);
      for (const [method, to, body] of [
        ['GET', `/api/documents/${id}`],
        ['GET', `/api/documents/${id}/pdf`],
        ['GET', `/api/documents/${id}/original`],
        ['GET', `/api/documents/${id}/memos`],
        ['PUT', `/api/documents/${id}/memos/1`, { text: 'x' }],
        ['PATCH', `/api/documents/${id}`, { title: 'x' }],
        ['PUT', `/api/documents/${id}/file?name=a.pdf`, threePages],
        ['DELETE', `/api/documents/${id}/file`],
        ['DELETE', `/api/documents/${id}`],
      ] as const) {
        const answer = await ask(server.base, headersOf(other), method, to, body);
        expect([method, to, answer.status, answer.json['code']]).toEqual([
          method,
          to,
          404,
          'document-unknown',
        ]);
      }
      await ask(server.base, headersOf(other), 'PUT', '/api/documents/order', { ids: [id] });
    }
    expect(await listOf(server.base, owner)).toHaveLength(1);
    const nobody = await ask(server.base, {}, 'GET', `/api/documents/${id}/pdf`);
    expect(nobody).toMatchObject({ status: 401, json: { code: 'sign-in-required' } });
  });

  test('get a new file; title and memos stay, and a refused one changes nothing', async () => {
    const desk = await openDesk(server);
    const old = await bring(server.base, desk, threePages, '価格表.pdf');
    const memo = { text: '値引きは5%まで' };
    await ask(server.base, headersOf(desk), 'PUT', `/api/documents/${old.id}/memos/2`, memo);
    const replace = (file: Buffer, name: string) =>
      ask(server.base, headersOf(desk), 'PUT', `/api/documents/${old.id}/file?name=${name}`, file);
    const refused = await replace(Buffer.from('this is no document'), 'x.pdf');
    expect(refused.json).toMatchObject({ code: 'document-type' });
    expect((await replace(pdfOf(8), 'new.pdf')).status).toBe(202);
    const replaced = await settled(server.base, desk, old.id);
    expect(replaced).toMatchObject({
      id: old.id,
      title: '価格表',
      fileName: 'new.pdf',
      pages: 8,
      version: 2,
      replacement: null,
    });
    const memos = await get(desk, `/api/documents/${old.id}/memos`);
    expect(memos.json['memos']).toEqual([{ page: 2, text: memo.text }]);
    // Too many pages shows only when the file is read.
    await replace(pdfOf(60), 'long.pdf');
    const kept = await settled(server.base, desk, old.id);
    expect(kept).toMatchObject({ pages: 8, version: 2 });
    expect(kept.replacement).toMatchObject({
      fileName: 'long.pdf',
      progress: { state: 'failed', code: 'document-pages', details: { pages: 50 } },
    });
    await ask(server.base, headersOf(desk), 'DELETE', `/api/documents/${old.id}/file`);
    expect((await settled(server.base, desk, old.id)).replacement).toBeNull();
  });
});

describe('files that cannot be taken in', () => {
  test.each([
    ['text.pdf', Buffer.from('これは資料ではありません'), 'document-type'],
    ['empty.docx', Buffer.alloc(0), 'document-damaged'],
    ['large.pdf', pdfOf(2, { ballastBytes: 400_000 }), 'document-too-large'],
  ])('%s is refused at once, and leaves nothing behind', async (name, file, code) => {
    const desk = await openDesk(server);
    const before = await filesKept(server);
    const answer = await send(server.base, desk, file, name);
    expect(answer.json['code']).toBe(code);
    expect(await listOf(server.base, desk)).toEqual([]);
    expect(await filesKept(server)).toEqual(before);
    expect((await bring(server.base, desk, threePages, 'next.pdf')).progress).toEqual({ state: 'ready' });
  });

  test('one that turns out too long says so until its owner has read it; no entry and no file is left', async () => {
    const desk = await openDesk(server);
    const before = await filesKept(server);
    const view = await bring(server.base, desk, pdfOf(51), '長い.pdf');
    expect(view.progress).toEqual({ state: 'failed', code: 'document-pages', details: { pages: 50 } });
    expect(await filesKept(server)).toEqual(before);
    expect(await (await server.store()).documents.load(view.id)).toBeNull();
    expect((await listOf(server.base, desk)).map(({ id }) => id)).toEqual([view.id]);
    await ask(server.base, headersOf(desk), 'DELETE', `/api/documents/${view.id}`);
    expect(await listOf(server.base, desk)).toEqual([]);
  });

  test('an upload that breaks off half-way leaves nothing behind', async () => {
    const desk = await openDesk(server);
    const before = await filesKept(server);
    const upload = httpRequest(`${server.base}/api/documents?name=a.pdf`, {
      method: 'POST',
      headers: {
        Origin: server.base,
        ...headersOf(desk),
        'Content-Type': 'application/octet-stream',
        'Content-Length': threePages.length,
      },
    });
    upload.on('error', () => undefined);
    upload.write(threePages.subarray(0, 500));
    await until(
      'the server is writing the file',
      async () => (await filesKept(server)).length > before.length,
    );
    upload.destroy();
    await until('nothing of it is left', async () => (await filesKept(server)).length === before.length);
    expect(await listOf(server.base, desk)).toEqual([]);
  });

  test('one that says it is small and is not is cut off', async () => {
    const desk = await openDesk(server);
    const before = await filesKept(server);
    const status = await new Promise<number | string>((resolve) => {
      const upload = httpRequest(
        `${server.base}/api/documents?name=a.pdf`,
        {
          method: 'POST',
          headers: {
            Origin: server.base,
            ...headersOf(desk),
            'Content-Type': 'application/octet-stream',
            'Transfer-Encoding': 'chunked',
          },
        },
        (response) => resolve(response.statusCode ?? 0),
      );
      upload.on('error', (error) => resolve(error.message));
      upload.end(Buffer.alloc(2_000_000));
    });
    expect([413, 'write EPIPE', 'read ECONNRESET', 'socket hang up']).toContain(status);
    await until('nothing of it is left', async () => (await filesKept(server)).length === before.length);
  });
});

describe('memos', () => {
  test('of any length are kept by page; an empty one goes', async () => {
    const desk = await openDesk(server);
    const { id } = await bring(server.base, desk, threePages, 'a.pdf');
    const write = (page: number | string, text: string) =>
      ask(server.base, headersOf(desk), 'PUT', `/api/documents/${id}/memos/${page}`, { text });
    const long = 'この資料のねらい。'.repeat(50_000);
    expect((await write(0, long)).status).toBe(204);
    expect((await write(3, '三ページ目')).status).toBe(204);
    expect((await write(2, 'x')).status).toBe(204);
    expect((await write(2, '')).status).toBe(204);
    expect((await get(desk, `/api/documents/${id}/memos`)).json['memos']).toEqual([
      { page: 0, text: long },
      { page: 3, text: '三ページ目' },
    ]);
    expect((await write(-1, 'x')).status).toBe(400);
    expect((await write('one', 'x')).status).toBe(400);
    expect((await write(1, 'x'.repeat(1_000_001))).status).toBe(400);
  });
});
