import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OrganizationSettings, SessionView } from '../protocol/organization.ts';
import { codeOf } from './kit/client.ts';
import { ask, bring, headersOf, listOf, send } from './kit/documents.ts';
import type { Asker } from './kit/documents.ts';
import { pdfOf } from './kit/pdf.ts';
import { createAccount, openDesk, signIn, type Credentials } from './kit/rep.ts';
import { TestServer } from './kit/server.ts';
import { comeByLink, customerWithNumber } from './kit/stories.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { DOCUMENT_MAX_BYTES: '3000000', DOCUMENT_MAX_PAGES: '5' } });
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

/** What an organisation's admins have set. */
async function organizationWith(publicId: string, settings: Partial<OrganizationSettings>): Promise<void> {
  const { organizations } = await server.store();
  const found = await organizations.findByPublicId(publicId);
  await organizations.change(found!.id, { settings: () => JSON.stringify(settings) });
}

const get = async (cookie: string, to: string) =>
  (await ask(server.base, { Cookie: cookie }, 'GET', to)).json;
const openSessions = async (cookie: string) =>
  (await get(cookie, '/api/sessions'))['sessions'] as SessionView[];

describe('signing in to an account that is in a meeting', () => {
  /** A rep in a room, and what somebody needs to sign in as them elsewhere. */
  async function repInRoom(organization = 'demo') {
    const account = await createAccount(await server.store(), { name: '佐藤 花子', organization });
    const cookie = await signIn(server.base, account);
    const host = await server.openPage({ cookie });
    await host.request('room:open', {});
    return { account, cookie, host };
  }
  const signInAs = async (account: Credentials, more: object = {}, cookie = '') =>
    ask(server.base, { Cookie: cookie }, 'POST', '/api/session', { ...account, ...more });

  test('asks first: nobody is signed out, and the call goes on', async () => {
    const { account, cookie, host } = await repInRoom();
    expect((await openSessions(cookie)).map(({ inMeeting }) => inMeeting)).toEqual([true]);
    for (const more of [{}, { takeOver: false }]) {
      const answer = await signInAs(account, more);
      expect([answer.status, answer.json['code']]).toEqual([409, 'sign-in-in-meeting']);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(await get(cookie, '/api/session')).toMatchObject({ session: { login: account.login } });
    await host.request('invitation:create', {});
  });

  test('is possible on request: the earlier desk is signed out and reads why, the call goes on all the same', async () => {
    const { account, cookie, host } = await repInRoom();
    const answer = await signInAs(account, { takeOver: true });
    expect(answer.status).toBe(200);
    expect(await get(cookie, '/api/session')).toEqual({
      session: null,
      endedBecause: 'signed-in-elsewhere',
    });
    // The desk's rights are gone from the page of the call, its seat is not.
    expect(await codeOf(host.request('room:open', {}))).toBe('sign-in-required');
    const guest = await comeByLink(server, host, '山田');
    await host.sees('the guest', (view) => view.names.includes('山田'));
    const again = await server.openPage();
    await again.request('seat:resume', { resumeToken: host.resumeToken! });
    await guest.sees('both of them', (view) => view.names.length === 2);
  });

  test('needs the password all the same, whether or not it is asked for', async () => {
    const { account } = await repInRoom();
    for (const more of [{}, { takeOver: true }]) {
      const answer = await signInAs({ ...account, password: 'not the right one' }, more);
      expect([answer.status, answer.json['code']]).toEqual([401, 'sign-in-failed']);
    }
    const odd = await signInAs(account, { takeOver: 'yes' });
    expect([odd.status, odd.json['code']]).toEqual([400, 'bad-request']);
  });

  test('does not ask in the browser of the call, nor once the call is over, nor where nobody is signed in', async () => {
    const { account, cookie, host } = await repInRoom();
    const again = await signInAs(account, {}, cookie);
    expect(again.status).toBe(200);
    const own = again.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await signInAs(account)).status).toBe(409);
    await ask(server.base, { Cookie: own }, 'DELETE', '/api/session');
    const alone = await signInAs(account);
    expect(alone.status).toBe(200);
    expect((await signInAs(account)).status).toBe(409);
    await host.request('meeting:leave', {});
    const desk = alone.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await openSessions(desk)).map(({ inMeeting }) => inMeeting)).toEqual([false]);
    expect((await signInAs(account)).status).toBe(200);
  });

  test('does not ask where logins are shared: both desks work', async () => {
    const { account, cookie } = await repInRoom('shared');
    await organizationWith('shared', { sharedLogin: true });
    const answer = await signInAs(account);
    expect(answer.status).toBe(200);
    const second = await server.openPage({ cookie: answer.headers.getSetCookie()[0]!.split(';')[0]! });
    const { number } = await customerWithNumber(server, { organization: 'shared' });
    await second.request('number:connect', { number });
    expect(await openSessions(cookie)).toHaveLength(2);
  });
});

