import { describe, expect, test } from 'vitest';
import type { SessionsEnded } from '../accounts/sessions.ts';
import { newId } from '../meeting/identity.ts';
import { readSubject } from '../protocol/log-subject.ts';
import type { TemporaryPassword } from '../protocol/organization.ts';
import { password } from './http-server.ts';
import { codeOf, madeBy, newcomer, outcome, useStaff, type Person } from './http-staff.ts';

const here = useStaff();
const { add, person, unit, user, users, create, change, remove, reset } = here;

const signIn = (login: string, typed = password) =>
  here.server.ask('POST', '/api/session', { organization: 'demo', login, password: typed });
const whyEnded = async ({ ask }: Person) => (await ask('GET', '/api/session')).json?.['endedBecause'];

describe('a new user', () => {
  test('gets a password that is shown once and has to be changed', async () => {
    const sales = await unit('営業部');
    const facts = { unitId: sales, note: '新人', mail: 'ｙamada@example.jp', quotaBytes: 2_000_000_000 };
    const answer = await create(facts);
    expect(answer.status).toBe(201);
    const { user: made, password: temporary } = madeBy(answer);
    expect(made).toEqual({
      ...newcomer,
      ...facts,
      id: made.id,
      mail: 'yamada@example.jp',
      mustChangePassword: true,
      lastSignInAt: null,
      createdAt: here.server.clockMs,
    });
    expect(temporary).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect(await user(made.id)).toEqual(made);
    const rows = await here.server.db.selectFrom('accounts').selectAll().execute();
    expect(JSON.stringify([rows, here.server.logged])).not.toContain(temporary);

    const signedIn = await signIn('ｙａｍａｄａ ', temporary);
    expect(signedIn.json).toMatchObject({ accountName: '山田 太郎', role: 'rep', mustChangePassword: true });
    const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!;
    const desk = () => here.server.ask('GET', '/api/recordings', undefined, { cookie });
    expect(codeOf(await desk())).toBe('password-change-required');
    const next = { current: temporary, next: '自分だけが知っている合言葉です' };
    expect((await here.server.ask('POST', '/api/session/password', next, { cookie })).status).toBe(200);
    expect((await desk()).status).toBe(200);
    expect(await user(made.id)).toMatchObject({
      mustChangePassword: false,
      lastSignInAt: here.server.clockMs,
    });
  });

  test('needs a login ID, a name and a role, and nothing more', async () => {
    const { user: made } = madeBy(await create());
    expect(made).toMatchObject({ unitId: null, note: '', mail: null, quotaBytes: null });
  });

  test('has a login ID of their own, however it is written', async () => {
    expect((await create({ login: 'ｶﾞﾗｽ-Ａ' })).status).toBe(201);
    for (const login of ['ガラス-a', 'ガラス-A', '  ｶﾞﾗｽ－Ａ', 'ADMIN']) {
      expect(outcome(await create({ login }))).toEqual([409, 'login-taken']);
    }
    expect((await users()).count).toBe(2);
  });

  test('with nonsense is not made', async () => {
    const wrong = [
      { login: '' },
      { login: '\u200b' },
      // One character each, eighteen once folded: nobody could sign in with it.
      { login: 'ﷺ'.repeat(64) },
      { name: ' ' },
      { role: 'owner' },
      { unitId: 'x' },
      { unitId: 5 },
      { mail: 'yamada' },
      { quotaBytes: -1 },
      { quotaBytes: 1.5 },
      { quotaBytes: 1e300 },
      { note: 'x'.repeat(6_000) },
    ];
    for (const body of wrong)
      expect([body, ...outcome(await create(body))]).toEqual([body, 400, 'bad-request']);
    expect(outcome(await here.admin.ask('POST', '/api/users', 'x'))).toEqual([400, 'bad-request']);
    expect(outcome(await create({ unitId: newId() }))).toEqual([404, 'unit-unknown']);
    expect((await users()).count).toBe(1);
  });
});

