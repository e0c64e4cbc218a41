import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { hashSecret, newSecret } from '../meeting/identity.ts';
import { limits } from '../protocol/limits.ts';
import { codeOf } from './kit/client.ts';
import { signIn, createAccount } from './kit/rep.ts';
import { TestServer } from './kit/server.ts';
import { comeByLink, room } from './kit/stories.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

test('whoever opens the link reads who invites, gives a name and is in', async () => {
  const { host } = await room(server);
  const { token, path, invitation } = await host.request('invitation:create', {});
  expect(path).toBe(`/i/${token}`);
  expect(invitation).toMatchObject({ revoked: false, uses: 0 });
  expect(invitation.expiresAt - Date.now()).toBeGreaterThan(limits.invitationLifetimeMs - 60_000);
  const guest = await server.openPage();
  expect(await guest.request('invitation:look', { token })).toEqual({
    meetingId: host.view.snapshot.meetingId,
    hostName: '佐藤 花子',
    organizationName: 'Demo',
  });
  const { role, snapshot } = await guest.request('invitation:accept', { token, name: '山田' });
  expect(role).toBe('guest');
  expect(snapshot.participants.map((each) => each.name)).toEqual(['佐藤 花子', '山田']);
  await host.sees('the guest', (view) => view.names.includes('山田'));
  await host.sees('the use', (view) => view.invitations[0]?.uses === 1);
});

test('pressing 参加する twice brings one person, not two', async () => {
  const { host } = await room(server);
  const { token } = await host.request('invitation:create', {});
  const guest = await server.openPage();
  await Promise.all([
    guest.raw('invitation:accept', { token, name: '山田' }),
    guest.raw('invitation:accept', { token, name: '山田' }),
  ]);
  const { participants } = await host.request('meeting:snapshot', {});
  expect(participants.map((each) => each.name)).toEqual(['佐藤 花子', '山田']);
});

test('four people can all come by links from the start', async () => {
  const { host } = await room(server);
  const { token } = await host.request('invitation:create', {});
  for (const name of ['山田', '鈴木', '田中']) {
    await (await server.openPage()).request('invitation:accept', { token, name });
  }
  await host.sees('all four', (view) => view.present.length === 4);
});

test('a link needs a name, and one that nobody made opens nothing', async () => {
  const { host } = await room(server);
  const { token } = await host.request('invitation:create', {});
  const guest = await server.openPage();
  expect(await codeOf(guest.request('invitation:accept', { token, name: ' ' }))).toBe('name-required');
  for (const unknown of [newSecret(), newSecret()]) {
    expect(await codeOf(guest.request('invitation:look', { token: unknown }))).toBe('invitation-unknown');
    expect(await codeOf(guest.request('invitation:accept', { token: unknown, name: '誰か' }))).toBe(
      'invitation-unknown',
    );
  }
  expect(await codeOf(guest.request('invitation:look', { token: `${token}x` }))).toBe('bad-request');
});

test('a link that the host has withdrawn opens nothing; who came by it stays', async () => {
  const { host } = await room(server);
  const { token, invitation } = await host.request('invitation:create', {});
  const early = await server.openPage();
  await early.request('invitation:accept', { token, name: '山田' });
  await host.request('invitation:revoke', { invitationId: invitation.id });
  await host.sees('the link withdrawn', (view) => view.invitations[0]?.revoked === true);
  const late = await server.openPage();
  expect(await codeOf(late.request('invitation:look', { token }))).toBe('invitation-revoked');
  expect(await codeOf(late.request('invitation:accept', { token, name: '鈴木' }))).toBe('invitation-revoked');
  expect(host.view.present).toHaveLength(2);
  expect(early.countOf('invitations:changed')).toBe(0);
  expect(await codeOf(host.request('invitation:revoke', { invitationId: host.self }))).toBe(
    'invitation-unknown',
  );
});

test('a link that has been used as often as it may be', async () => {
  const { host } = await room(server);
  const { token } = await host.request('invitation:create', {});
  for (let use = 0; use < limits.usesPerInvitation; use++) {
    const guest = await server.openPage();
    await guest.request('invitation:accept', { token, name: `${use}人目` });
    await guest.request('meeting:leave', {});
  }
  const late = await server.openPage();
  expect(await codeOf(late.request('invitation:look', { token }))).toBe('invitation-used-up');
  expect(await codeOf(late.request('invitation:accept', { token, name: '鈴木' }))).toBe('invitation-used-up');
});

test('a link after the end of the meeting', async () => {
  const { host } = await room(server);
  const { token } = await host.request('invitation:create', {});
  await host.request('meeting:end', {});
  const late = await server.openPage();
  expect(await codeOf(late.request('invitation:look', { token }))).toBe('meeting-ended');
  expect(await codeOf(late.request('invitation:accept', { token, name: '鈴木' }))).toBe('meeting-ended');
});

test('more links than anybody needs are refused', async () => {
  const { host } = await room(server);
  for (let each = 0; each < limits.invitationsPerMeeting; each++) await host.request('invitation:create', {});
  expect(await codeOf(host.request('invitation:create', {}))).toBe('too-many');
});

test('a link of yesterday has expired; what is stored of it is its hash only', async () => {
  const own = await TestServer.start();
  try {
    const { host } = await room(own);
    const { token } = await host.request('invitation:create', {});
    const { meetingId } = host.view.snapshot;
    await own.down();
    const { meetings } = await own.store();
    const record = (await meetings.load(meetingId))!;
    const stored = JSON.stringify(record);
    expect(stored).toContain(hashSecret(token));
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(host.resumeToken);
    const [invitation] = record.invitations;
    await meetings.save({ ...record, invitations: [{ ...invitation!, expiresAt: Date.now() - 1 }] });
    await own.up();
    const late = await own.openPage();
    expect(await codeOf(late.request('invitation:look', { token }))).toBe('invitation-expired');
    expect(await codeOf(late.request('invitation:accept', { token, name: '鈴木' }))).toBe(
      'invitation-expired',
    );
    await own.closePages();
  } finally {
    await own.stop();
  }
});

test('a guest’s page that is signed in to the dashboard is a guest all the same', async () => {
  const { host } = await room(server);
  const { token } = await host.request('invitation:create', {});
  const cookie = await signIn(server.base, await createAccount(await server.store(), { name: '同僚' }));
  const colleague = await server.openPage({ cookie });
  const { role } = await colleague.request('invitation:accept', { token, name: '同僚' });
  expect(role).toBe('guest');
  expect(await codeOf(colleague.request('meeting:end', {}))).toBe('not-allowed');
  await comeByLink(server, host, '山田');
});
