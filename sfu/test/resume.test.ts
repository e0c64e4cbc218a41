import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newSecret } from '../meeting/identity.ts';
import { codeOf } from './kit/client.ts';
import type { Page } from './kit/client.ts';
import { createAccount, openDesk, signIn } from './kit/rep.ts';
import { TestServer } from './kit/server.ts';
import { call, comeByLink, fourPeople, knock, room, say } from './kit/stories.ts';
import { until } from './kit/waiting.ts';

/** Patient enough for whoever comes back at once. */
let server: TestServer;
/** Gives up lost people almost at once. */
let hasty: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
  hasty = await TestServer.start({
    timings: { lostLineMs: 300, lostSignallingMs: 600, abandonedMs: 700, numberGraceMs: 300 },
  });
});
afterEach(async () => {
  await server.closePages();
  await hasty.closePages();
});
afterAll(async () => {
  await server.stop();
  await hasty.stop();
});

/** The same person in a new page, which knows the token and nothing else. */
async function comeBack(on: TestServer, page: Page, cookie?: string): Promise<Page> {
  const again = await on.openPage(cookie ? { cookie } : {});
  await again.request('seat:resume', { resumeToken: page.resumeToken! });
  return again;
}

describe('a line that is lost', () => {
  test('is shown to the others, and so is its return; everything is as it was', async () => {
    const { host, guests } = await fourPeople(server);
    const [guest, other] = guests;
    await say(host, 'はじめに');
    await guest.request('participant:update', { microphone: 'on', camera: 'off', speaker: 'off' });
    guest.close();
    for (const page of [host, other]) {
      await page.sees('the lost line', (view) => view.of(guest.self)?.line === 'restoring');
    }
    await say(host, '待ちましょう');
    const again = await comeBack(server, guest);
    expect(again.self).toBe(guest.self);
    expect(again.view.of(again.self)).toMatchObject({ microphone: 'on', camera: 'off', speaker: 'off' });
    expect(again.view.chat.map((each) => each.text)).toEqual(['はじめに', '待ちましょう']);
    expect(again.view.names).toEqual(host.view.names);
    for (const page of [host, other]) {
      await page.sees('the line back', (view) => view.of(guest.self)?.line === 'connected');
    }
    expect(host.countOf('participant:left')).toBe(0);
    await say(again, 'ただいま');
    await host.nextNotice('chat:sent', ({ message }) => message.text === 'ただいま');
  });

  test('again and again: each time the sequence goes on without a gap', async () => {
    const { rep, customer } = await call(server);
    let page = customer;
    for (let times = 0; times < 5; times++) {
      page.close();
      await rep.sees('the lost line', (view) => view.of(customer.self)?.line === 'restoring');
      await say(rep, `${times}`);
      const last = page.view.snapshot.revision;
      page = await comeBack(server, page);
      expect(page.view.snapshot.revision).toBeGreaterThanOrEqual(last);
      await rep.sees('the line back', (view) => view.of(customer.self)?.line === 'connected');
      await say(rep, `${times}の次`);
      await page.sees('what was said', (view) => view.chat.at(-1)?.text === `${times}の次`);
    }
    expect(page.view.chat).toHaveLength(10);
  });

  test('for long: the tile goes, and the person can still come back to it', async () => {
    const { host } = await room(hasty);
    const guest = await comeByLink(hasty, host, '山田');
    guest.close();
    expect(await host.nextNotice('participant:left')).toEqual({
      participantId: guest.self,
      name: '山田',
      reason: 'lost',
    });
    const again = await comeBack(hasty, guest);
    await host.sees('the guest again', (view) => view.of(guest.self)?.line === 'connected');
    expect(again.view.names).toEqual(['佐藤 花子', '山田']);
  });

  test('for so long that others have taken the place', async () => {
    const { host } = await room(hasty);
    const guest = await comeByLink(hasty, host, '山田');
    guest.close();
    await host.nextNotice('participant:left');
    for (const name of ['鈴木', '田中', '高橋']) await comeByLink(hasty, host, name);
    const again = await hasty.openPage();
    expect(await codeOf(again.request('seat:resume', { resumeToken: guest.resumeToken! }))).toBe(
      'meeting-full',
    );
    expect(host.view.present).toHaveLength(4);
  });

  test('while media is open but nothing flows does not keep a ghost either', async () => {
    const { host } = await room(hasty);
    const guest = await comeByLink(hasty, host, '山田');
    await guest.request('media:open', {});
    guest.close();
    await host.nextNotice('participant:left');
  });

  test('at the door: the person knocks again, and cannot walk in with the token', async () => {
    const { host, number } = await room(hasty);
    const guest = await knock(hasty, number, '山田');
    await host.sees('somebody at the door', (view) => view.participants.length === 2);
    guest.close();
    await host.nextNotice('participant:left');
    const again = await hasty.openPage();
    expect(await codeOf(again.request('seat:resume', { resumeToken: guest.resumeToken! }))).toBe(
      'seat-unknown',
    );
    await again.request('room:ask', { number, name: '山田' });
    expect(host.view.present).toHaveLength(1);
  });

  test('at the door, for a moment: the person goes on waiting', async () => {
    const { host, number } = await room(server);
    const guest = await knock(server, number, '山田');
    guest.close();
    const again = await comeBack(server, guest);
    expect(again.view.of(again.self)?.standing).toBe('knocking');
    await host.request('guest:admit', { participantId: again.self });
    await again.nextWhisper('seat:admitted');
  });

  test('while the rep connects: the customer comes back into the running meeting', async () => {
    const customer = await server.openPage();
    const { snapshot } = await customer.request('number:issue', {});
    customer.close();
    const rep = await openDesk(server);
    await rep.request('number:connect', { number: snapshot.connectionNumber! });
    const again = await comeBack(server, customer);
    expect(again.view.snapshot.state).toBe('live');
    await rep.sees('the customer', (view) => view.of(customer.self)?.line === 'connected');
  });
});