describe('the list of users', () => {
  const named = async (query: string) => (await users(query)).users.map(({ name }) => name);
  const search = (text: string) => named(`?search=${encodeURIComponent(text)}`);

  test('is searched by name and login ID as people type them', async () => {
    await add({ login: 't.tanaka', name: '田中　太郎' });
    await add({ login: 'HANAKO_100%', name: 'タナカ 花子' });
    await add({ login: 'smith', name: 'Zoë Smith' });
    expect(await search('田中太郎')).toEqual(['田中　太郎']);
    expect(await search('太郎 田中')).toEqual(['田中　太郎']);
    expect(await search('ﾀﾅｶ')).toEqual(['タナカ 花子']);
    expect(await search('Ｔａｎａｋａ')).toEqual(['田中　太郎']);
    expect(await search('ZOE\u0308 smi')).toEqual(['Zoë Smith']);
    expect(await search('hanako_')).toEqual(['タナカ 花子']);
    expect(await search('100%')).toEqual(['タナカ 花子']);
    for (const text of ['%', '_']) expect(await search(text)).toEqual(['タナカ 花子']);
    expect(await search('田中 花子')).toEqual([]);
    expect(await search(' 　 ')).toHaveLength(4);
    expect(await users('?search=nobody')).toEqual({ users: [], count: 0, next: null });
  });

  test('of more people than are looked through in one go is searched to the end', async () => {
    for (let at = 0; at < 1_100; at++) await add({ login: `user-${at}`, name: at % 500 ? '佐藤' : '田中' });
    expect(await search('田中')).toEqual(['田中', '田中', '田中']);
    expect(await users('?search=user')).toMatchObject({ count: 1_100 });
    expect((await users('?search=user&role=rep')).users).toHaveLength(100);
  });

  test('is narrowed to a unit with those below it, and to a role', async () => {
    const head = await unit('本社');
    const sales = await unit('営業部', head);
    await add({ login: 'a', name: '本社の人', unitId: head, role: 'manager' });
    await add({ login: 'b', name: '営業の人', unitId: sales });
    expect(await named(`?unit=${head}`)).toEqual(['本社の人', '営業の人']);
    expect(await named(`?unit=${sales}`)).toEqual(['営業の人']);
    expect(await named(`?unit=${head}&role=manager`)).toEqual(['本社の人']);
    expect(await named(`?unit=${sales}&role=manager`)).toEqual([]);
    expect(await named(`?unit=${head}&search=${encodeURIComponent('営業')}`)).toEqual(['営業の人']);
    expect(await named('?role=admin')).toEqual(['admin']);
    expect(outcome(await here.admin.ask('GET', `/api/users?unit=${newId()}`))).toEqual([404, 'unit-unknown']);
    for (const query of ['unit=x', 'role=owner', 'role=rep&role=admin', `after=${'x'.repeat(401)}`])
      expect(outcome(await here.admin.ask('GET', `/api/users?${query}`))).toEqual([400, 'bad-request']);
  });

  test.each(['', '&search=花子'])(
    'comes a hundred at a time, while users are added and removed%s',
    async (query) => {
      const login = (at: number) => `user-${String(at).padStart(3, '0')}`;
      const ids = new Map<string, string>();
      for (let at = 0; at < 250; at++) ids.set(login(at), await add({ login: login(at) }));
      const page = (after: string) => users(`?role=rep${query}&after=${encodeURIComponent(after)}`);
      const first = await users(`?role=rep${query}`);
      expect(first.count).toBe(250);
      // Before, within and behind what has been read; and the last one that was read goes.
      await add({ login: 'aaa' });
      await add({ login: 'user-050a' });
      await add({ login: 'user-150a' });
      expect((await remove([ids.get(login(99))!])).status).toBe(204);
      const second = await page(first.next!);
      expect(second.count).toBe(252);
      const third = await page(second.next!);
      const read = [first, second, third].map((each) => each.users.map((one) => one.login));
      expect(read.map(({ length }) => length)).toEqual([100, 100, 51]);
      const expected = Array.from({ length: 250 }, (_, at) => login(at));
      expected.splice(151, 0, 'user-150a');
      expect(read.flat()).toEqual(expected);
      expect(third.next).toBeNull();
    },
  );
});