test('a session that is ended from afar has no rights from that moment on, on any page it has open', async () => {
  const account = await createAccount(await server.store(), { name: '佐藤', organization: 'shared' });
  await organizationWith('shared', { sharedLogin: true });
  const [here, there] = [await signIn(server.base, account), await signIn(server.base, account)];
  const pages = [await server.openPage({ cookie: there }), await server.openPage({ cookie: there })];
  const [, other] = (await openSessions(here)).toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn));
  const answer = await ask(server.base, { Cookie: here }, 'DELETE', `/api/sessions/${other!.id}`);
  expect(answer.status).toBe(204);
  for (const page of pages) expect(await codeOf(page.request('room:open', {}))).toBe('sign-in-required');
  const still = await server.openPage({ cookie: here });
  await still.request('room:open', {});
});

describe('the documents of an organisation', () => {
  const limitsOf = async (asker: Asker) =>
    (await ask(server.base, headersOf(asker), 'GET', '/api/documents')).json['limits'];
  const megabytes = (count: number) => Buffer.concat([pdfOf(1), Buffer.alloc(count * 1_000_000, '%\n')]);

  test('are as large and as long as it allows, also those that guests bring', async () => {
    const desk = await openDesk(server, { organization: 'strict' });
    expect(await limitsOf(desk)).toMatchObject({ bytes: 3_000_000, pages: 5 });
    await organizationWith('strict', { documentBytesMax: 1_000_000, documentPagesMax: 2 });
    await desk.request('room:open', {});
    const guest = await comeByLink(server, desk, '山田');
    for (const asker of [desk, guest]) {
      expect(await limitsOf(asker)).toMatchObject({ bytes: 1_000_000, pages: 2 });
      const large = await send(server.base, asker, megabytes(1), '大きい.pdf');
      expect(large).toMatchObject({ status: 413, json: { code: 'document-too-large' } });
      expect(large.json['details']).toEqual({ megabytes: 1 });
      const long = await bring(server.base, asker, pdfOf(3), '長い.pdf');
      expect(long.progress).toEqual({ state: 'failed', code: 'document-pages', details: { pages: 2 } });
      expect((await bring(server.base, asker, pdfOf(2), '短い.pdf')).progress.state).toBe('ready');
    }
  });

  test('are refused as soon as too much of one has come, whatever was announced', async () => {
    const desk = await openDesk(server, { organization: 'strict' });
    await organizationWith('strict', { documentBytesMax: 1_000_000 });
    const status = await new Promise((resolve) => {
      const headers = {
        Origin: server.base,
        Cookie: desk.cookie,
        'Content-Type': 'application/octet-stream',
      };
      const upload = httpRequest(
        `${server.base}/api/documents?name=a.pdf`,
        // Its length is nowhere announced.
        { method: 'POST', headers: { ...headers, 'Transfer-Encoding': 'chunked' } },
        (response) => resolve(response.statusCode),
      );
      upload.on('error', (error) => resolve(error.message));
      upload.end(megabytes(2));
    });
    // The line may be cut before the answer is read.
    expect([413, 'write EPIPE', 'read ECONNRESET', 'socket hang up']).toContain(status);
    expect(await listOf(server.base, desk)).toEqual([]);
  });

  test('never become larger or longer than the server allows', async () => {
    const desk = await openDesk(server, { organization: 'wide' });
    await organizationWith('wide', { documentBytesMax: 2_000_000_000, documentPagesMax: 5_000 });
    expect(await limitsOf(desk)).toMatchObject({ bytes: 3_000_000, pages: 5 });
    expect((await send(server.base, desk, megabytes(3), 'a.pdf')).status).toBe(413);
    const long = await bring(server.base, desk, pdfOf(6), 'b.pdf');
    expect(long.progress).toMatchObject({ code: 'document-pages', details: { pages: 5 } });
  });
});