describe('a token', () => {
  test('that nobody has been given opens nothing', async () => {
    const stranger = await server.openPage();
    expect(await codeOf(stranger.request('seat:resume', { resumeToken: newSecret() }))).toBe('seat-unknown');
    expect(await codeOf(stranger.request('seat:resume', { resumeToken: 'x' }))).toBe('bad-request');
  });

  test('in a second tab takes the call over, and the older tab reads so', async () => {
    const { rep, customer } = await call(server);
    const second = await comeBack(server, customer);
    await customer.nextWhisper('seat:replaced');
    expect(await codeOf(say(customer, '古いタブ'))).toBe('not-allowed');
    customer.close();
    await say(second, '新しいタブ');
    await rep.nextNotice('chat:sent');
    const { participants } = await rep.request('meeting:snapshot', {});
    expect(participants.map((each) => each.line)).toEqual(['connected', 'connected']);
  });

  test('of somebody who has left opens nothing: leaving is final', async () => {
    const { host, guests } = await fourPeople(server);
    const [guest] = guests;
    await guest.request('meeting:leave', {});
    expect(await guest.nextWhisper('seat:closed')).toEqual({ reason: 'left', endReason: null });
    expect(await host.nextNotice('participant:left')).toMatchObject({ name: '山田', reason: 'left' });
    expect(await codeOf(guest.request('seat:resume', { resumeToken: guest.resumeToken! }))).toBe(
      'seat-unknown',
    );
  });

  test('used twice by the same page changes nothing', async () => {
    const { rep, customer } = await call(server);
    await customer.request('seat:resume', { resumeToken: customer.resumeToken! });
    await customer.request('seat:resume', { resumeToken: customer.resumeToken! });
    await say(rep, '聞こえますか');
    await customer.nextNotice('chat:sent');
    expect(customer.countOf('seat:replaced')).toBe(0);
  });
});

