import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { RecordedMeeting, RecordingEntry, RecordingList } from '../protocol/recording.ts';
import { HttpServer, password, type Answer } from './http-server.ts';
import { createAccount, signIn } from './kit/rep.ts';
import { until } from './kit/waiting.ts';
import { meeting, participant } from './store-samples.ts';

let server: HttpServer;
let accountId = '';
let cookie = '';

beforeEach(async () => {
  server = await HttpServer.start();
  cookie = await signIn(server.base, { organization: 'demo', login: 'admin', password });
  accountId = (await server.sessions.signedIn(cookie))!.accountId;
});
afterEach(() => server.stop());

const ask = (method: string, to: string, body?: unknown, headers = {}) =>
  server.ask(method, to, body, { cookie, ...headers });
const listed = async () => (await ask('GET', '/api/recordings')).json as unknown as RecordingList;
const entries = async () => (await listed()).meetings.flatMap(({ recordings }) => recordings);
const entry = async (id: string): Promise<RecordingEntry | undefined> =>
  (await entries()).find((each) => each.id === id);
const codeOf = ({ json }: Answer) => json?.['code'];

type Given = { content?: string; guest?: string; kind?: 'video' | 'audio'; startedAt?: number };

/** A meeting that was recorded; without content, it still is. */
async function recorded({ content, guest = '山田', kind = 'video', startedAt = server.clockMs }: Given = {}) {
  const host = participant({ role: 'host', name: '佐藤 花子', accountId });
  const record = meeting({ hostAccountId: accountId, startedAt, createdAt: startedAt });
  record.participants = [host, participant({ name: guest })];
  const told = { participantId: host.id, name: host.name, kind, what: 'started', at: startedAt } as const;
  record.recording = { ...record.recording, log: [told] };
  await server.store.meetings.save(record);
  const captureId = newId();
  const of = { captureId, part: 1, kind, meetingId: record.id, accountId, beganAt: startedAt };
  await server.shelf.begin(of);
  if (content !== undefined) {
    const file = path.join(server.folder, 'part-1.webm');
    await writeFile(file, content);
    const chapters = [{ startMs: 0, title: 'ご提案書 1/12' }];
    await server.shelf.done(captureId, 1, { file, bytes: content.length, durationMs: 61_000, chapters });
  }
  const [part] = await server.store.recordings.ofCapture(captureId);
  return { captureId, meetingId: record.id, id: part!.id };
}

/** Where each route that concerns one recording is asked for. */
const routes = [
  ['GET', '/file'],
  ['HEAD', '/file'],
  ['DELETE', ''],
  ['POST', '/mp4'],
  ['DELETE', '/mp4'],
  ['GET', '/mp4'],
] as const;

