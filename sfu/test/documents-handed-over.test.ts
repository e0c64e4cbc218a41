import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import { codeOf } from './kit/client.ts';
import type { Page } from './kit/client.ts';
import { ask, bring, filesKept, listOf, presenting, seatHeaders, send } from './kit/documents.ts';
import { pdfOf } from './kit/pdf.ts';
import { TestServer } from './kit/server.ts';
import { comeByLink, fourPeople, room } from './kit/stories.ts';
import { until } from './kit/waiting.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { DOCUMENT_MAX_BYTES: '300000', DOCUMENT_MAX_PAGES: '50' } });
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

const threePages = pdfOf(3);

/** A file that comes piece by piece. */
function slowUpload(page: Page) {
  const upload = httpRequest(`${server.base}/api/documents?name=a.pdf`, {
    method: 'POST',
    headers: {
      Origin: server.base,
      ...seatHeaders(page),
      'Content-Type': 'application/octet-stream',
      'Content-Length': threePages.length,
    },
  });
  const status = new Promise<number>((resolve, reject) => {
    upload.once('response', (response) => resolve(response.statusCode ?? 0));
    upload.once('error', reject);
  });
  return Object.assign(upload, { status });
}

describe('handing over', () => {
  async function offered() {
    const four = await presenting(server);
    const { host, guests, document } = four;
    await ask(server.base, seatHeaders(host), 'PATCH', `/api/documents/${document.id}`, { shareFile: true });
    const { offerId } = await host.request('offer:make', { documentId: document.id });
    for (const guest of guests) await guest.sees('the offer', ({ offers }) => offers.length === 1);
    return { ...four, offerId };
  }
  const states = (page: Page) => page.view.offers[0]?.recipients.map(({ state }) => state);

  test('a file that is not shared cannot be offered', async () => {
    const { host, document } = await presenting(server);
    expect(await codeOf(host.request('offer:make', { documentId: document.id }))).toBe('document-not-shared');
  });

  test('each guest takes or declines it; the rep sees which, and nobody else does', async () => {
    const { host, guests, document, offerId } = await offered();
    const [taker, decliner, waiter] = guests;
    const { path: to } = await taker.request('offer:receive', { offerId });
    await decliner.request('offer:decline', { offerId });
    await host.sees('who took it', () => states(host)?.join() === 'taken,declined,open');
    expect(states(waiter)).toEqual(['open']);
    expect(JSON.stringify(waiter.view.offers)).not.toContain(taker.self);
    const file = await ask(server.base, {}, 'GET', to);
    expect(file.body.equals(pdfOf(10))).toBe(true);
    expect(file.headers.get('content-disposition')).toContain(encodeURIComponent('ご提案書.pdf'));
    expect(document.fileName).toBe('ご提案書.pdf');
  });

  test('the file goes to those it was offered to only, and by their ticket', async () => {
    const { host, guests, offerId } = await offered();
    const [guest] = guests;
    await guests[2].request('meeting:leave', {});
    const late = await comeByLink(server, host, '後から');
    expect(late.view.offers).toEqual([]);
    expect(await codeOf(late.request('offer:receive', { offerId }))).toBe('offer-unknown');
    expect(await codeOf(host.request('offer:receive', { offerId }))).toBe('offer-unknown');
    const { path: to } = await guest.request('offer:receive', { offerId });
    const forged = to.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await ask(server.base, {}, 'GET', forged)).status).toBe(404);
  });

  test('stays open over a reload and a restart, and can be taken again', async () => {
    const { guests, offerId } = await offered();
    const [guest] = guests;
    const { resumeToken } = guest;
    await guest.request('offer:receive', { offerId });
    guest.close();
    await server.down();
    await server.up();
    const back = await server.openPage();
    await back.request('seat:resume', { resumeToken: resumeToken! });
    expect(states(back)).toEqual(['taken']);
    const { path: to } = await back.request('offer:receive', { offerId });
    expect((await ask(server.base, {}, 'GET', to)).status).toBe(200);
  });

  test('needs somebody to give it to', async () => {
    const { host } = await room(server);
    const document = await bring(server.base, host, threePages, 'a.pdf');
    await ask(server.base, seatHeaders(host), 'PATCH', `/api/documents/${document.id}`, { shareFile: true });
    expect(await codeOf(host.request('offer:make', { documentId: document.id }))).toBe('nobody-to-offer');
  });
});

