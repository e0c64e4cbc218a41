import { describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { LogList, UsageList, UsageRow } from '../protocol/log.ts';
import { codeOf, useStaff, type Person } from './http-staff.ts';
import { meeting } from './store-samples.ts';

const here = useStaff();
const minuteMs = 60_000;

async function usage(query = '', who: Person = here.admin): Promise<UsageRow[]> {
  const answer = await who.ask('GET', `/api/usage${query}`);
  expect([query, answer.status]).toEqual([query, 200]);
  return (answer.json as unknown as UsageList).rows;
}

const rowOf = async (id: string, query = '') =>
  (await usage(query)).find(({ accountId }) => accountId === id);

/** A meeting of so many minutes. */
const hosted = (hostAccountId: string, startedAt: number, minutes: number | null) =>
  here.server.store.meetings.save(
    meeting({
      organizationId: here.organizationId,
      hostAccountId,
      startedAt,
      endedAt: minutes === null ? null : startedAt + minutes * minuteMs,
    }),
  );

const signedInAt = (accountId: string, at: number) =>
  here.server.store.logs.insert([
    {
      id: newId(),
      organizationId: here.organizationId,
      kind: 'sign-in',
      act: 'signed-in',
      at,
      accountId,
      actor: '佐藤 花子',
      subject: '',
      meetingId: null,
      address: null,
      search: '',
    },
  ]);

describe('usage', () => {
  test('has a row for everybody, also for those who have never been there', async () => {
    const idle = await here.add({ login: 'zzz', name: '暇 太郎' });
    const rows = await usage();
    expect(rows.map(({ login }) => login)).toEqual(['admin', 'zzz']);
    expect(rows[0]).toMatchObject({ role: 'admin', signIns: 1, unitId: null });
    expect(rows[1]).toEqual({
      accountId: idle,
      login: 'zzz',
      name: '暇 太郎',
      unitId: null,
      role: 'rep',
      signIns: 0,
      lastSignInAt: null,
      meetings: 0,
      minutes: 0,
      recordings: 0,
      recordingBytes: 0,
      documents: 0,
      documentBytes: 0,
      removedAt: null,
    });
  });

  test('counts login IDs as people do', async () => {
    for (const login of ['rep10', 'Rep2', 'rep1']) await here.add({ login });
    expect((await usage()).map(({ login }) => login)).toEqual(['admin', 'rep1', 'Rep2', 'rep10']);
    const { users } = await here.users();
    expect(users.map(({ login }) => login)).toEqual(['admin', 'rep1', 'Rep2', 'rep10']);
  });

  test('has those who were removed, marked, as long as there is something to count', async () => {
    const sales = await here.unit('営業部');
    const at = Date.UTC(2026, 10, 22, 12);
    const gone = await here.add({ login: 'gone', name: '去った 人', unitId: sales });
    const idle = await here.add({ unitId: sales });
    await hosted(gone, at, 30);
    await signedInAt(gone, at);
    const manager = await here.person({ role: 'manager', unitId: sales });
    await here.remove([gone, idle]);
    const row = { login: 'gone', meetings: 1, minutes: 30, signIns: 1, removedAt: here.server.clockMs };
    for (const who of [here.admin, manager]) {
      const rows = await usage('?from=2026-11-01&to=2026-11-30', who);
      expect(rows.find(({ accountId }) => accountId === gone)).toMatchObject(row);
      expect(rows.map(({ accountId }) => accountId)).not.toContain(idle);
    }
    expect(await rowOf(gone, '?from=2026-12-01')).toBeUndefined();
    const file = await here.admin.ask('GET', '/api/usage.csv?columns=meetings');
    expect(file.text).toContain('gone,去った 人（削除済み）,1\r\n');
    // What they keep takes space, whatever the days asked for.
    const recording = { id: newId(), captureId: newId(), meetingId: newId(), part: 1 };
    const of = { kind: 'video', accountId: gone, beganAt: 0, reservedBytes: 0 } as const;
    await here.server.store.recordings.insert({ ...recording, ...of });
    await here.server.store.recordings.change(recording.id, { state: 'ready', bytes: 3 });
    expect(await rowOf(gone, '?from=2026-12-01')).toMatchObject({ recordingBytes: 3, meetings: 0 });
  });

  test('counts what was done in the days asked for; storage is of now', async () => {
    const rep = await here.add({ lastSignInAt: 5 });
    // 22 November in Tokyo, the first and the last moment, and a moment more on each side.
    const [first, last] = [Date.UTC(2026, 10, 21, 15), Date.UTC(2026, 10, 22, 15) - 1];
    for (const at of [first - 1, first, last, last + 1]) {
      await hosted(rep, at, 10);
      await signedInAt(rep, at);
    }
    const recording = { id: newId(), captureId: newId(), meetingId: newId(), part: 1 };
    const of = { kind: 'video', accountId: rep, beganAt: 0, reservedBytes: 0 } as const;
    await here.server.store.recordings.insert({ ...recording, ...of });
    await here.server.store.recordings.change(recording.id, { state: 'ready', bytes: 3_000_000_000 });
    const stored = { recordings: 1, recordingBytes: 3_000_000_000, lastSignInAt: 5 };
    const days = '?from=2026-11-22&to=2026-11-22';
    expect(await rowOf(rep, `${days}&tz=Asia/Tokyo`)).toMatchObject({
      signIns: 2,
      meetings: 2,
      minutes: 20,
      ...stored,
    });
    expect(await rowOf(rep, `${days}&tz=UTC`)).toMatchObject({ signIns: 2, meetings: 2, ...stored });
    expect(await rowOf(rep, '?from=2026-11-22&tz=Asia/Tokyo')).toMatchObject({ signIns: 3, meetings: 3 });
    expect(await rowOf(rep)).toMatchObject({ signIns: 4, meetings: 4, minutes: 40 });
    expect(await rowOf(rep, '?to=2020-01-01')).toMatchObject({ signIns: 0, meetings: 0, ...stored });
  });

  test('counts a meeting that runs up to now', async () => {
    const rep = await here.add();
    await hosted(rep, here.server.clockMs - 90 * minuteMs, null);
    expect(await rowOf(rep)).toMatchObject({ meetings: 1, minutes: 90 });
    here.server.clockMs += 30 * minuteMs;
    expect(await rowOf(rep)).toMatchObject({ meetings: 1, minutes: 120 });
  });

  test('is of those within reach, and nobody else learns of them', async () => {
    const head = await here.unit('本社');
    const sales = await here.unit('営業部', head);
    const branch = await here.unit('支社');
    const inHead = await here.add({ login: 'a', unitId: head });
    const inSales = await here.add({ login: 'b', unitId: sales });
    const inBranch = await here.add({ login: 'c', unitId: branch });
    const removed = await here.add({ unitId: sales });
    await here.admin.ask('POST', '/api/users/remove', { ids: [removed] });
    const manager = await here.person({ role: 'manager', unitId: head });
    const stranger = await here.stranger();
    const seen = async (who: Person, query = '') =>
      (await usage(query, who)).map(({ accountId }) => accountId);
    expect(await seen(manager)).toEqual([inHead, inSales]);
    expect(await seen(manager, `?unit=${sales}`)).toEqual([inSales]);
    expect(await seen(here.admin, `?unit=${branch}`)).toEqual([inBranch]);
    expect((await seen(here.admin, `?unit=${head}`)).toSorted()).toEqual(
      [inHead, inSales, manager.id].toSorted(),
    );
    expect(await seen(here.admin)).not.toContain(removed);
    expect(await seen(stranger)).toEqual([stranger.id]);
    expect(await seen(await here.person({ role: 'manager' }))).toEqual([]);
    for (const [who, unit] of [
      [manager, branch],
      [stranger, head],
      [here.admin, newId()],
    ] as const) {
      for (const to of ['/api/usage', '/api/usage.csv']) {
        const answer = await who.ask('GET', `${to}?unit=${unit}`);
        expect([answer.status, codeOf(answer)]).toEqual([404, 'unit-unknown']);
      }
    }
    const rep = await here.person();
    for (const to of ['/api/usage', '/api/usage.csv']) {
      expect((await rep.ask('GET', to)).status).toBe(403);
      expect((await here.server.ask('GET', to)).status).toBe(401);
    }
  });

  test.each(['?unit=x', '?from=x', '?to=2026-02-30', '?tz=x', '?columns=password', '?lang=fr'])(
    'asked for nonsense, %j, is refused in words',
    async (query) => {
      for (const to of ['/api/usage', '/api/usage.csv']) {
        const answer = await here.admin.ask('GET', to + query);
        expect([answer.status, codeOf(answer)]).toEqual([400, 'bad-request']);
      }
    },
  );
});

describe('as a file', () => {
  const lines = async (query = '') => {
    const answer = await here.admin.ask('GET', `/api/usage.csv${query}`);
    expect(answer.status).toBe(200);
    return answer.text.replace('\uFEFF', '').trim().split('\r\n');
  };

  test('it has the columns asked for, in that order, with the path of the unit', async () => {
    const head = await here.unit('本社');
    const sales = await here.unit('営業部', head);
    await here.add({
      login: '-x',
      name: '田中, 一郎',
      unitId: sales,
      lastSignInAt: Date.UTC(2026, 10, 21, 15),
    });
    expect(await lines('?columns=role,unit,meetings,lastSignInAt&tz=Asia/Tokyo')).toEqual([
      'ログインID,氏名,権限,部署,商談数,最終サインイン',
      `'-x,"田中, 一郎",担当者,本社/営業部,0,2026-11-22 00:00:00`,
      expect.stringMatching(/^admin,admin,管理者,,0,2\d{3}-/),
    ]);
    expect(await lines('?columns=&lang=en')).toEqual(['Login ID,Name', `'-x,"田中, 一郎"`, 'admin,admin']);
    const [all] = await lines('?lang=en');
    expect(all).toBe(
      'Login ID,Name,Unit,Role,Sign-ins,Last sign-in,Meetings,Minutes in meetings,Recordings,' +
        'Recordings (bytes),Documents,Documents (bytes)',
    );
  });

  test('it is written down who took it away, and who has read it', async () => {
    await lines('?from=2026-11-01&to=2026-11-30');
    await usage('?from=2026-11-22');
    await usage();
    const { json } = await here.admin.ask('GET', '/api/logs?kind=admin');
    const { entries } = json as unknown as LogList;
    const exported = entries.filter(({ act }) => act === 'usage-exported');
    expect(exported).toMatchObject([{ accountId: here.admin.id, subject: '2026-11-01–2026-11-30' }]);
    // As of logs: whoever turns pages reads once.
    const read = entries.filter(({ act }) => act === 'usage-read');
    expect(read).toMatchObject([{ accountId: here.admin.id, subject: '2026-11-22–' }]);
  });
});
