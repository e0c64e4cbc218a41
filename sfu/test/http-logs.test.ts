import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { LogEntry, LogKind, LogList } from '../protocol/log.ts';
import type { NewLogEntry } from '../store/log-repository.ts';
import { codeOf, useStaff, type Person } from './http-staff.ts';
import { password } from './http-server.ts';
import { until } from './kit/waiting.ts';
import { useHistory } from './http-history.ts';

const here = useStaff();

async function logs(kind: LogKind, query = '', who: Person = here.admin): Promise<LogEntry[]> {
  const answer = await who.ask('GET', `/api/logs?kind=${kind}${query}`);
  expect(answer.status).toBe(200);
  return (answer.json as unknown as LogList).entries;
}

/** What has been done, the oldest first. */
const acts = async (kind: LogKind) => (await logs(kind)).map(({ act }) => act).toReversed();

function entry(changes: Partial<NewLogEntry> = {}): NewLogEntry {
  return {
    id: newId(),
    organizationId: here.organizationId,
    kind: 'file',
    act: 'document-uploaded',
    at: here.server.clockMs,
    accountId: null,
    actor: '佐藤 花子',
    subject: 'ご提案書',
    meetingId: null,
    address: null,
    search: '佐藤 花子\nご提案書',
    ...changes,
  };
}

const write = (...entries: NewLogEntry[]) => here.server.store.logs.insert(entries);

describe('signing in', () => {
  const refused = async () => (await logs('sign-in')).filter(({ act }) => act === 'sign-in-refused');
  const attempt = (login: string, organization = 'demo', given = 'a wrong password 対面') =>
    here.server.ask('POST', '/api/session', { organization, login, password: given });

  test('is written down, with the place, and so is signing out', async () => {
    const rep = await here.person({ name: '田中 一郎' });
    here.server.clockMs += 1_000;
    await rep.ask('DELETE', '/api/session');
    await rep.ask('DELETE', '/api/session');
    const [out, signedIn, own] = await logs('sign-in');
    expect(out).toMatchObject({ act: 'signed-out', accountId: rep.id, actor: '田中 一郎' });
    expect(signedIn).toMatchObject({ act: 'signed-in', accountId: rep.id });
    expect(out!.at).toBeGreaterThanOrEqual(here.server.clockMs);
    expect(signedIn!.at).toBeLessThan(here.server.clockMs);
    expect(signedIn?.address).toMatch(/127\.0\.0\.1$/);
    expect(own).toMatchObject({ act: 'signed-in', actor: 'admin' });
    expect(await logs('sign-in')).toHaveLength(3);
  });

  test('elsewhere puts the first out, which is written down', async () => {
    const rep = await here.person();
    await here.signedIn(rep.id, rep.login);
    expect(await acts('sign-in')).toEqual(['signed-in', 'signed-in', 'signed-in-elsewhere', 'signed-in']);
  });

  test('that is refused is written down where the organisation is known; the password never is', async () => {
    const id = await here.add({ login: 'tanaka', name: '田中 一郎' });
    await attempt('ＴＡＮＡＫＡ');
    here.server.clockMs += 1;
    // A password in the wrong field.
    await attempt('correct horse battery');
    await attempt('tanaka', 'nowhere');
    // The answer does not wait for it.
    await until('it is written down', async () => (await refused()).length === 2);
    expect(await refused()).toMatchObject([
      { accountId: null, actor: '', subject: 'unknown' },
      { accountId: id, actor: '田中 一郎', subject: 'ＴＡＮＡＫＡ' },
    ]);
    const all = await here.server.db.selectFrom('log_entries').selectAll().execute();
    expect(JSON.stringify(all)).not.toMatch(/wrong password|対面|correct horse/);
  });

  test('again and again is written down as often as it was tried, and then once a minute', async () => {
    await here.add({ login: 'tanaka' });
    for (let times = 0; times < 15; times++) await attempt('tanaka');
    await until('ten and one are written down', async () => (await refused()).length === 11);
    here.server.clockMs += 60_000;
    for (let times = 0; times < 3; times++) await attempt('tanaka');
    await until('one more is written down', async () => (await refused()).length > 11);
    expect(await refused()).toHaveLength(12);
  });

  test('with a new password is written down', async () => {
    const rep = await here.person();
    const next = 'another password 対面';
    const answer = await rep.ask('POST', '/api/session/password', { current: password, next });
    expect(answer.status).toBe(200);
    expect(await acts('sign-in')).toContain('password-changed');
  });

  test('goes on while nothing can be written down, which is made up for later', async () => {
    await sql`alter table log_entries rename to log_entries_away`.execute(here.server.db);
    const rep = await here.person();
    expect((await rep.ask('GET', '/api/session')).json).toMatchObject({ session: { login: rep.login } });
    expect((await here.admin.ask('GET', '/api/logs?kind=sign-in')).status).toBe(500);
    await sql`alter table log_entries_away rename to log_entries`.execute(here.server.db);
    expect((await logs('sign-in')).map(({ accountId }) => accountId)).toContain(rep.id);
  });
});