describe('a user is changed', () => {
  test('in what is sent, and in nothing else', async () => {
    const unitId = await unit('営業部');
    const id = await add({ login: 'sato', note: '前のメモ', mail: 'a@example.jp', quotaBytes: 5 });
    const before = await user(id);
    expect((await change(id, {})).json).toEqual(before);
    const changed = await change(id, {
      name: '鈴木 花子',
      role: 'manager',
      unitId,
      mail: null,
      quotaBytes: null,
    });
    const after = { ...before, name: '鈴木 花子', role: 'manager', unitId, mail: null, quotaBytes: null };
    expect(changed.json).toEqual(after);
    expect(await user(id)).toEqual(after);
    expect((await change(id, { unitId: null, note: '' })).json).toEqual({ ...after, unitId: null, note: '' });
  });

  test('to a login ID that is free, under which they sign in from then on', async () => {
    const sato = await person({ login: 'sato' });
    await add({ login: 'suzuki' });
    expect(outcome(await change(sato.id, { login: 'ＳＵＺＵＫＩ' }))).toEqual([409, 'login-taken']);
    expect((await change(sato.id, { login: 'ＳＡＴＯ' })).json).toMatchObject({ login: 'ＳＡＴＯ' });
    expect((await change(sato.id, { login: 'Tanaka' })).status).toBe(200);
    expect((await sato.ask('GET', '/api/session')).json).toMatchObject({ session: { login: 'Tanaka' } });
    expect((await signIn('sato')).status).toBe(401);
    expect((await signIn('tanaka')).status).toBe(200);
  });

  test('in the role, and may do at once what the role may', async () => {
    const sales = await unit('営業部');
    const rep = await person({ unitId: sales });
    expect(outcome(await rep.ask('GET', '/api/users'))).toEqual([403, 'not-allowed']);
    await change(rep.id, { role: 'manager' });
    expect((await rep.ask('GET', '/api/users')).json).toEqual({ users: [], count: 0, next: null });
    await change(rep.id, { role: 'admin' });
    expect((await rep.ask('GET', '/api/users')).json).toMatchObject({ count: 2 });
    await change(rep.id, { role: 'rep' });
    expect(outcome(await rep.ask('GET', '/api/users'))).toEqual([403, 'not-allowed']);
  });

  test('but nobody in the own role, or removed or given a password by themselves', async () => {
    await add({ role: 'admin' });
    const own = here.admin.id;
    expect(outcome(await change(own, { role: 'rep' }))).toEqual([409, 'own-account']);
    expect(outcome(await remove([own]))).toEqual([409, 'own-account']);
    expect(outcome(await remove([await add(), own]))).toEqual([409, 'own-account']);
    expect(outcome(await reset(own))).toEqual([409, 'own-account']);
    expect((await change(own, { role: 'admin', name: '管理 一郎' })).json).toMatchObject({
      name: '管理 一郎',
    });
    expect((await users()).count).toBe(3);
  });

  test('by nonsense in nothing', async () => {
    const id = await add();
    const before = await user(id);
    for (const body of [{ login: '' }, { name: '' }, { role: null }, { mail: '@' }, { unitId: '' }, [], 'x'])
      expect(outcome(await change(id, body))).toEqual([400, 'bad-request']);
    expect(outcome(await change('x', {}))).toEqual([400, 'bad-request']);
    expect(outcome(await change(id, { name: '別名', unitId: newId() }))).toEqual([404, 'unit-unknown']);
    expect(await user(id)).toEqual(before);
  });
});

describe('users are removed', () => {
  test('with their sessions, and read why; the login ID is free, what they made stays', async () => {
    const ended: SessionsEnded[] = [];
    here.server.sessions.onEnded((each) => ended.push(each));
    const sato = await person({ login: 'sato' });
    const part = { id: newId(), meetingId: newId(), accountId: sato.id, captureId: newId(), part: 1 };
    const { recordings } = here.server.store;
    await recordings.insert({ ...part, kind: 'video', beganAt: here.server.clockMs, reservedBytes: 0 });
    expect((await remove([sato.id, sato.id])).status).toBe(204);
    expect(ended).toMatchObject([{ accountId: sato.id, reason: 'account-removed' }]);
    expect(ended[0]?.sessionIds).toHaveLength(1);
    expect(await whyEnded(sato)).toBe('account-removed');
    const asked = await sato.ask('GET', '/api/recordings');
    expect([asked.status, asked.json]).toMatchObject([401, { details: { reason: 'account-removed' } }]);
    expect(outcome(await signIn('sato'))).toEqual([401, 'sign-in-failed']);
    expect(await recordings.load(part.id)).toMatchObject({ accountId: sato.id });
    const { user: again } = madeBy(await create({ login: 'SATO', name: '佐藤 二代目' }));
    expect((await users()).users.map(({ name }) => name)).toEqual(['admin', '佐藤 二代目']);
    expect(again.id).not.toBe(sato.id);
    expect(outcome(await remove([sato.id]))).toEqual([404, 'user-unknown']);
  });

  test('all or nothing', async () => {
    const there = [await add(), await person(), await add()] as const;
    const [first, second, third] = [there[0], there[1].id, there[2]];
    expect(outcome(await remove([first, second, newId(), third]))).toEqual([404, 'user-unknown']);
    expect((await users()).count).toBe(4);
    expect(await whyEnded(there[1])).toBeNull();
    for (const ids of [[], ['x'], Array.from({ length: 1_001 }, newId), [first, 5]] as string[][])
      expect(outcome(await remove(ids))).toEqual([400, 'bad-request']);
    expect((await remove([first, second, third])).status).toBe(204);
    expect((await users()).count).toBe(1);
  });

  test('a thousand in one go', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 1_000; at++) ids.push(await add());
    expect((await remove(ids)).status).toBe(204);
    expect((await users()).count).toBe(1);
  });

  test('of two admins who remove each other at the same moment one stays', async () => {
    const other = await person({ role: 'admin' });
    const answers = await Promise.all([remove([other.id]), remove([here.admin.id], other)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 401]);
    const left = answers[0].status === 204 ? here.admin : other;
    expect((await users('', left)).users.map(({ id }) => id)).toEqual([left.id]);
    // And stays: whoever is the last can only be themselves.
    expect(outcome(await remove([left.id], left))).toEqual([409, 'own-account']);
  });
});

