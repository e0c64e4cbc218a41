import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { RecordedMeeting } from '../protocol/recording.ts';
import { useHistory } from './http-history.ts';
import type { Answer } from './http-server.ts';
import { createAccount, signIn } from './kit/rep.ts';
import { meeting } from './store-samples.ts';

const here = useHistory();
const { ask, listed, entries, entry, recorded } = here;
const codeOf = ({ json }: Answer) => json?.['code'];

/** Where each route that concerns one recording is asked for. */
const routes = [
  ['GET', ''],
  ['GET', '/file'],
  ['HEAD', '/file'],
  ['DELETE', ''],
  ['POST', '/mp4'],
  ['DELETE', '/mp4'],
  ['GET', '/mp4'],
] as const;

describe('the history', () => {
  test('shows meetings with their people, consents and recordings, the newest first', async () => {
    const before = await recorded({ content: 'webm', startedAt: here.server.clockMs - 86_400_000 });
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
        beganAt: here.server.clockMs - 86_400_000,
        durationMs: 61_000,
        bytes: 4,
        chapters: [{ startMs: 0, title: 'ご提案書 1/12' }],
        mp4: { state: 'none' },
      },
    ]);
  });

  test('tells of each recording of which meeting it is', async () => {
    const { id, meetingId } = await recorded();
    expect((await ask('GET', `/api/recordings/${id}`)).json).toEqual({ meetingId });
    expect(codeOf(await ask('GET', `/api/recordings/${newId()}`))).toBe('recording-unknown');
  });

  test('is the owner’s alone: to others a recording is like one that there never was', async () => {
    const { id } = await recorded({ content: 'webm' });
    const account = await createAccount(here.server.store, { name: '他の人' });
    const theirs = { cookie: await signIn(here.server.base, account) };
    const theirList = await here.server.ask('GET', '/api/recordings', undefined, theirs);
    expect(theirList.json).toMatchObject({ meetings: [], storage: { usedBytes: 0 } });
    for (const [method, to] of routes) {
      const [other, never] = [
        await here.server.ask(method, `/api/recordings/${id}${to}`, undefined, theirs),
        await here.server.ask(method, `/api/recordings/${newId()}${to}`, undefined, theirs),
      ];
      expect([method, to, other.status]).toEqual([method, to, 404]);
      expect(other.text).toBe(never.text);
    }
    expect((await entry(id))?.state).toBe('ready');
    expect(here.server.mp4Maker.orders).toEqual([]);
  });

  test('is for nobody who is not signed in, has a password to change, or comes from elsewhere', async () => {
    const { id } = await recorded({ content: 'webm' });
    const all = [
      ['GET', '/api/recordings'],
      ...routes.map(([method, to]) => [method, `/api/recordings/${id}${to}`]),
      ['PUT', '/api/account/mail'],
    ] as [string, string][];
    for (const [method, to] of all) expect((await here.server.ask(method, to)).status).toBe(401);
    await here.server.store.accounts.setPassword(here.accountId, '-', true);
    for (const [method, to] of all) expect((await ask(method, to)).status).toBe(403);
    await here.server.store.accounts.setPassword(here.accountId, '-', false);
    for (const [method, to] of all.filter((each) => !/GET|HEAD/.test(each[0]))) {
      const answer = await ask(method, to, undefined, { origin: 'https://elsewhere.example' });
      expect([answer.status, codeOf(answer)]).toEqual([403, 'origin']);
    }
    expect((await entry(id))?.state).toBe('ready');
  });

  test('of many meetings comes page by page, each meeting once, down to the first', async () => {
    const all: string[] = [];
    for (let day = 0; day < 201; day++) {
      const startedAt = here.server.clockMs - day * 86_400_000;
      const record = meeting({ hostAccountId: here.accountId, startedAt, participants: [] });
      all.push(record.id);
      const of = {
        id: newId(),
        meetingId: record.id,
        accountId: here.accountId,
        captureId: newId(),
        beganAt: startedAt,
      };
      await here.server.store.recordings.insert({ ...of, part: 1, kind: 'video', reservedBytes: 0 });
      await here.server.store.meetings.save(record);
    }
    const first = await listed();
    const second = await listed(`?before=${first.next!}`);
    // What is new on top moves nothing further down.
    const { meetingId } = await recorded({ content: 'webm', startedAt: here.server.clockMs + 1 });
    const third = await listed(`?before=${second.next!}`);
    const pages = [first, second, third].map(({ meetings }) => meetings.map((each) => each.meetingId));
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 1]);
    expect(pages.flat()).toEqual(all);
    expect(third).toMatchObject({ next: null, storage: { usedBytes: 4 } });
    expect((await listed()).meetings[0]?.meetingId).toBe(meetingId);
  });

  test('says who was asked, also where nothing was recorded or nothing is left', async () => {
    const declined = meeting({ hostAccountId: here.accountId, startedAt: here.server.clockMs - 1 });
    const by = { participantId: declined.participants[0]!.id, name: '佐藤 花子', kind: 'video' } as const;
    const log = [{ ...by, what: 'declined', at: here.server.clockMs } as const];
    declined.recording = { ...declined.recording, log };
    await here.server.store.meetings.save(declined);
    await here.server.store.meetings.save(meeting({ hostAccountId: here.accountId }));
    const deleted = await recorded({ content: 'webm' });
    expect((await ask('DELETE', `/api/recordings/${deleted.id}`)).status).toBe(204);
    const { meetings } = await listed();
    expect(meetings).toMatchObject([
      { meetingId: deleted.meetingId, recordings: [], consents: [{ what: 'started' }] },
      { meetingId: declined.id, recordings: [], consents: [{ what: 'declined' }] },
    ]);
  });

  test('asked for nonsense says so', async () => {
    for (const before of ['x', '', '1', `-1-${newId()}`, `${'9'.repeat(16)}-${newId()}`, '1-&before=2-']) {
      const answer = await ask('GET', `/api/recordings?before=${before}`);
      expect([before, answer.status, codeOf(answer)]).toEqual([before, 400, 'bad-request']);
    }
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

  test.each([
    ['Asia/Tokyo', '2026-11-23'],
    ['America/New_York', '2026-11-22'],
    ['UTC', '2026-11-22'],
  ])('is saved under the day that it was in %s', async (timeZone, day) => {
    const startedAt = Date.UTC(2026, 10, 22, 16);
    const { id } = await recorded({ content: 'webm', startedAt });
    const { headers } = await ask('GET', `/api/recordings/${id}/file?download=1&tz=${timeZone}`);
    expect(headers.get('content-disposition')).toContain(`''${day}%20`);
    await here.server.store.recordings.change(id, {
      mp4: { blob: 'x'.repeat(32), bytes: 3, madeAt: startedAt },
    });
    const copy = path.join(here.server.folder, 'copy.mp4');
    await writeFile(copy, 'mp4');
    await here.server.recordingBlobs.adopt(copy, 'x'.repeat(32));
    const mp4 = await ask('GET', `/api/recordings/${id}/mp4?tz=${timeZone}`);
    expect(mp4.headers.get('content-disposition')).toContain(`''${day}%20`);
  });

  test.each(['tz=Mars/Olympus', 'tz=', 'tz=Asia/Tokyo&tz=UTC', 'tz[a]=1', `tz=${'x'.repeat(2_000)}`])(
    'is saved under the server’s day when asked with %s',
    async (query) => {
      const { id } = await recorded({ content: 'webm', startedAt: new Date(2026, 10, 22, 12).getTime() });
      const answer = await ask('GET', `/api/recordings/${id}/file?download=1&${query}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-disposition')).toContain("''2026-11-22%20");
    },
  );

  test('that nobody finishes is not waited for any longer, and can be deleted', async () => {
    const { id, captureId } = await recorded();
    await here.server.shelf.ending(captureId);
    here.server.clockMs += 31 * 60_000;
    expect(await entry(id)).toMatchObject({ state: 'failed', failure: 'recording-unavailable' });
    expect((await ask('DELETE', `/api/recordings/${id}`)).status).toBe(204);
    expect(await entry(id)).toBeUndefined();
    expect((await listed()).storage).toMatchObject({ usedBytes: 0, reservedBytes: 0 });
  });

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
    await here.server.shelf.ending(captureId);
    expect(await answers()).toEqual(refused);
    expect((await entry(id))?.state).toBe('finishing');
  });

  test('is gone when it is deleted, also a second time, and its space is free', async () => {
    const { id } = await recorded({ content: 'webm' });
    expect((await ask('DELETE', `/api/recordings/${id}`)).status).toBe(204);
    expect((await ask('DELETE', `/api/recordings/${id}`)).status).toBe(404);
    expect((await ask('GET', `/api/recordings/${id}/file`)).status).toBe(404);
    expect(await listed()).toMatchObject({ storage: { usedBytes: 0, reservedBytes: 0 } });
    expect(await entries()).toEqual([]);
  });

  test('that has gone from the disk is answered, and told at the next start', async () => {
    const { id } = await recorded({ content: 'webm' });
    const { blob } = (await here.server.store.recordings.load(id))!;
    await here.server.recordingBlobs.remove(blob!);
    const answer = await ask('GET', `/api/recordings/${id}/file?download=1`);
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([404, null]);
    await here.server.openRecordings();
    expect(await entry(id)).toMatchObject({ state: 'failed', failure: 'recording-lost', bytes: 0 });
    expect((await ask('DELETE', `/api/recordings/${id}`)).status).toBe(204);
  });

  test('may be played by our own pages', async () => {
    const { headers } = await ask('GET', '/dashboard');
    expect(headers.get('content-security-policy')).toMatch(/media-src 'self'/);
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
