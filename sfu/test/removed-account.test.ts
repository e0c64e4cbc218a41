import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask } from './kit/asking.ts';
import { codeOf } from './kit/client.ts';
import type { Page } from './kit/client.ts';
import { admin, createAccount, signIn } from './kit/rep.ts';
import { TestServer } from './kit/server.ts';
import { comeByLink } from './kit/stories.ts';
import { until } from './kit/waiting.ts';

/* A4: whoever is no user any more is in no meeting, and has no documents, whatever page is still open. */

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

/** A rep with a room in which nobody else is, and the admin who is about to remove them. */
async function hostToBeRemoved() {
  const account = await createAccount(await server.store(), { name: '去る 人' });
  const cookie = await signIn(server.base, account);
  const host = await server.openPage({ cookie });
  await host.request('room:open', {});
  const { users } = (
    await ask(server, 'GET', `/api/users?search=${account.login}`, {
      cookie: await signIn(server.base, admin),
    })
  ).json as { users: { id: string }[] };
  return { host, id: users[0]!.id };
}

async function remove(id: string): Promise<void> {
  const cookie = await signIn(server.base, admin);
  const { status } = await ask(server, 'POST', '/api/users/remove', { cookie, body: { ids: [id] } });
  expect(status).toBe(204);
}

const documentsBy = (host: Page, meetingId: string) =>
  ask(server, 'GET', '/api/documents', {
    headers: { Authorization: `Bearer ${meetingId}.${host.resumeToken}` },
  });

test('a removed host loses the seat, the documents behind it, and the way back', async () => {
  const { host, id } = await hostToBeRemoved();
  const { meetingId } = host.view.snapshot;
  expect((await documentsBy(host, meetingId)).status).toBe(200);
  await remove(id);
  await until('the seat is taken away', async () => (await documentsBy(host, meetingId)).status === 401);
  const { resumeToken } = host;
  const again = await server.openPage();
  expect(await codeOf(again.request('seat:resume', { resumeToken: resumeToken! }))).not.toBe('accepted');
});

test('the guests of a removed host may go on talking', async () => {
  const { host, id } = await hostToBeRemoved();
  const guest = await comeByLink(server, host, '田中');
  await remove(id);
  await guest.sees('the host gone', ({ present }) => present.length === 1);
  expect(guest.isOpen).toBe(true);
});