test('a new temporary password ends the old one and every session, and has to be changed', async () => {
  const sato = await person({ login: 'sato' });
  const answer = await reset(sato.id);
  const { login, password: temporary } = answer.json as unknown as TemporaryPassword;
  expect([answer.status, login]).toEqual([200, 'sato']);
  expect(await whyEnded(sato)).toBe('password-changed');
  expect((await sato.ask('GET', '/api/recordings')).status).toBe(401);
  expect((await signIn('sato')).status).toBe(401);
  expect((await signIn('sato', temporary)).json).toMatchObject({ mustChangePassword: true });
  const { password: another } = (await reset(sato.id)).json as unknown as TemporaryPassword;
  expect(another).not.toBe(temporary);
  expect((await signIn('sato', temporary)).status).toBe(401);
  expect(outcome(await reset(newId()))).toEqual([404, 'user-unknown']);
});

test('what is done to users and units is written down, with who did it, and without passwords', async () => {
  const { user: made, password: temporary } = madeBy(await create());
  await change(made.id, { name: '山田 次郎', note: 'ご病気のため休職中', mail: 'yamada@example.jp' });
  await change(made.id, { name: '山田 次郎' });
  await reset(made.id);
  await change(made.id, { role: 'owner' });
  await remove([made.id]);
  const unitId = await unit('営業部');
  const headId = await unit('本社');
  await here.admin.ask('PATCH', `/api/units/${unitId}`, { name: '第一営業部', parentId: headId });
  await here.admin.ask('PATCH', `/api/units/${unitId}`, { name: '第一営業部' });
  await here.admin.ask('DELETE', `/api/units/${unitId}`);
  await here.server.organizationLog.flush();
  const entries = await here.server.db
    .selectFrom('log_entries')
    .selectAll()
    .where('kind', '=', 'admin')
    .orderBy('at')
    .execute();
  const name = { field: 'name', from: '山田 太郎', to: '山田 次郎' };
  const renamed = { field: 'name', from: '営業部', to: '第一営業部' };
  expect(entries.map(({ act, subject }) => [act, readSubject(subject)])).toEqual([
    ['user-created', { what: '山田 太郎 (Yamada)', changes: [{ field: 'role', from: '', to: 'rep' }] }],
    // Of what is personal, only that it was changed.
    ['user-changed', { what: '山田 次郎 (Yamada)', changes: [name, { field: 'note' }, { field: 'mail' }] }],
    ['password-reset', { what: '山田 次郎 (Yamada)', changes: [] }],
    ['user-removed', { what: '山田 次郎 (Yamada)', changes: [] }],
    ['unit-changed', { what: '営業部', changes: [{ field: 'created' }] }],
    ['unit-changed', { what: '本社', changes: [{ field: 'created' }] }],
    ['unit-changed', { what: '営業部', changes: [renamed, { field: 'parent', from: '', to: '本社' }] }],
    ['unit-changed', { what: '本社/第一営業部', changes: [{ field: 'removed' }] }],
  ]);
  const by = { actor: 'admin', account_id: here.admin.id, organization_id: here.organizationId };
  for (const entry of entries) expect(entry).toMatchObject({ ...by, address: '127.0.0.1' });
  expect(JSON.stringify(entries)).not.toContain(temporary);
  expect(JSON.stringify(entries)).not.toMatch(/ご病気|example\.jp/);
});