describe('the history', () => {
  test('shows meetings with their people, consents and recordings, the newest first', async () => {
    const before = await recorded({ content: 'webm', startedAt: server.clockMs - 86_400_000 });
    const now = await recorded({ kind: 'audio' });
    const list = await listed();
    expect(list).toMatchObject({ mail: null, canMail: false, storage: { usedBytes: 4 } });
    expect(list.storage.reservedBytes).toBeGreaterThan(0);
    const [newest, oldest] = list.meetings as [RecordedMeeting, RecordedMeeting];
    expect([newest.meetingId, oldest.meetingId]).toEqual([now.meetingId, before.meetingId]);
    expect(newest.recordings).toMatchObject([{ kind: 'audio', part: 1, state: 'recording' }]);
    expect(oldest.people.map(({ name, role }) => [name, role])).toEqual([
      ['佐藤 花子', 'host'],
      ['山田', 'guest'],
    ]);
    expect(oldest.consents).toMatchObject([{ what: 'started', name: '佐藤 花子' }]);
    expect(oldest.recordings).toEqual([
      {
        id: before.id,
        kind: 'video',
        part: 1,
        state: 'ready',
        failure: null,
        beganAt: server.clockMs - 86_400_000,
        durationMs: 61_000,
        bytes: 4,
        chapters: [{ startMs: 0, title: 'ご提案書 1/12' }],
        mp4: { state: 'none' },
      },
    ]);
  });

  test('is the owner’s alone: to others a recording is like one that there never was', async () => {
    const { id } = await recorded({ content: 'webm' });
    const account = await createAccount(server.store, { name: '他の人' });
    const theirs = { cookie: await signIn(server.base, account) };
    const theirList = await server.ask('GET', '/api/recordings', undefined, theirs);
    expect(theirList.json).toMatchObject({ meetings: [], storage: { usedBytes: 0 } });
    for (const [method, to] of routes) {
      const [other, never] = [
        await server.ask(method, `/api/recordings/${id}${to}`, undefined, theirs),
        await server.ask(method, `/api/recordings/${newId()}${to}`, undefined, theirs),
      ];
      expect([method, to, other.status]).toEqual([method, to, 404]);
      expect(other.text).toBe(never.text);
    }
    expect((await entry(id))?.state).toBe('ready');
    expect(server.mp4Maker.orders).toEqual([]);
  });

  test('is for nobody who is not signed in, has a password to change, or comes from elsewhere', async () => {
    const { id } = await recorded({ content: 'webm' });
    const all = [
      ['GET', '/api/recordings'],
      ...routes.map(([method, to]) => [method, `/api/recordings/${id}${to}`]),
      ['PUT', '/api/account/mail'],
    ] as [string, string][];
    for (const [method, to] of all) expect((await server.ask(method, to)).status).toBe(401);
    await server.store.accounts.setPassword(accountId, '-', true);
    for (const [method, to] of all) expect((await ask(method, to)).status).toBe(403);
    await server.store.accounts.setPassword(accountId, '-', false);
    for (const [method, to] of all.filter((each) => !/GET|HEAD/.test(each[0]))) {
      const answer = await ask(method, to, undefined, { origin: 'https://elsewhere.example' });
      expect([answer.status, codeOf(answer)]).toEqual([403, 'origin']);
    }
    expect((await entry(id))?.state).toBe('ready');
  });

  test('asked for nonsense says so', async () => {
    for (const [method, to] of routes.filter((each) => each[0] !== 'HEAD')) {
      const answer = await ask(method, `/api/recordings/..%2f..%2fetc${to}`);
      expect([answer.status, codeOf(answer)]).toEqual([400, 'bad-request']);
    }
  });
});

