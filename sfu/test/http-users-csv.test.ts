import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserFiles } from '../accounts/import/user-files.ts';
import { onlyAllowed } from '../http/access.ts';
import { userCsvRoutes } from '../http/routes/users-csv.ts';
import { createLog } from '../log.ts';
import { readSubject } from '../protocol/log-subject.ts';
import type { AccountRole, UserImport } from '../protocol/organization.ts';
import { HttpServer, password, type Answer } from './http-server.ts';
import { createAccount, createOrganization, signIn, type Credentials } from './kit/rep.ts';

let server: HttpServer;
/** The first admin's. */
let cookie: string;

beforeEach(async () => {
  server = await HttpServer.start();
  cookie = await signIn(server.base, { organization: 'demo', login: 'admin', password });
});
afterEach(() => server.stop());

const headers = (type = 'text/csv') => ({ cookie, 'content-type': type });
const head = 'ログインID,氏名,権限,部署,初期パスワード';
const post = (lines: string, query = '', given: Record<string, string> = headers()) =>
  server.ask('POST', `/api/users/csv${query}`, lines, given);
const reportOf = ({ json }: Answer) => json as unknown as UserImport;
const people = async (publicId = 'demo') => {
  const { id } = (await server.store.organizations.findByPublicId(publicId))!;
  return (await server.store.userImports.view(id)).accounts;
};
const exported = async (query = '', given: Record<string, string> = { cookie }) => {
  const response = await fetch(`${server.base}/api/users.csv${query}`, { headers: given });
  return Buffer.from(await response.arrayBuffer()).toString('utf8');
};

/** Somebody of this role in this unit, who has signed in. */
async function signedInAs(role: AccountRole, unitId: string | null = null) {
  const account: Credentials = await createAccount(server.store, { name: `the ${role}` });
  await server.db
    .updateTable('accounts')
    .set({ role, unit_id: unitId })
    .where('folded_login', '=', account.login)
    .execute();
  return { cookie: await signIn(server.base, account), 'content-type': 'text/csv' };
}

