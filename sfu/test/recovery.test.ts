import { afterEach, expect, test } from 'vitest';
import { codeOf } from './kit/client.ts';
import type { Page } from './kit/client.ts';
import { openDesk } from './kit/rep.ts';
import { capabilities, sendAll } from './kit/rtp.ts';
import { ServerProcess } from './kit/server-process.ts';
import { TestServer } from './kit/server.ts';
import { call, comeByLink, customerWithNumber, fourPeople, knock, room, say } from './kit/stories.ts';
import { isAlive, until } from './kit/waiting.ts';

/** From the signal to the end of the process. */
const stopMs = 5_000;

const running: { stop: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

async function started<T extends { stop: () => Promise<void> }>(server: Promise<T>): Promise<T> {
  running.push(await server);
  return server;
}

/** A new page for whoever the old one was. */
async function comeBack(server: Pick<TestServer, 'openPage'>, page: Page): Promise<Page> {
  const again = await server.openPage();
  await again.request('seat:resume', { resumeToken: page.resumeToken! });
  return again;
}

test('the server is killed in the middle of a meeting of four: all are back, and nothing is lost', async () => {
  const server = await started(ServerProcess.start());
  const { host, guests, everybody, number } = await fourPeople(server);
  await guests[0].request('participant:update', { microphone: 'on', camera: 'on', speaker: 'off' });
  const { invitation, token } = await host.request('invitation:create', {});
  const texts = ['一つ目', '二つ目', '三つ目 🙇'];
  for (const [index, text] of texts.entries()) await say(everybody[index]!, text);
  await host.sees('all of it', (view) => view.chat.length === texts.length);
  const before = await host.request('meeting:snapshot', {});

  await server.end('SIGKILL');
  for (const page of everybody) await page.cutOff();
  await server.up();

  const back: Page[] = [];
  for (const page of everybody) back.push(await comeBack(server, page));
  for (const [index, page] of back.entries()) {
    expect(page.self).toBe(everybody[index]!.self);
    await page.sees('everybody on the line', (view) =>
      view.present.every((each) => each.line === 'connected'),
    );
    expect(page.view.snapshot).toMatchObject({
      meetingId: before.meetingId,
      state: 'live',
      connectionNumber: number,
      startedAt: before.startedAt,
    });
    expect(page.view.participants).toEqual(before.participants);
    expect(page.view.chat).toEqual(before.chat);
    expect(page.view.mediaEpoch).not.toBe(before.mediaEpoch);
  }
  expect(back[0]!.view.invitations.find(({ id }) => id === invitation.id)).toEqual(invitation);
  // The meeting goes on with all it can do: media, words, the door, the links.
  const sent = await sendAll(back[1]!);
  const opening = await back[0]!.request('media:open', {});
  const { consumers } = await back[0]!.request('media:consume', {
    producerIds: [sent.microphone, sent.camera],
    rtpCapabilities: capabilities(opening),
  });
  expect(consumers).toHaveLength(2);
  await say(back[3]!, '四つ目');
  await back[0]!.nextNotice('chat:sent', ({ message }) => message.text === '四つ目');
  const fifth = await server.openPage();
  expect(await codeOf(fifth.request('invitation:accept', { token, name: '五人目' }))).toBe('meeting-full');
  await back[2]!.request('meeting:leave', {});
  await knock(server, number, '五人目');
}, 60_000);

test('the server is killed while a customer waits with a number: the number still leads to them', async () => {
  const server = await started(ServerProcess.start());
  const { customer, number } = await customerWithNumber(server);
  const { numberExpiresAt } = customer.view.snapshot;
  await server.end('SIGKILL');
  await server.up();
  const again = await comeBack(server, customer);
  expect(again.view.snapshot).toMatchObject({ state: 'waiting', connectionNumber: number, numberExpiresAt });
  const rep = await openDesk(server);
  await rep.request('number:connect', { number });
  await again.nextWhisper('seat:admitted');
  // What is taken stays taken: no other meeting is given the same number.
  const next = await customerWithNumber(server);
  expect(next.number).not.toBe(number);
}, 60_000);

test('the server is killed again and again, in the middle of whatever it does', async () => {
  const server = await started(ServerProcess.start());
  const { host } = await room(server);
  let guest = await comeByLink(server, host, '山田');
  let rep: Page = host;
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round++) {
    const saying = Array.from({ length: 20 }, async (_, index) => {
      const text = `${round}-${index}`;
      await say(guest, text);
      acknowledged.push(text);
    });
    await Promise.race(saying);
    await server.end('SIGKILL');
    await Promise.allSettled(saying);
    await server.up();
    [rep, guest] = [await comeBack(server, rep), await comeBack(server, guest)];
    const read = new Set(rep.view.chat.map((each) => each.text));
    // Whatever was answered is kept; what was not may be there or not, but never twice.
    expect(acknowledged.filter((text) => !read.has(text))).toEqual([]);
    expect(read.size).toBe(rep.view.chat.length);
    await rep.sees('the guest', (view) => view.of(guest.self)?.line === 'connected');
  }
}, 60_000);