describe('a file', () => {
  test('plays in the page: in ranges, seekable, and never from a cache', async () => {
    const { id } = await recorded({ content: '0123456789' });
    const to = `/api/recordings/${id}/file`;
    const whole = await ask('GET', to);
    expect([whole.status, whole.text]).toEqual([200, '0123456789']);
    expect(whole.headers.get('content-type')).toBe('video/webm');
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    expect(whole.headers.get('cache-control')).toBe('private, no-store');
    expect(whole.headers.get('content-disposition')).toMatch(/^inline; /);
    const table = [
      ['bytes=0-', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=3-5', 206, '345', 'bytes 3-5/10'],
      ['bytes=-2', 206, '89', 'bytes 8-9/10'],
      ['bytes=9-100', 206, '9', 'bytes 9-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
    ] as const;
    for (const [range, status, text, said] of table) {
      const part = await ask('GET', to, undefined, { range });
      expect([range, part.status, part.text, part.headers.get('content-range')]).toEqual([
        range,
        status,
        text,
        said,
      ]);
    }
    const head = await ask('HEAD', to);
    expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '10', '']);
  });

  test('of the minutes is sound', async () => {
    const { id } = await recorded({ content: 'opus', kind: 'audio' });
    const answer = await ask('GET', `/api/recordings/${id}/file`);
    expect(answer.headers.get('content-type')).toBe('audio/webm');
  });

  test.each([
    ['山田', '山田様'],
    ['山田様', '山田様'],
    ['', ''],
    ['"; filename=x.exe\r\nSet-Cookie: a=b', '_; filename=x.exe__Set-Cookie_ a=b様'],
    ['../../etc/passwd', '_.._etc_passwd様'],
    ['\u202Egpj.exe', '_gpj.exe様'],
    ['🙇'.repeat(60), `${'🙇'.repeat(40)}…`],
  ])(
    'is saved under a name that says what it is, whatever the guest is called: %j',
    async (guest, called) => {
      const noon = new Date(2026, 10, 22, 12).getTime();
      const { id } = await recorded({ content: 'webm', guest, startedAt: noon });
      const { headers } = await ask('GET', `/api/recordings/${id}/file?download=1`);
      const disposition = headers.get('content-disposition') ?? '';
      const [, name] = /^attachment; filename="[^"]*"; filename\*=UTF-8''(\S+)$/.exec(disposition) ?? [];
      expect(decodeURIComponent(name ?? '')).toBe(
        ['2026-11-22', called, '商談', '1.webm'].filter((word) => word !== '').join(' '),
      );
      expect(headers.get('set-cookie')).toBeNull();
    },
  );

  test('that is still being recorded is not ready', async () => {
    const { id, captureId } = await recorded();
    const answers = async () => {
      const all = [];
      for (const [method, to] of [
        ['GET', '/file'],
        ['DELETE', ''],
        ['POST', '/mp4'],
        ['GET', '/mp4'],
      ] as const) {
        const answer = await ask(method, `/api/recordings/${id}${to}`);
        all.push([answer.status, codeOf(answer)]);
      }
      return all;
    };
    const refused = Array.from({ length: 4 }, () => [409, 'recording-not-ready']);
    expect(await answers()).toEqual(refused);
    await server.shelf.ending(captureId);
    expect(await answers()).toEqual(refused);
    expect((await entry(id))?.state).toBe('finishing');
  });

  test('is gone when it is deleted, also a second time, and its space is free', async () => {
    const { id } = await recorded({ content: 'webm' });
    expect((await ask('DELETE', `/api/recordings/${id}`)).status).toBe(204);
    expect((await ask('DELETE', `/api/recordings/${id}`)).status).toBe(404);
    expect((await ask('GET', `/api/recordings/${id}/file`)).status).toBe(404);
    expect(await listed()).toMatchObject({ meetings: [], storage: { usedBytes: 0, reservedBytes: 0 } });
  });

  test('that has gone from the disk is answered, and told at the next start', async () => {
    const { id } = await recorded({ content: 'webm' });
    const { blob } = (await server.store.recordings.load(id))!;
    await server.recordingBlobs.remove(blob!);
    const answer = await ask('GET', `/api/recordings/${id}/file?download=1`);
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([404, null]);
    await server.openRecordings();
    expect(await entry(id)).toMatchObject({ state: 'failed', failure: 'recording-failed', bytes: 0 });
    expect((await ask('DELETE', `/api/recordings/${id}`)).status).toBe(204);
  });

  test('may be played by our own pages', async () => {
    const { headers } = await ask('GET', '/dashboard');
    expect(headers.get('content-security-policy')).toMatch(/media-src 'self'/);
  });
});

