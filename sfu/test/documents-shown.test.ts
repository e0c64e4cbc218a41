import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import { codeOf } from './kit/client.ts';
import type { Page } from './kit/client.ts';
import { ask, bring, presenting, seatHeaders } from './kit/documents.ts';
import { pdfOf } from './kit/pdf.ts';
import { TestServer } from './kit/server.ts';
import { comeByLink, knock, room } from './kit/stories.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { DOCUMENT_MAX_BYTES: '300000', DOCUMENT_MAX_PAGES: '50' } });
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

const threePages = pdfOf(3);

describe('a document on show', () => {
  test('is on everybody’s screen, turned by whoever shows it, and closed for all', async () => {
    const { host, guests, document } = await presenting(server);
    await host.request('document:show', { documentId: document.id });
    for (const guest of guests) {
      await guest.sees('page 1', ({ shown }) => shown?.documentId === document.id && shown.page === 1);
    }
    await host.request('document:turn', { documentId: document.id, page: 7 });
    for (const guest of guests) await guest.sees('page 7', ({ shown }) => shown?.page === 7);
    await host.request('document:close', { documentId: document.id });
    for (const guest of guests) await guest.sees('nothing on show', ({ shown }) => shown === null);
  });

  test('is there for who comes late, comes back, or finds the server restarted', async () => {
    const { host, number } = await room(server);
    const document = await bring(server.base, host, pdfOf(10), 'a.pdf');
    await host.request('document:show', { documentId: document.id, page: 4 });
    const late = await comeByLink(server, host, '田中');
    expect(late.view.shown).toMatchObject({ documentId: document.id, page: 4 });
    const { resumeToken } = late;
    late.close();
    await server.down();
    await server.up();
    const back = await server.openPage();
    const { snapshot } = await back.request('seat:resume', { resumeToken: resumeToken! });
    expect(snapshot.shown).toMatchObject({ documentId: document.id, page: 4 });
    expect(
      (await ask(server.base, seatHeaders(back), 'GET', `/api/documents/${document.id}/pdf`)).status,
    ).toBe(200);
    const atTheDoor = await knock(server, number, '戸口の人');
    expect(atTheDoor.view.shown).toBeNull();
  });

  test('is served to those in the meeting while it is on show, and to nobody else', async () => {
    const { host, guests, document, number } = await presenting(server);
    const [guest] = guests;
    const fetchAs = async (page: Page) =>
      (await ask(server.base, seatHeaders(page), 'GET', `/api/documents/${document.id}/pdf`)).status;
    expect(await fetchAs(guest)).toBe(404);
    await host.request('document:show', { documentId: document.id });
    expect(await fetchAs(guest)).toBe(200);
    expect(await fetchAs(host)).toBe(200);
    for (const to of [`/api/documents/${document.id}/original`, `/api/documents/${document.id}`]) {
      expect((await ask(server.base, seatHeaders(guest), 'GET', to)).status).toBe(404);
    }
    const { host: otherHost } = await room(server);
    expect(await fetchAs(otherHost)).toBe(404);
    const spare = await knock(server, (await room(server)).number, '待つ人');
    expect(await fetchAs(spare)).toBe(401);
    expect(number).toMatch(/^\d{5}$/);
    const token = guest.resumeToken!;
    const meetingId = guest.view.snapshot.meetingId;
    await guest.request('meeting:leave', {});
    const left = { Authorization: `Bearer ${meetingId}.${token}` };
    expect((await ask(server.base, left, 'GET', `/api/documents/${document.id}/pdf`)).json['code']).toBe(
      'seat-unknown',
    );
    await host.request('document:close', { documentId: document.id });
    expect(await fetchAs(guests[1])).toBe(404);
  });

  test.each(['Bearer', 'Bearer x.y', 'Basic abc', `Bearer ${'a'.repeat(22)}.${'b'.repeat(43)}`])(
    'is not served for the header %j',
    async (authorization) => {
      const answer = await ask(server.base, { Authorization: authorization }, 'GET', '/api/documents');
      expect(answer.json['code']).toBe('seat-unknown');
    },
  );

  test('cannot be shown, turned or closed by the wrong person, or past its last page', async () => {
    const { host, guests, document } = await presenting(server);
    const [guest] = guests;
    const { host: other } = await room(server);
    const theirs = await bring(server.base, other, threePages, 'b.pdf');
    const code = (page: Page, name: 'document:show' | 'document:turn', documentId: string, at: number) =>
      codeOf(page.request(name, { documentId, page: at }));
    expect(await code(host, 'document:show', theirs.id, 1)).toBe('document-unknown');
    expect(await code(host, 'document:show', newId(), 1)).toBe('document-unknown');
    expect(await code(guest, 'document:show', document.id, 1)).toBe('document-unknown');
    expect(await code(host, 'document:show', document.id, 11)).toBe('page-unknown');
    expect(await code(host, 'document:turn', document.id, 1)).toBe('document-not-shown');
    await host.request('document:show', { documentId: document.id });
    expect(await code(guest, 'document:turn', document.id, 2)).toBe('not-allowed');
    expect(await code(host, 'document:turn', document.id, 0)).toBe('bad-request');
    expect(await code(host, 'document:turn', document.id, 1.5)).toBe('bad-request');
    expect(await codeOf(guest.request('document:close', { documentId: document.id }))).toBe('not-allowed');
    await guest.sees('page 1 still', ({ shown }) => shown?.page === 1);
  });

  test('cannot be deleted meanwhile; a new file for it is on every screen', async () => {
    const { host, guests, document } = await presenting(server);
    await host.request('document:show', { documentId: document.id, page: 9 });
    const remove = () => ask(server.base, seatHeaders(host), 'DELETE', `/api/documents/${document.id}`);
    expect((await remove()).json['code']).toBe('document-in-use');
    await ask(
      server.base,
      seatHeaders(host),
      'PUT',
      `/api/documents/${document.id}/file?name=b.pdf`,
      pdfOf(4),
    );
    for (const guest of guests) {
      await guest.sees('the new file', ({ shown }) => shown?.version === 2 && shown.page === 4);
    }
    await host.request('document:close', { documentId: document.id });
    expect((await remove()).status).toBe(204);
  });

  test('is turned a hundred times by somebody in a hurry, and all end at the same page', async () => {
    const { host, guests, document } = await presenting(server);
    await host.request('document:show', { documentId: document.id });
    const turns = Array.from({ length: 100 }, (_, turn) =>
      host.request('document:turn', { documentId: document.id, page: 1 + ((turn * 7) % 10) }),
    );
    await Promise.all(turns);
    const last = 1 + ((99 * 7) % 10);
    for (const guest of guests) await guest.sees(`page ${last}`, ({ shown }) => shown?.page === last);
  });

  test('of the host stays with the host who was signed out elsewhere', async () => {
    const { host, document } = await presenting(server);
    await fetch(`${server.base}/api/session`, {
      method: 'DELETE',
      headers: { Origin: server.base, Cookie: host.cookie },
    });
    expect(
      (await ask(server.base, seatHeaders(host), 'GET', '/api/documents')).json['documents'],
    ).toHaveLength(1);
    await host.request('document:show', { documentId: document.id });
  });
});