describe('the host', () => {
  test('comes back from another device by the account, and from there with the new token', async () => {
    const { host } = await room(server);
    const guest = await comeByLink(server, host, '山田');
    const { meetingId } = host.view.snapshot;
    const phone = await server.openPage({ cookie: host.cookie });
    const { role } = await phone.request('seat:resume', { meetingId });
    expect(role).toBe('host');
    await host.nextWhisper('seat:replaced');
    expect(phone.view.names).toEqual(['佐藤 花子', '山田']);
    phone.close();
    await guest.sees('the lost line', (view) => view.of(host.self)?.line === 'restoring');
    const reloaded = await comeBack(server, phone);
    await reloaded.request('invitation:create', {});
    // The old device's token is worth nothing any more.
    expect(await codeOf(host.request('seat:resume', { resumeToken: host.resumeToken! }))).toBe(
      'seat-unknown',
    );
  });

  test('leaves, and comes back by the account while the guests go on', async () => {
    const { host } = await room(server);
    const guest = await comeByLink(server, host, '山田');
    await host.request('meeting:leave', {});
    await guest.nextNotice('participant:left');
    const again = await server.openPage({ cookie: host.cookie });
    await again.request('seat:resume', { meetingId: host.view.snapshot.meetingId });
    await guest.sees('the host', (view) => view.names.includes('佐藤 花子'));
  });

  test('who has come in as a guest as well takes the own seat instead', async () => {
    const { host } = await room(server);
    const { token } = await host.request('invitation:create', {});
    const tab = await server.openPage({ cookie: host.cookie });
    await tab.request('invitation:accept', { token, name: '佐藤 花子' });
    const { role, snapshot } = await tab.request('seat:resume', { meetingId: host.view.snapshot.meetingId });
    expect(role).toBe('host');
    expect(snapshot.participants.map((each) => each.role)).toEqual(['host']);
  });

  test('is nobody else: not a colleague, not a guest', async () => {
    const { host } = await room(server);
    const { meetingId } = host.view.snapshot;
    const colleague = await openDesk(server, { name: '同僚' });
    expect(await codeOf(colleague.request('seat:resume', { meetingId }))).toBe('seat-unknown');
    const stranger = await server.openPage();
    expect(await codeOf(stranger.request('seat:resume', { meetingId }))).toBe('sign-in-required');
  });
});

test('a session that has ended without a word ends the rights of the desk', async () => {
  const own = await TestServer.start({ timings: { sessionCheckMs: 0 } });
  try {
    const store = await own.store();
    const account = await createAccount(store, { name: '佐藤 花子' });
    const desk = await own.openPage({ cookie: await signIn(own.base, account) });
    await desk.request('room:open', {});
    // As another process would do it: nobody here is told.
    const { id } = (await store.accounts.findByLogin('demo', account.login))!;
    await store.sessions.endAll(id, null, 'signed-out', Date.now());
    expect(await codeOf(desk.request('room:open', {}))).toBe('sign-in-required');
    await say(desk, '商談は続きます');
    await own.closePages();
  } finally {
    await own.stop();
  }
});

test('who waited for a number and is gone for longer than the grace reads that the meeting is over', async () => {
  const customer = await hasty.openPage();
  await customer.request('number:issue', {});
  customer.close();
  const late = await hasty.openPage();
  await until(
    'the meeting is over',
    async () =>
      (await (await hasty.store()).meetings.load(customer.view.snapshot.meetingId))?.state === 'ended',
  );
  expect(await codeOf(late.request('seat:resume', { resumeToken: customer.resumeToken! }))).toBe(
    'meeting-ended',
  );
});

test('a meeting that everybody has left is over after a while, and its number is free to rest', async () => {
  const { host, number } = await room(hasty);
  const guest = await comeByLink(hasty, host, '山田');
  const { meetingId } = host.view.snapshot;
  await guest.request('meeting:leave', {});
  await host.request('meeting:leave', {});
  const { meetings } = await hasty.store();
  await until('the meeting is over', async () => (await meetings.load(meetingId))?.state === 'ended');
  expect(await meetings.load(meetingId)).toMatchObject({ endReason: 'abandoned' });
  const late = await hasty.openPage();
  expect(await codeOf(late.request('room:ask', { number, name: '遅刻' }))).toBe('number-expired');
});