describe('a copy in MP4', () => {
  const make = (id: string) => ask('POST', `/api/recordings/${id}/mp4`);
  const copyOf = async (id: string) => (await entry(id))?.mp4;

  test('is made once, tells how far it is, and can be saved for a day', async () => {
    const { id } = await recorded({ content: 'webm' });
    expect((await ask('GET', `/api/recordings/${id}/mp4`)).status).toBe(409);
    const asked = await Promise.all([make(id), make(id)]);
    expect(asked.map(({ status }) => status)).toEqual([202, 202]);
    expect((await make(id)).status).toBe(202);
    expect(server.mp4Maker.orders).toHaveLength(1);
    const { job, from, to, durationMs } = server.mp4Maker.orders[0]!;
    expect([from, durationMs]).toEqual([
      server.recordingBlobs.file((await server.store.recordings.load(id))!.blob!),
      61_000,
    ]);
    expect(await copyOf(id)).toEqual({ state: 'making', done: 0 });
    server.mp4Maker.report({ type: 'progress', job, done: 0.5 });
    expect(await copyOf(id)).toEqual({ state: 'making', done: 0.5 });
    await writeFile(to, 'mp4 copy');
    server.mp4Maker.report({ type: 'done', job, bytes: 8 });
    await until('it is ready', async () => (await copyOf(id))?.state === 'ready');
    expect(await copyOf(id)).toEqual({ state: 'ready', bytes: 8 });
    expect((await make(id)).status).toBe(202);
    expect(server.mp4Maker.orders).toHaveLength(1);
    const file = await ask('GET', `/api/recordings/${id}/mp4`, undefined, { range: 'bytes=4-' });
    expect([file.status, file.text, file.headers.get('content-type')]).toEqual([206, 'copy', 'video/mp4']);
    expect(decodeURIComponent(file.headers.get('content-disposition') ?? '')).toMatch(
      /^attachment; .*山田様 商談 1\.mp4$/,
    );
    // It does not count; a day later it is gone, and can be asked for again.
    expect((await listed()).storage.usedBytes).toBe(4);
    await server.openRecordings();
    expect(await copyOf(id)).toMatchObject({ state: 'ready' });
    server.clockMs += 24 * 60 * 60_000 + 1;
    await server.openRecordings();
    expect((await server.store.recordings.load(id))?.mp4).toBeNull();
    expect(await server.recordingBlobs.removeUnused(new Set())).toBe(1);
  });

  test('that fails, or whose maker dies, says so and can be asked for again', async () => {
    const { id } = await recorded({ content: 'webm' });
    await make(id);
    server.mp4Maker.report({ type: 'failed', job: server.mp4Maker.orders[0]!.job, message: 'ffmpeg ended' });
    await until('it has failed', async () => (await copyOf(id))?.state === 'failed');
    expect(await copyOf(id)).toEqual({ state: 'failed', code: 'recording-failed' });
    await make(id);
    expect(await copyOf(id)).toEqual({ state: 'making', done: 0 });
    server.mp4Maker.report({ type: 'died' });
    await until('it has failed', async () => (await copyOf(id))?.state === 'failed');
    expect(await copyOf(id)).toEqual({ state: 'failed', code: 'recording-unavailable' });
    await make(id);
    expect(server.mp4Maker.orders).toHaveLength(3);
    server.mp4Maker.isUp = false;
    const other = await recorded({ content: 'webm' });
    expect((await make(other.id)).status).toBe(503);
  });

  test('that is cancelled, or whose recording is deleted, is not made', async () => {
    const { id } = await recorded({ content: 'webm' });
    await make(id);
    expect((await ask('DELETE', `/api/recordings/${id}/mp4`)).status).toBe(204);
    expect((await ask('DELETE', `/api/recordings/${id}/mp4`)).status).toBe(204);
    expect(await copyOf(id)).toEqual({ state: 'none' });
    await make(id);
    const [first, second] = server.mp4Maker.orders;
    expect((await ask('DELETE', `/api/recordings/${id}`)).status).toBe(204);
    expect(server.mp4Maker.cancelled).toEqual([first!.job, second!.job]);
    // Both were finished in that very moment.
    for (const order of [first!, second!]) {
      await writeFile(order.to, 'mp4');
      server.mp4Maker.report({ type: 'done', job: order.job, bytes: 3 });
    }
    await until('nothing is left', async () => (await server.recordingBlobs.removeUnused(new Set())) === 0);
  });
});

describe('the address for warnings', () => {
  const put = (mail: unknown) => ask('PUT', '/api/account/mail', { mail });

  test('is kept, tidied up, and can be taken away', async () => {
    expect((await put(' ｓａｔｏ@example.jp ')).status).toBe(204);
    expect((await listed()).mail).toBe('sato@example.jp');
    expect((await put(null)).status).toBe(204);
    expect((await listed()).mail).toBeNull();
  });

  test.each([
    'nobody',
    'a@b',
    'a@example.jp, b@example.jp',
    'a@example.jp\r\nBcc: b@example.jp',
    '',
    7,
    undefined,
    `${'a'.repeat(320)}@example.jp`,
  ])('is not %j', async (mail) => {
    const answer = await put(mail);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'bad-request']);
    expect((await listed()).mail).toBeNull();
  });
});