describe('who reads', () => {
  test('reps nothing, and nobody who is not signed in', async () => {
    const rep = await here.person();
    for (const to of ['/api/logs?kind=file', '/api/logs.csv?kind=file']) {
      expect((await rep.ask('GET', to)).status).toBe(403);
      expect((await here.server.ask('GET', to)).status).toBe(401);
    }
  });

  test('managers what the reps of their units have done, and never what was said', async () => {
    const head = await here.unit('本社');
    const sales = await here.unit('営業部', head);
    const branch = await here.unit('支社');
    const mine = await here.add({ unitId: sales });
    const manager = await here.person({ role: 'manager', unitId: head });
    const others = [await here.add({ unitId: branch }), await here.add(), manager.id, here.admin.id, null];
    await write(...[mine, ...others].map((accountId) => entry({ accountId })));
    await write(entry({ kind: 'chat', act: 'chat-sent', accountId: mine }));
    expect((await logs('file', '', manager)).map(({ accountId }) => accountId)).toEqual([mine]);
    expect(await logs('file', `&account=${mine}`, manager)).toHaveLength(1);
    // Somebody out of reach is like somebody who never was.
    for (const account of [others[0], others[1], newId()]) {
      expect(await logs('file', `&account=${account}`, manager)).toEqual([]);
    }
    for (const to of ['/api/logs?kind=chat', '/api/logs.csv?kind=chat']) {
      const answer = await manager.ask('GET', to);
      expect([answer.status, codeOf(answer)]).toEqual([403, 'not-allowed']);
    }
    const lost = await here.person({ role: 'manager' });
    expect(await logs('file', '', lost)).toEqual([]);
    expect(await logs('file')).toHaveLength(6);
    expect(await logs('chat')).toHaveLength(1);
  });

  test('managers nothing that admins do, nor what was done by whoever is an admin no more', async () => {
    const sales = await here.unit('営業部');
    const was = await here.person({ role: 'admin', unitId: sales, name: '元 管理者' });
    await was.ask('POST', '/api/users', { login: 'new', name: '新人', role: 'admin' });
    await was.ask('GET', '/api/logs?kind=chat');
    expect((await here.change(was.id, { role: 'rep' })).status).toBe(200);
    const manager = await here.person({ role: 'manager', unitId: sales });
    expect(await logs('admin', '', manager)).toEqual([]);
    expect(await logs('admin', `&account=${was.id}`, manager)).toEqual([]);
    const file = await manager.ask('GET', '/api/logs.csv?kind=admin');
    expect([file.status, file.text.trim().split('\r\n')]).toEqual([200, [expect.stringContaining('日時')]]);
    expect((await logs('admin', `&account=${was.id}`)).map(({ act }) => act)).toEqual([
      'log-read',
      'user-created',
    ]);
    // What a rep does is their manager's to read.
    expect((await logs('sign-in', '', manager)).map(({ accountId }) => accountId)).toEqual([was.id]);
  });

  test('another organisation’s admin sees nothing of this one', async () => {
    const stranger = await here.stranger();
    await write(entry(), entry({ kind: 'chat', act: 'chat-sent' }));
    await logs('file');
    for (const kind of ['file', 'chat', 'meeting'] as const) {
      expect(await logs(kind, '', stranger)).toEqual([]);
    }
    for (const { accountId } of await logs('admin', '', stranger)) expect(accountId).toBe(stranger.id);
    expect((await logs('sign-in', '', stranger)).map(({ accountId }) => accountId)).toEqual([stranger.id]);
    expect(await logs('file', `&account=${here.admin.id}`, stranger)).toEqual([]);
  });

  test('is written down: each kind once in ten minutes, and every file', async () => {
    const read = async () =>
      (await logs('admin')).map(({ act, subject }) => `${act} ${subject}`).toReversed();
    await logs('chat');
    await logs('chat');
    await logs('file');
    here.server.clockMs += 10 * 60_000 - 1;
    await logs('chat');
    expect(await read()).toEqual(['log-read chat', 'log-read file']);
    here.server.clockMs += 1;
    await logs('chat');
    await here.admin.ask('GET', '/api/logs.csv?kind=chat&from=2026-01-01');
    await here.admin.ask('GET', '/api/logs.csv?kind=chat');
    expect(await read()).toEqual([
      'log-read chat',
      'log-read file',
      'log-read admin',
      'log-read chat',
      'log-exported chat 2026-01-01–',
      'log-exported chat',
    ]);
    const [last] = await logs('admin');
    expect(last).toMatchObject({ act: 'log-exported', accountId: here.admin.id, actor: 'admin' });
    expect(last?.address).toMatch(/127\.0\.0\.1$/);
  });
});