describe('a file of users', () => {
  test('is tried first, then carried out, and its people sign in and choose a password', async () => {
    const file = `${head}\r\nSato,佐藤 花子,担当者,本社/営業部,correct horse battery\r\nito,伊藤,マネージャー,本社,`;
    const tried = await post(file, '?dry=1');
    expect(tried.status).toBe(200);
    expect(reportOf(tried)).toEqual({
      encoding: 'utf-8',
      rows: 2,
      created: 2,
      changed: 0,
      unchanged: 0,
      units: ['本社', '本社/営業部'],
      errors: [],
      moreErrors: false,
      passwords: [],
    });
    expect(await people()).toHaveLength(1);
    const done = await post(file);
    const told = reportOf(done).passwords;
    expect(told).toEqual([
      { login: 'ito', password: expect.stringMatching(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/) },
    ]);
    for (const [login, given] of [
      ['ＳＡＴＯ', 'correct horse battery'],
      ['ito', told[0]!.password],
    ]) {
      const body = { organization: 'demo', login, password: given };
      const answer = await server.ask('POST', '/api/session', body);
      expect(answer).toMatchObject({ status: 200, json: { mustChangePassword: true } });
    }
    expect(JSON.stringify(await server.db.selectFrom('accounts').selectAll().execute())).not.toContain(
      'correct horse',
    );
  });

  test('of people who are known leaves them signed in, with their password', async () => {
    const account = await createAccount(server.store, { name: '佐藤' });
    const theirs = { cookie: await signIn(server.base, account) };
    const file = `${head}\n${account.login},佐藤 改,担当者,,another password 1`;
    expect(reportOf(await post(file))).toMatchObject({ changed: 1, created: 0, passwords: [] });
    const session = await server.ask('GET', '/api/session', undefined, theirs);
    expect(session.json).toMatchObject({ session: { accountName: '佐藤 改', mustChangePassword: false } });
    expect(await signIn(server.base, account)).toContain('taimen_session');
  });

  test('in Shift_JIS, as Excel writes it, is understood', async () => {
    // ログインID,氏名,権限 / sato,髙橋,担当者
    const hex = '838d834f8343839349442c8e8196bc2c8ca08cc00d0a' + '7361746f2cfbfc8bb42c925393968ed2';
    const response = await fetch(`${server.base}/api/users/csv?dry=0`, {
      method: 'POST',
      headers: { ...headers('application/octet-stream'), origin: server.base },
      body: Buffer.from(hex, 'hex'),
    });
    expect(await response.json()).toMatchObject({ encoding: 'shift_jis', created: 1, errors: [] });
    expect((await people()).map(({ name }) => name)).toContain('髙橋');
  });

  test('that is none says so, with the row', async () => {
    const response = await fetch(`${server.base}/api/users/csv?dry=1`, {
      method: 'POST',
      headers: { ...headers(), origin: server.base },
      body: Buffer.from('\uFEFFログインID,氏名', 'utf16le'),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      errors: [{ row: 1, column: null, code: 'not-text', value: '' }],
    });
    expect(reportOf(await post('')).errors).toMatchObject([{ row: 1, code: 'empty-file' }]);
    expect(reportOf(await post(head)).errors).toMatchObject([{ row: 1, code: 'empty-file' }]);
    const wrong = reportOf(await post('ログインID,氏名,権限\n"a\nb",B,担当者\nc,C,社長\n'));
    expect(wrong.errors).toEqual([{ row: 3, column: '権限', code: 'role', value: '社長' }]);
    expect(await people()).toHaveLength(1);
  });

  test('of ten thousand people is tried in a few seconds, and others are served meanwhile', async () => {
    const rows = Array.from(
      { length: 10_000 },
      (_, at) => `user${at},山田 ${at},担当者,本社/第${at % 20}課,`,
    );
    const used = process.cpuUsage();
    const progress = { isOver: false };
    const trying = post([head, ...rows].join('\r\n'), '?dry=1').finally(() => (progress.isOver = true));
    let served = 0;
    for (; !progress.isOver; served += 1) {
      expect((await server.ask('GET', '/healthz')).status).toBe(200);
    }
    const { user } = process.cpuUsage(used);
    expect(reportOf(await trying)).toMatchObject({ rows: 10_000, created: 10_000, errors: [] });
    expect(served).toBeGreaterThan(5);
    // Of the processor, not of the clock: others may be at work on this machine.
    expect(user / 1_000).toBeLessThan(5_000);
    expect(await people()).toHaveLength(1);
  });

  test.each([
    ['of another type', '', { 'content-type': 'application/json' }, 400],
    ['of a form', '', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
    ['that is packed', '', { 'content-encoding': 'gzip' }, 415],
    ['with an unknown wish', '?dry=yes', {}, 400],
  ])('%s is refused', async (_, query, given: Record<string, string>, status) => {
    const answer = await post('{}', query, { ...headers(), ...given });
    expect([answer.status, answer.json?.['code']]).toEqual([status, 'bad-request']);
    expect(await people()).toHaveLength(1);
  });

  test('of more than ten megabytes is refused', async () => {
    const answer = await post('x'.repeat(10_000_001));
    expect([answer.status, answer.json?.['code']]).toEqual([413, 'too-large']);
  });
});

describe('who may', () => {
  const routes = [
    ['POST', '/api/users/csv'],
    ['POST', '/api/users/csv?dry=1'],
    ['GET', '/api/users.csv'],
  ] as const;
  const bodyFor = (method: string) => (method === 'POST' ? `${head}\nnew,新,担当者,本社,` : undefined);

  test('nobody who is not signed in, no rep, no other site', async () => {
    const rep = await signedInAs('rep');
    const before = await people();
    for (const [method, to] of routes) {
      const stranger = { 'content-type': 'text/csv' };
      expect((await server.ask(method, to, bodyFor(method), stranger)).status).toBe(401);
      expect((await server.ask(method, to, bodyFor(method), rep)).json?.['code']).toBe('not-allowed');
      if (method !== 'POST') continue;
      const elsewhere = { ...headers(), origin: 'https://evil.example' };
      expect((await server.ask(method, to, bodyFor(method), elsewhere)).json?.['code']).toBe('origin');
    }
    expect(await people()).toEqual(before);
  });

  test('a manager for the reps of the own units; the rest is not shown and not changed', async () => {
    await post(
      `${head}\nup,上,担当者,本社,\ndown,下,担当者,本社/営業部/第一課,\nboss,長,マネージャー,本社/営業部,`,
    );
    const { id } = (await server.store.organizations.findByPublicId('demo'))!;
    const { units } = await server.store.userImports.view(id);
    const manager = await signedInAs('manager', units.find(({ name }) => name === '営業部')!.id);
    const file = await exported('', manager);
    expect(file).toBe(
      '\uFEFFログインID,氏名,権限,部署,メモ,メールアドレス,録画容量(GB)\r\ndown,下,担当者,本社/営業部/第一課,,,\r\n',
    );
    expect(reportOf(await post(file, '', manager))).toMatchObject({ unchanged: 1, errors: [] });
    const refused = reportOf(
      await post(`${head}\nup,上,担当者,本社/営業部,\nnew,新,管理者,本社/営業部,`, '', manager),
    );
    expect(refused.errors.map(({ row, code }) => [row, code])).toEqual([
      [2, 'out-of-reach'],
      [3, 'out-of-reach'],
    ]);
    const made = await post('ログインID,氏名,権限,部署\nnew,新,担当者,本社/営業部', '', manager);
    expect(reportOf(made)).toMatchObject({ created: 1, errors: [] });
    const placeless = await signedInAs('manager');
    expect(await exported('', placeless)).toBe(
      '\uFEFFログインID,氏名,権限,部署,メモ,メールアドレス,録画容量(GB)\r\n',
    );
  });

  test('nobody for another organisation, whose login IDs are free here', async () => {
    await createOrganization(server.store, 'other');
    const theirs = await createAccount(server.store, { organization: 'other', name: '他社' });
    const before = await people('other');
    expect(reportOf(await post(`${head}\n${theirs.login},当社,担当者,,`))).toMatchObject({
      created: 1,
      changed: 0,
    });
    expect(await people('other')).toEqual(before);
    expect(await exported()).not.toContain('他社');
  });
});

describe('the file that is fetched', () => {
  test('opens in a spreadsheet, calculates nothing, and changes nothing when it is sent back', async () => {
    const name = `=HYPERLINK("http://evil.example","見る")`;
    const rows = [`sato,"${name.replaceAll('"', '""')}",担当者,本社,`, 'ito,+81-3-1234-5678,担当者,,'];
    expect(reportOf(await post([head, ...rows].join('\n')))).toMatchObject({ created: 2, errors: [] });
    const answer = await server.ask('GET', '/api/users.csv', undefined, { cookie });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*filename\*=UTF-8''%E3%83%A6/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const file = await exported();
    expect(file.split('\r\n')).toEqual([
      '\uFEFFログインID,氏名,権限,部署,メモ,メールアドレス,録画容量(GB)',
      'admin,admin,管理者,,,,',
      "ito,'+81-3-1234-5678,担当者,,,,",
      `sato,"'=HYPERLINK(""http://evil.example"",""見る"")",担当者,本社,,,`,
      '',
    ]);
    expect(reportOf(await post(file))).toMatchObject({ unchanged: 3, changed: 0, created: 0, errors: [] });
    const english = await exported('?lang=en');
    expect(english).toContain('loginId,name,role,unit,note,mail,quotaGb\r\nadmin,admin,admin,');
    expect(reportOf(await post(english))).toMatchObject({ unchanged: 3, errors: [] });
    expect((await server.ask('GET', '/api/users.csv?lang=fr', undefined, { cookie })).status).toBe(400);
  });
});

test('that users were imported and exported is written down; that a file was tried, or was wrong, is not', async () => {
  const file = `${head}\nsato,佐藤,担当者,,\nadmin,総務,管理者,,`;
  await post(file, '?dry=1');
  await post(`${head}\nsato,佐藤,社長,,`);
  await post(file);
  await exported();
  await server.organizationLog.flush();
  const entries = await server.db.selectFrom('log_entries').selectAll().where('kind', '=', 'admin').execute();
  expect(entries.map(({ act, actor, subject }) => [act, actor, subject]).toSorted()).toEqual([
    ['users-exported', '総務', 'ユーザー一覧.csv'],
    ['users-imported', 'admin', '+1 ~1'],
  ]);
});

test('whom a file has made a manager or an admin is written down one by one', async () => {
  await post(`${head}\nsato,佐藤,担当者,,\nito,伊藤,マネージャー,,`);
  await post(`${head}\nsato,佐藤,管理者,,\nito,伊藤 次郎,マネージャー,,`);
  await server.organizationLog.flush();
  const entries = await server.db
    .selectFrom('log_entries')
    .selectAll()
    .where('act', 'in', ['user-created', 'user-changed'])
    .orderBy('at')
    .execute();
  expect(entries.map(({ act, subject }) => [act, readSubject(subject)])).toEqual([
    ['user-created', { what: '伊藤 (ito)', changes: [{ field: 'role', from: '', to: 'manager' }] }],
    ['user-changed', { what: '佐藤 (sato)', changes: [{ field: 'role', from: 'rep', to: 'admin' }] }],
  ]);
});

test('while a file of ten thousand rows is looked through, everybody else is answered', async () => {
  const rows = Array.from({ length: 10_000 }, (_, at) => `user${at},佐藤 花子,担当者,本社/第${at % 30}課,`);
  const done = { is: false };
  const tried = post([head, ...rows].join('\n'), '?dry=1').finally(() => {
    done.is = true;
  });
  let answered = 0;
  while (!done.is) {
    expect((await server.ask('GET', '/healthz')).status).toBe(200);
    expect((await server.ask('GET', '/api/users?search=a', undefined, { cookie })).status).toBe(200);
    answered += 1;
  }
  expect(reportOf(await tried)).toMatchObject({ created: 10_000, errors: [] });
  // In one stretch it would let two through at the most: one before it, and one after.
  expect(answered).toBeGreaterThan(5);
});

describe('while passwords are being hashed', () => {
  const file = [head, ...Array.from({ length: 40 }, (_, at) => `user${at},U,担当者,,`)].join('\n');
  let small: http.Server;
  let port: number;
  /** How each file ended, also those that nobody waits for. */
  let ends: Promise<unknown>[];

  beforeEach(async () => {
    const app = express();
    app.use('/api', onlyAllowed(server.sessions));
    ends = [];
    const userFiles = new WatchedFiles({ imports: server.store.userImports });
    app.use(
      '/api',
      userCsvRoutes({ userFiles, organizationLog: server.organizationLog, log: createLog('silent') }, 5),
    );
    small = http.createServer(app).listen(0, '127.0.0.1');
    await once(small, 'listening');
    ({ port } = small.address() as AddressInfo);
  });
  afterEach(() => {
    small.close();
    small.closeAllConnections();
  });

  class WatchedFiles extends UserFiles {
    override run(...given: Parameters<UserFiles['run']>): Promise<UserImport> {
      const running = super.run(...given);
      ends.push(running.catch((error: unknown) => error));
      return running;
    }
  }

  const send = () => {
    const given = { cookie, 'content-type': 'text/csv' };
    const request = http.request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/api/users/csv',
      headers: given,
    });
    request.on('error', () => undefined);
    request.end(file);
    return request;
  };

  test('there are signs of life, which do not disturb the answer', async () => {
    const [response] = (await once(send(), 'response')) as [http.IncomingMessage];
    expect(response.headers['content-type']).toContain('application/json');
    const text = (await response.toArray()).join('');
    expect(text).toMatch(/^ +\{/);
    expect(JSON.parse(text)).toMatchObject({ created: 40, errors: [] });
    expect(await people()).toHaveLength(41);
  });

  test('what goes wrong after them is told in words', async () => {
    const [response] = (await once(send(), 'response')) as [http.IncomingMessage];
    await server.db.updateTable('accounts').set({ role: 'rep' }).where('login', '=', 'admin').execute();
    const text = (await response.toArray()).join('');
    expect(response.statusCode).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ code: 'not-allowed', message: expect.any(String) });
    expect(await people()).toHaveLength(1);
  });

  test('whoever hangs up has changed nothing: nobody would ever read the passwords', async () => {
    const request = send();
    await once(request, 'response');
    request.destroy();
    expect(ends).toHaveLength(1);
    expect(await ends[0]).toMatchObject({ name: 'AbortError' });
    expect(await people()).toHaveLength(1);
  });
});