test('an orderly stop ends within five seconds, with people in meetings, and leaves no worker', async () => {
  const server = await started(ServerProcess.start({ workers: 2 }));
  const { everybody } = await fourPeople(server);
  await sendAll(everybody[1]!);
  const workers = await server.workerPids();
  expect(workers).toHaveLength(1);
  const begin = performance.now();
  expect(await server.end('SIGTERM')).toBe(0);
  expect(performance.now() - begin).toBeLessThan(stopMs);
  await until('the workers are gone', () => !workers.some(isAlive));
  for (const page of everybody) await page.cutOff();
  await server.up();
  const again = await comeBack(server, everybody[0]!);
  expect(again.view.present).toHaveLength(4);
}, 60_000);

test('a server that is killed leaves no worker either', async () => {
  const server = await started(ServerProcess.start({ workers: 2 }));
  await call(server);
  const workers = await server.workerPids();
  await server.end('SIGKILL');
  await until('the workers are gone', () => !workers.some(isAlive));
}, 60_000);

test('a media worker is killed: all are told to open media again, and can', async () => {
  const server = await started(TestServer.start({ workers: 2, expectErrors: true }));
  const meetings = [await fourPeople(server), await fourPeople(server)];
  for (const { guests } of meetings) await sendAll(guests[0]);
  const epochs = meetings.map(({ host }) => host.view.mediaEpoch);
  const [victim] = server.workerPids;
  process.kill(victim!, 'SIGKILL');
  // Each meeting is on a worker of its own: one of them notices nothing.
  await until('a meeting is told', () => meetings.some(({ host }) => host.countOf('media:reset') > 0));
  const hit = meetings.find(({ host }) => host.countOf('media:reset') > 0)!;
  const spared = meetings.find((each) => each !== hit)!;
  for (const page of hit.everybody) {
    const { epoch } = await page.nextNotice('media:reset');
    expect(epochs).not.toContain(epoch);
    await page.sees('nobody gone, and no producer that is no more', (view) =>
      view.present.every((each) => each.producers.length === 0),
    );
  }
  const sent = await sendAll(hit.guests[0]);
  expect(sent.opening.epoch).toBe(hit.host.view.mediaEpoch);
  await hit.host.sees('the picture again', (view) => view.of(hit.guests[0].self)?.producers.length === 2);
  const opening = await hit.host.request('media:open', {});
  const { consumers } = await hit.host.request('media:consume', {
    producerIds: [sent.microphone, sent.camera],
    rtpCapabilities: capabilities(opening),
  });
  expect(consumers).toHaveLength(2);
  await say(hit.host, '続けましょう');
  for (const page of spared.everybody) expect(page.countOf('media:reset')).toBe(0);
  expect(spared.host.view.of(spared.guests[0].self)?.producers).toHaveLength(2);
  await until('there are two workers again', () => server.workerPids.length === 2);
  await server.closePages();
}, 60_000);

test('all media workers are killed at once: the meetings go on, and so does joining', async () => {
  const server = await started(TestServer.start({ workers: 2, expectErrors: true }));
  const { rep, customer } = await call(server);
  const waiting = await customerWithNumber(server);
  const desk = await openDesk(server);
  const killed = server.workerPids;
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  // In the middle of it somebody speaks, connects and comes.
  await say(rep, '画面が消えました');
  await desk.request('number:connect', { number: waiting.number });
  const late = await server.openPage();
  await late.request('number:issue', {});
  for (const page of [rep, customer]) expect((await page.nextNotice('media:reset')).epoch).toBeTruthy();
  await until('there are two workers again', () => server.workerPids.length === 2);
  expect(server.workerPids.some((pid) => killed.includes(pid))).toBe(false);
  for (const page of [rep, customer, desk, waiting.customer, late]) {
    await page.sees('the new media', (view) => view.mediaEpoch !== '');
    await until(
      'media can be opened',
      async () => (await codeOf(page.request('media:open', {}))) === 'accepted',
    );
  }
  await sendAll(customer);
  await rep.sees('the picture again', (view) => view.of(customer.self)?.producers.length === 2);
  await server.closePages();
}, 60_000);

test('the media worker is killed while a rep prepares: they can make ready again, and connect', async () => {
  const server = await started(TestServer.start({ expectErrors: true }));
  const { customer, number } = await customerWithNumber(server);
  const rep = await openDesk(server);
  await rep.request('number:prepare', { number });
  const before = await rep.request('media:open', {});
  const told = rep.countOf('media:foreseen');
  const [victim] = server.workerPids;
  process.kill(victim!, 'SIGKILL');
  await customer.nextNotice('media:reset');
  await until('the rep is told', () => rep.countOf('media:foreseen') > told);
  expect(await codeOf(rep.request('media:restart-ice', { transportId: before.send.id }))).toBe('media-stale');
  const again = await sendAll(customer);
  const sent = await sendAll(rep);
  const { consumers } = await rep.request('media:consume', {
    producerIds: [again.microphone, again.camera],
    rtpCapabilities: capabilities(sent.opening),
  });
  expect(consumers).toHaveLength(2);
  const { snapshot } = await rep.request('number:connect', { number });
  expect(snapshot.participants.map((each) => each.producers.length)).toEqual([2, 2]);
  await server.closePages();
}, 60_000);