describe('what is read', () => {
  test('comes page by page, each entry once, also those of one moment', async () => {
    await write(...Array.from({ length: 201 }, () => entry({ at: 1_700_000_000_000 })));
    const seen: string[] = [];
    let next: string | null = null;
    const sizes: number[] = [];
    do {
      const answer = await here.admin.ask('GET', `/api/logs?kind=file${next ? `&before=${next}` : ''}`);
      const page = answer.json as unknown as LogList;
      seen.push(...page.entries.map(({ id }) => id));
      sizes.push(page.entries.length);
      next = page.next;
    } while (next);
    expect(sizes).toEqual([100, 100, 1]);
    expect(new Set(seen).size).toBe(201);
  });

  test.each([
    ['Asia/Tokyo', '2026-11-22', ['2026-11-21T15:00:00.000Z', '2026-11-22T14:59:59.999Z']],
    ['UTC', '2026-11-22', ['2026-11-22T00:00:00.000Z', '2026-11-22T23:59:59.999Z']],
    // The day has 25 hours, and the next one but a few months later 23.
    ['America/New_York', '2026-11-01', ['2026-11-01T04:00:00.000Z', '2026-11-02T04:59:59.999Z']],
    ['America/New_York', '2026-03-08', ['2026-03-08T05:00:00.000Z', '2026-03-09T03:59:59.999Z']],
    // Clocks are put forward at midnight: the day begins at one.
    ['Asia/Beirut', '2026-03-29', ['2026-03-28T22:00:00.000Z', '2026-03-29T20:59:59.999Z']],
    ['Pacific/Kiritimati', '2026-11-22', ['2026-11-21T10:00:00.000Z', '2026-11-22T09:59:59.999Z']],
    ['Pacific/Pago_Pago', '2026-11-22', ['2026-11-22T11:00:00.000Z', '2026-11-23T10:59:59.999Z']],
  ])('a day in %s, %s, has its first and its last moment', async (tz, day, within) => {
    const [first, last] = within.map((time) => Date.parse(time)) as [number, number];
    await write(...[first - 1, first, last, last + 1].map((at) => entry({ at })));
    const found = await logs('file', `&from=${day}&to=${day}&tz=${tz}`);
    expect(found.map(({ at }) => new Date(at).toISOString()).toReversed()).toEqual(within);
    expect(await logs('file', `&from=${day}&tz=${tz}`)).toHaveLength(3);
    expect(await logs('file', `&to=${day}&tz=${tz}`)).toHaveLength(3);
  });

  test('is searched as people type, and wildcards stand for themselves', async () => {
    const texts = ['50% 引き', '500 引き', 'A_B', 'AxB'];
    for (const text of texts) {
      here.server.organizationLog.write({
        organizationId: here.organizationId,
        act: 'document-uploaded',
        accountId: here.admin.id,
        actor: 'ｶﾄｳ 花子',
        subject: text,
      });
    }
    const found = async (search: string) =>
      (await logs('file', `&search=${encodeURIComponent(search)}`)).map(({ subject }) => subject).toSorted();
    expect(await found('５０％')).toEqual(['50% 引き']);
    expect(await found('a_b')).toEqual(['A_B']);
    expect(await found('カトウ　引き')).toEqual(['50% 引き', '500 引き']);
    expect(await found('%')).toEqual(['50% 引き']);
    expect(await found('\\')).toEqual([]);
    expect(await found(' ')).toHaveLength(4);
  });

  test.each([
    '',
    '?kind=everything',
    '?kind=file&from=yesterday',
    '?kind=file&from=2026-02-30',
    '?kind=file&to=2026-13-01',
    '?kind=file&tz=Mars/Olympus',
    '?kind=file&before=1',
    '?kind=file&account=me',
    '?kind=file&kind=chat',
    `?kind=file&search=${'x'.repeat(401)}`,
  ])('asked for nonsense, %j, is refused in words', async (query) => {
    for (const to of ['/api/logs', '/api/logs.csv']) {
      const answer = await here.admin.ask('GET', to + query);
      expect([answer.status, codeOf(answer)]).toEqual([400, 'bad-request']);
    }
    expect(await logs('admin')).toEqual([]);
  });
});

