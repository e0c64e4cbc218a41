import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { codeOf } from './kit/client.ts';
import type { Page } from './kit/client.ts';
import {
  consentsOf,
  lampsOf,
  noted,
  partsOf,
  record,
  seesRecording,
  someOf,
  takesOf,
} from './kit/recording.ts';
import { sendAll } from './kit/rtp.ts';
import { TestServer } from './kit/server.ts';
import type { TestServerOptions } from './kit/server.ts';
import { call, room } from './kit/stories.ts';
import { isAlive, until } from './kit/waiting.ts';

const running: TestServer[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) {
    await server.closePages();
    await server.stop();
  }
});

async function started(options: TestServerOptions): Promise<TestServer> {
  const server = await TestServer.start(options);
  running.push(server);
  return server;
}

async function comeBack(server: TestServer, page: Page): Promise<Page> {
  const again = await server.openPage();
  await again.request('seat:resume', { resumeToken: page.resumeToken! });
  return again;
}

const hasBegun = (events: readonly unknown[]) => events.length > 0;

test('the recorder is killed: the lamp stays, the recording goes on, and one file comes of it', async () => {
  const server = await started({ expectErrors: true });
  const { rep, customer } = await call(server);
  const captureId = await record(server, rep, [rep, customer]);
  await someOf(server, captureId);
  const victim = server.recorderPid!;
  process.kill(victim, 'SIGKILL');
  const [begin] = await noted(server, captureId, 'a second take', hasBegun, 2);
  expect(begin).toMatchObject({ type: 'begin', scene: { people: [{ role: 'guest' }, { role: 'host' }] } });
  expect(server.recorderPid).not.toBe(victim);
  expect(customer.view.recording?.state).toBe('on');
  expect(lampsOf(customer)).toEqual(['announced', 'on']);
  await someOf(server, captureId, 2);
  await rep.request('recording:stop', {});
  await until('it is ready', async () => (await partsOf(server, rep))[0]?.state === 'ready');
  expect(await partsOf(server, rep)).toHaveLength(1);
});

test('the recorder is killed while it finishes: the next one does it', async () => {
  const server = await started({ expectErrors: true });
  const { rep, customer } = await call(server);
  const captureId = await record(server, rep, [rep, customer]);
  await someOf(server, captureId);
  await rep.request('recording:stop', {});
  process.kill(server.recorderPid!, 'SIGKILL');
  await until('it is ready', async () => (await partsOf(server, rep))[0]?.state === 'ready');
});

test('what a recorder could not clear up before it died goes at the next start', async () => {
  const server = await started({});
  const { rep, customer } = await call(server);
  const captureId = await record(server, rep, [rep, customer]);
  await someOf(server, captureId);
  await rep.request('recording:stop', {});
  await until('it is ready', async () => (await partsOf(server, rep))[0]?.state === 'ready');
  const folder = path.join(server.dataDir, 'recordings', 'captures', captureId);
  await until('its raw data is gone', () => !existsSync(folder));
  await server.down();
  // As if the recorder had died in the middle of the removal.
  await mkdir(path.join(folder, 'done'), { recursive: true });
  await writeFile(
    path.join(folder, 'capture.json'),
    JSON.stringify({ captureId, kind: 'video', partMs: 1_000 }),
  );
  await server.up();
  await until('the rest is gone, too', () => !existsSync(folder));
  expect((await partsOf(server, rep)).map(({ state }) => state)).toEqual(['ready']);
});

test('the server stops and starts while it is recorded: it goes on when somebody is back', async () => {
  const server = await started({});
  const { rep, customer } = await call(server);
  const captureId = await record(server, rep, [rep, customer]);
  await someOf(server, captureId);
  const recorder = server.recorderPid!;
  await server.down();
  expect(isAlive(recorder)).toBe(false);
  await server.up();
  const again = await comeBack(server, customer);
  expect(again.view.recording).toMatchObject({ state: 'on', consent: 'given' });
  await noted(server, captureId, 'a second take', hasBegun, 2);
  const host = await comeBack(server, rep);
  await host.request('recording:stop', {});
  await seesRecording(again, 'off');
  await until('it is ready', async () => (await partsOf(server, host))[0]?.state === 'ready');
  expect(await partsOf(server, host)).toHaveLength(1);
});

test('the server stops while it is recorded, and the meeting is over before anybody is back', async () => {
  const server = await started({ timings: { lostLineMs: 200, lostSignallingMs: 200, abandonedMs: 300 } });
  const { rep, customer } = await call(server);
  const captureId = await record(server, rep, [rep, customer]);
  await someOf(server, captureId);
  await server.down();
  await server.up();
  await until('it is ready', async () => (await partsOf(server, rep))[0]?.state === 'ready');
  expect((await takesOf(server, captureId)).length).toBeLessThanOrEqual(1);
});

test('a media worker is killed: the recording goes on with what is sent after it', async () => {
  const server = await started({ expectErrors: true });
  const { rep, customer } = await call(server);
  await sendAll(customer);
  const captureId = await record(server, rep, [rep, customer]);
  await someOf(server, captureId);
  const [worker] = server.workerPids;
  process.kill(worker!, 'SIGKILL');
  await customer.nextNotice('media:reset');
  await sendAll(customer);
  await rep.request('recording:pause', {});
  await rep.request('recording:resume', {});
  const events = await noted(server, captureId, 'that it goes on', (all) =>
    all.some(({ type }) => type === 'resume'),
  );
  expect(events.filter(({ type }) => type === 'begin')).toHaveLength(1);
  expect(customer.view.recording?.state).toBe('on');
});

test('an account without space is refused before anything is announced', async () => {
  const server = await started({ env: { RECORDING_QUOTA_BYTES: '0' } });
  const { rep, customer } = await call(server);
  for (const kind of ['video', 'audio'] as const) {
    expect(await codeOf(rep.request('recording:start', { kind }))).toBe('recording-quota');
  }
  expect(rep.view.recording).toMatchObject({ state: 'off', host: { question: true } });
  expect(customer.countOf('recording:changed')).toBe(0);
  expect(await consentsOf(server, rep)).toEqual([]);
});

test('at the limit it ends politely: everybody reads why, and the meeting goes on', async () => {
  // Some seconds of a video.
  const server = await started({ env: { RECORDING_QUOTA_BYTES: '400000' } });
  const { host } = await room(server);
  const captureId = await record(server, host, [host]);
  await someOf(server, captureId);
  await host.sees('why it has ended', ({ recording }) => recording?.problem === 'recording-quota');
  expect(host.view.recording?.state).toBe('off');
  await until('it is ready', async () => (await partsOf(server, host))[0]?.state === 'ready');
  const [part] = await partsOf(server, host);
  expect(part!.bytes).toBeLessThanOrEqual(400_000);
});

test('a disk that is nearly full is no place for a recording', async () => {
  const server = await started({ env: { RECORDING_RESERVE_BYTES: String(2 ** 50) } });
  const { rep } = await call(server);
  expect(await codeOf(rep.request('recording:start', { kind: 'video' }))).toBe('recording-disk');
  expect(rep.view.recording).toMatchObject({ state: 'off', problem: null });
});
