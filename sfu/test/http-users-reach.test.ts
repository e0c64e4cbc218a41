import { describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { UserList } from '../protocol/organization.ts';
import { madeBy, newcomer, outcome, useStaff } from './http-staff.ts';

const here = useStaff();
const { add, person, unit, user, users, create, change, remove, reset } = here;

describe('a manager', () => {
  /** 営業部 with 第一課 below it is the manager's; 支社 is not. */
  async function sales() {
    const [head, branch] = [await unit('本社'), await unit('支社')];
    const own = await unit('営業部', head);
    const below = await unit('第一課', own);
    const manager = await person({ role: 'manager', unitId: own, login: 'manager' });
    return { head, branch, own, below, manager };
  }

  test('sees and looks after the reps of the own unit and of those below', async () => {
    const { own, below, branch, manager } = await sales();
    const [first, second] = [
      await add({ login: 'a', unitId: own }),
      await add({ login: 'b', unitId: below }),
    ];
    await add({ login: 'c', unitId: branch });
    await add({ login: 'd' });
    await add({ login: 'e', unitId: below, role: 'manager' });
    const list = (await manager.ask('GET', '/api/users')).json as unknown as UserList;
    expect([list.count, list.users.map(({ login }) => login)]).toEqual([2, ['a', 'b']]);
    expect((await users('?search=a', manager)).users.map(({ login }) => login)).toEqual(['a']);
    expect((await users(`?unit=${below}&role=rep`, manager)).count).toBe(1);
    for (const role of ['manager', 'admin']) expect((await users(`?role=${role}`, manager)).count).toBe(0);
    const moved = await change(first, { name: '新しい名', unitId: below, login: 'z' }, manager);
    expect(moved.json).toMatchObject({ name: '新しい名', unitId: below, login: 'z' });
    expect((await reset(first, manager)).status).toBe(200);
    expect((await remove([first, second], manager)).status).toBe(204);
  });

  test('makes reps in these units, in the own one where none is named', async () => {
    const { own, below, branch, manager } = await sales();
    expect(madeBy(await create({}, manager)).user).toMatchObject({ unitId: own, role: 'rep' });
    const inBelow = await create({ login: 'b', unitId: below }, manager);
    expect(madeBy(inBelow).user.unitId).toBe(below);
    for (const unitId of [branch, null, newId()])
      expect(outcome(await create({ login: 'c', unitId }, manager))).toEqual([404, 'unit-unknown']);
    for (const role of ['manager', 'admin'])
      expect(outcome(await create({ login: 'c', role }, manager))).toEqual([403, 'not-allowed']);
    expect((await users()).count).toBe(4);
  });

  test('gives no role but rep, and moves nobody out of reach', async () => {
    const { own, branch, head, manager } = await sales();
    const id = await add({ unitId: own });
    for (const role of ['manager', 'admin'])
      expect(outcome(await change(id, { role }, manager))).toEqual([403, 'not-allowed']);
    for (const unitId of [branch, head, null, newId()])
      expect(outcome(await change(id, { unitId }, manager))).toEqual([404, 'unit-unknown']);
    expect(await user(id)).toMatchObject({ role: 'rep', unitId: own });
  });

  test('finds everybody else as if there never was such a user', async () => {
    const { own, below, branch, manager } = await sales();
    const others = [
      await add({ unitId: branch }),
      await add(),
      await add({ unitId: below, role: 'manager' }),
      await add({ unitId: own, role: 'admin' }),
      here.admin.id,
    ];
    const within = await add({ unitId: own });
    const before = (await users()).users;
    const never = newId();
    for (const act of [
      (id: string) => change(id, { name: '別名' }, manager),
      (id: string) => reset(id, manager),
      (id: string) => remove([within, id], manager),
    ]) {
      const text = (await act(never)).text;
      for (const id of others) {
        const answer = await act(id);
        expect(outcome(answer)).toEqual([404, 'user-unknown']);
        expect(answer.text).toBe(text);
      }
    }
    expect(outcome(await change(manager.id, { name: '別名' }, manager))).toEqual([404, 'user-unknown']);
    expect(outcome(await remove([manager.id], manager))).toEqual([409, 'own-account']);
    const seen = await manager.ask('GET', `/api/users?unit=${branch}`);
    expect(outcome(seen)).toEqual([404, 'unit-unknown']);
    expect((await users()).users).toEqual(before);
  });

  test('gives nobody space for recordings of their own', async () => {
    const { own, manager } = await sales();
    const id = await add({ unitId: own, quotaBytes: 5 });
    expect(outcome(await create({ quotaBytes: 6 }, manager))).toEqual([403, 'not-allowed']);
    for (const quotaBytes of [6, null])
      expect(outcome(await change(id, { quotaBytes }, manager))).toEqual([403, 'not-allowed']);
    expect((await change(id, { name: '別名', quotaBytes: 5 }, manager)).status).toBe(200);
    expect((await create({ quotaBytes: null }, manager)).status).toBe(201);
    expect((await change(id, { quotaBytes: 7 })).status).toBe(200);
    expect(await user(id)).toMatchObject({ name: '別名', quotaBytes: 7 });
  });

  test('without a unit reaches nobody, and makes nobody', async () => {
    const manager = await person({ role: 'manager' });
    const id = await add();
    expect(await users('', manager)).toEqual({ users: [], count: 0, next: null });
    expect(outcome(await change(id, { name: '別名' }, manager))).toEqual([404, 'user-unknown']);
    expect(outcome(await create({}, manager))).toEqual([404, 'unit-unknown']);
  });
});

describe('others', () => {
  const requests = (id: string): [string, string, unknown][] => [
    ['GET', '/api/users', undefined],
    ['POST', '/api/users', newcomer],
    ['POST', '/api/users/remove', { ids: [id] }],
    ['PATCH', `/api/users/${id}`, { name: '別名' }],
    ['POST', `/api/users/${id}/password`, undefined],
  ];

  test('reps, people with a password to change, nobody, and pages of others: may nothing', async () => {
    const rep = await person();
    const id = await add();
    for (const request of requests(id)) {
      expect(outcome(await rep.ask(...request))).toEqual([403, 'not-allowed']);
      expect(outcome(await here.server.ask(...request))).toEqual([401, 'sign-in-required']);
      if (request[0] === 'GET') continue;
      const foreign = await here.admin.ask(...request, { origin: 'https://elsewhere.example' });
      expect(outcome(foreign)).toEqual([403, 'origin']);
    }
    await here.server.store.accounts.setPassword(here.admin.id, '-', true);
    for (const request of requests(id))
      expect(outcome(await here.admin.ask(...request))).toEqual([403, 'password-change-required']);
    expect((await here.server.store.accounts.user(here.organizationId, id))?.name).toBe('佐藤 花子');
  });

  test('admins of another organisation find nobody, and may use the same login IDs', async () => {
    const other = await here.stranger();
    const [id, unitId] = [await add({ login: 'yamada' }), await unit('営業部')];
    for (const [index, request] of requests(id).entries()) {
      if (index < 2) continue;
      const answer = await other.ask(...request);
      expect(outcome(answer)).toEqual([404, 'user-unknown']);
      expect((await other.ask(...requests(newId())[index]!)).text).toBe(answer.text);
    }
    expect(outcome(await other.ask('GET', `/api/users?unit=${unitId}`))).toEqual([404, 'unit-unknown']);
    expect(outcome(await create({ unitId }, other))).toEqual([404, 'unit-unknown']);
    const { user: theirs } = madeBy(await create({}, other));
    expect(outcome(await change(theirs.id, { unitId }, other))).toEqual([404, 'unit-unknown']);
    expect((await users('', other)).count).toBe(2);
    expect((await users()).count).toBe(2);
    expect((await users('?search=山田')).count).toBe(0);
  });
});