describe('what a guest brings', () => {
  test('is shown and handed over without an account, and seen by nobody before that', async () => {
    const { host, guests } = await fourPeople(server);
    const [guest, other] = guests;
    const document = await bring(server.base, guest, threePages, '当社の図面.pdf');
    expect(await listOf(server.base, guest)).toHaveLength(1);
    expect(await listOf(server.base, other)).toEqual([]);
    expect(
      (await ask(server.base, seatHeaders(host), 'GET', `/api/documents/${document.id}/pdf`)).status,
    ).toBe(404);
    await guest.request('document:show', { documentId: document.id });
    await host.sees('the drawing', ({ shown }) => shown?.title === '当社の図面');
    expect(host.view.brought).toMatchObject([{ documentId: document.id, kept: false }]);
    expect(other.view.brought).toEqual([]);
    await guest.request('offer:make', { documentId: document.id });
    await host.sees('the offer', ({ offers }) => offers.length === 1);
    const { path: to } = await host.request('offer:receive', { offerId: host.view.offers[0]!.id });
    expect((await ask(server.base, {}, 'GET', to)).body.equals(threePages)).toBe(true);
    await host.request('document:close', { documentId: document.id });
    await guest.sees('nothing on show', ({ shown }) => shown === null);
  });

  test('goes with the meeting; the rep has copies of what they keep', async () => {
    const { host, guests } = await fourPeople(server);
    const [guest] = guests;
    const gone = await bring(server.base, guest, threePages, '消える.pdf');
    const kept = await bring(server.base, guest, threePages, '残る.pdf');
    for (const { id } of [gone, kept]) await guest.request('document:show', { documentId: id });
    expect(await codeOf(guest.request('document:keep', { documentId: kept.id }))).toBe('not-allowed');
    expect(await codeOf(host.request('document:keep', { documentId: newId() }))).toBe('document-unknown');
    await host.request('document:keep', { documentId: kept.id });
    await host.sees('that it is kept', ({ brought }) => brought.some((each) => each.kept));
    const files = (await filesKept(server)).length;
    await host.request('meeting:end', {});
    await until('what the guest brought is gone', async () => (await filesKept(server)).length === files - 2);
    expect((await listOf(server.base, { cookie: host.cookie })).map(({ title }) => title)).toEqual(['残る']);
  });

  test('is the rep’s own once it is kept: the guest has no hand in it any more', async () => {
    const { host, guests } = await fourPeople(server);
    const [guest] = guests;
    const theirs = await bring(server.base, guest, threePages, '図面.pdf');
    await guest.request('document:show', { documentId: theirs.id });
    await host.request('document:keep', { documentId: theirs.id });
    await host.request('document:keep', { documentId: theirs.id });
    const own = await listOf(server.base, { cookie: host.cookie });
    expect(own.map(({ title }) => title)).toEqual(['図面']);
    const { id } = own[0]!;
    expect(id).not.toBe(theirs.id);
    await ask(server.base, seatHeaders(host), 'PUT', `/api/documents/${id}/file?name=secret.pdf`, pdfOf(9));
    for (const [method, to, body] of [
      ['GET', 'original'],
      ['GET', 'pdf'],
      ['PATCH', '', { title: 'x' }],
      ['DELETE', ''],
    ] as const) {
      const answer = await ask(server.base, seatHeaders(guest), method, `/api/documents/${id}/${to}`, body);
      expect([method, to, answer.json['code']]).toEqual([method, to, 'document-unknown']);
    }
  });

  test('is kept also by somebody who ends the meeting in the same breath, or not at all', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { host, guests } = await fourPeople(server);
      const theirs = await bring(server.base, guests[0], threePages, '図面.pdf');
      await guests[0].request('document:show', { documentId: theirs.id });
      const [kept] = await Promise.all([
        codeOf(host.request('document:keep', { documentId: theirs.id })),
        host.request('meeting:end', {}),
      ]);
      const store = await server.store();
      await until('nothing of the guest is left', async () => !(await store.documents.load(theirs.id)));
      const own = await listOf(server.base, { cookie: host.cookie });
      expect(own).toHaveLength(kept === 'accepted' ? 1 : 0);
      for (const { id } of own) {
        const pdf = await ask(server.base, { Cookie: host.cookie }, 'GET', `/api/documents/${id}/pdf`);
        expect(pdf.body.equals(threePages)).toBe(true);
      }
    }
  });

  test('and is still on its way when the meeting ends leaves nothing behind', async () => {
    const { host, guests } = await fourPeople(server);
    const before = await filesKept(server);
    const upload = slowUpload(guests[0]);
    upload.write(threePages.subarray(0, 500));
    await until(
      'the server is writing the file',
      async () => (await filesKept(server)).length > before.length,
    );
    await host.request('meeting:end', {});
    upload.end(threePages.subarray(500));
    expect(await upload.status).toBe(410);
    expect(await filesKept(server)).toEqual(before);
  });

  test('has a limit also for forty files at once', async () => {
    const { guests } = await fourPeople(server);
    const names = Array.from({ length: 40 }, (_, index) => `${index}.pdf`);
    const sent = await Promise.all(names.map((name) => send(server.base, guests[0], pdfOf(1), name)));
    expect(sent.filter(({ status }) => status === 202).length).toBeLessThanOrEqual(10);
    expect(await listOf(server.base, guests[0])).toHaveLength(
      sent.filter(({ status }) => status === 202).length,
    );
  });

  test('has a limit', async () => {
    const { guests } = await fourPeople(server);
    for (let count = 0; count < 10; count += 1) await bring(server.base, guests[0], pdfOf(1), `${count}.pdf`);
    const answer = await send(server.base, guests[0], pdfOf(1), 'eleventh.pdf');
    expect(answer).toMatchObject({ status: 409, json: { code: 'document-count', details: { count: 10 } } });
  });

  test('has no memos, and guests cannot read or write the rep’s', async () => {
    const { host, guests, document } = await presenting(server);
    const memo = { text: '原価は300万円' };
    await ask(server.base, seatHeaders(host), 'PUT', `/api/documents/${document.id}/memos/1`, memo);
    await host.request('document:show', { documentId: document.id });
    const own = await bring(server.base, guests[0], threePages, '図面.pdf');
    for (const id of [document.id, own.id]) {
      const read = await ask(server.base, seatHeaders(guests[0]), 'GET', `/api/documents/${id}/memos`);
      const write = await ask(
        server.base,
        seatHeaders(guests[0]),
        'PUT',
        `/api/documents/${id}/memos/1`,
        memo,
      );
      expect([read.status, write.status]).toEqual([403, 403]);
    }
  });
});