describe('the file', () => {
  const file = async (query: string) => here.admin.ask('GET', `/api/logs.csv?kind=${query}`);

  test('opens in a spreadsheet, in the reader’s time and language, and calculates nothing', async () => {
    const at = Date.UTC(2026, 10, 21, 15, 0, 5);
    const meetingId = newId();
    await write(
      entry({ at, actor: '=HYPERLINK("x")', subject: '「ご提案」, "最終"', meetingId, address: '::1' }),
      entry({ at: at - 1_000, act: 'recording-deleted', accountId: here.admin.id }),
    );
    const answer = await file('file&tz=Asia/Tokyo');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*taimen-log-file\.csv/);
    const bytes = await fetch(`${here.server.base}/api/logs.csv?kind=file&tz=Asia/Tokyo&lang=en`, {
      headers: { cookie: here.admin.cookie },
    }).then((response) => response.arrayBuffer());
    expect([...new Uint8Array(bytes).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(answer.text.replace('\uFEFF', '').split('\r\n')).toEqual([
      '日時,種類,内容,氏名,対象,IPアドレス,商談の識別子,ユーザーの識別子',
      `2026-11-22 00:00:05,ファイル,資料の登録,"'=HYPERLINK(""x"")","「ご提案」, ""最終""",::1,${meetingId},`,
      `2026-11-22 00:00:04,ファイル,録画の削除,佐藤 花子,ご提案書,,,${here.admin.id}`,
      '',
    ]);
    const english = new TextDecoder().decode(bytes).split('\r\n');
    expect(english[0]).toBe('Time,Kind,Act,Name,Subject,IP address,Meeting,User');
    expect(english[2]).toContain('Files,Recording deleted,');
  });

  test('has everything that was asked for and nothing else, also beyond a page', async () => {
    await write(...Array.from({ length: 2_345 }, (_, number) => entry({ at: 1_700_000_000_000 - number })));
    await write(entry({ at: 1_800_000_000_000 }));
    const lines = (await file('file&to=2026-01-01')).text.trim().split('\r\n');
    expect(lines).toHaveLength(1 + 2_345);
    expect((await file('chat')).text.trim().split('\r\n')).toHaveLength(1);
  });

  test('tells what was changed, in words', async () => {
    const sales = await here.unit('営業部');
    const { id } = (await here.create({ unitId: null })).json!['user'] as { id: string };
    await here.change(id, { role: 'manager', unitId: sales, quotaBytes: 8_000_000_000, note: '産休中' });
    const settings = { sharedLogin: true, quotaBytes: 7_000_000_000, warnOwner: true };
    await here.admin.ask('PATCH', '/api/organization', { settings });
    await here.server.ask('POST', '/api/session', { organization: 'demo', login: 'nobody', password });
    const told = async (query: string) =>
      (await file(query)).text
        .trim()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(',')[4]!)
        .toReversed();
    expect((await told('admin')).slice(0, 4)).toEqual([
      '営業部、追加',
      '山田 太郎 (Yamada)、権限: — → 担当者',
      '山田 太郎 (Yamada)、権限: 担当者 → マネージャー、部署: — → 営業部、録画の保存容量: — → 8 GB、メモの変更',
      'ログインの共用: しない → する、録画の保存容量: — → 7 GB',
    ]);
    expect((await told('admin&lang=en'))[2]).toBe(
      '山田 太郎 (Yamada) · role: rep → manager · unit: — → 営業部 · recording space: — → 8 GB · note changed',
    );
    await until('the refusal is written down', async () =>
      (await told('sign-in')).includes('（登録のないログインID）'),
    );
  });

  test('has the newest 100,000 lines at the most', async () => {
    const many = Array.from({ length: 100_001 }, (_, at) => entry({ at, subject: `第${at}号` }));
    await write(...many);
    const lines = (await file('file&tz=UTC')).text.trim().split('\r\n');
    expect(lines).toHaveLength(1 + 100_000);
    expect(lines[1]).toContain('第100000号');
    expect(lines.at(-1)).toContain('第1号');
  });
});

describe('recordings', () => {
  const history = useHistory();

  test('are told when they are saved or deleted, and not when they are only played', async () => {
    const { id } = await history.recorded({ content: '0123456789', guest: '山田' });
    const to = `/api/recordings/${id}`;
    await history.ask('GET', `${to}/file`);
    await history.ask('HEAD', `${to}/file?download=1`);
    await history.ask('GET', `${to}/file?download=1`, undefined, { range: 'bytes=5-' });
    await history.ask('GET', `${to}/file?download=1`, undefined, { range: 'bytes=0-' });
    await history.ask('DELETE', to);
    await history.ask('DELETE', to);
    const { json } = await history.ask('GET', '/api/logs?kind=file');
    const { entries } = json as unknown as LogList;
    expect(entries.map(({ act }) => act).toSorted()).toEqual(['recording-deleted', 'recording-downloaded']);
    for (const { subject, accountId } of entries) {
      expect(subject).toContain('山田様');
      expect(accountId).toBe(history.accountId);
    }
  });
});