describe('pointers', () => {
  test('are seen by the others, at the same place of the page', async () => {
    const { host, guests, document } = await presenting(server);
    await host.request('document:show', { documentId: document.id });
    for (const guest of guests) await guest.sees('the page', ({ shown }) => shown !== null);
    const place = { documentId: document.id, page: 1, x: 0.25, y: 0.75 };
    host.tell('pointer:move', { place });
    for (const guest of guests) {
      expect(await guest.nextPresence('pointer:moved')).toEqual({ participantId: host.self, place });
    }
    const [first] = guests;
    await first.request('pointer:rest', { place });
    await first.request('pointer:rest', { place: null });
    expect(await host.nextWhisper('pointer:rested')).toEqual({ participantId: first.self, place });
    expect(await host.nextWhisper('pointer:rested')).toEqual({ participantId: first.self, place: null });
    expect(host.countOf('pointer:moved')).toBe(0);
  });

  test('are not the only thing that is past in a moment: a document that may come is foreseen', async () => {
    const { host, guests, document } = await presenting(server);
    host.tell('document:foresee', {});
    for (const guest of guests) await guest.nextPresence('document:foreseen');
    expect(host.countOf('document:foreseen')).toBe(0);
    expect(document.pages).toBe(10);
  });

  test('off the page, on another document or from outside are refused with a code', async () => {
    const { host, guests, document, number } = await presenting(server);
    await host.request('document:show', { documentId: document.id });
    const [guest] = guests;
    await guest.sees('the page', ({ shown }) => shown !== null);
    const place = { documentId: document.id, page: 1, x: 0.5, y: 0.5 };
    const asked = async (page: Page, wrong: object) => {
      const answer = (await page.raw('pointer:move', { place: { ...place, ...wrong } })) as { code: string };
      expect(await codeOf(page.request('pointer:rest', { place: { ...place, ...wrong } }))).toBe(answer.code);
      return answer.code;
    };
    for (const wrong of [{ x: 1e9 }, { y: -0.001 }, { x: 'left' }, { page: 0 }, { page: 1e9 }, { x: null }]) {
      expect(await asked(guest, wrong)).toBe('bad-request');
    }
    expect(await asked(guest, { page: 11 })).toBe('page-unknown');
    expect(await asked(guest, { documentId: newId() })).toBe('document-not-shown');
    expect(await asked(await knock(server, (await room(server)).number, '待つ人'), {})).toBe('not-allowed');
    expect(number).toBeTruthy();
    expect(host.countOf('pointer:moved')).toBe(0);
  });
});
