import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { access } from '../http/access.ts';
import { newId } from '../meeting/identity.ts';
import type { UserList } from '../protocol/organization.ts';
import { httpRequests } from './rights/http-requests.ts';
import { callers, expected, httpTable, type Caller } from './rights/http-table.ts';
import { secret } from './rights/http-things.ts';
import { HttpWorld, methodOf, outcomeOf } from './rights/http-world.ts';
import { rightOf, rightsIn } from './rights/table.ts';

const rows = [...httpTable.rows.keys()];
let world: HttpWorld;

beforeAll(async () => {
  world = await HttpWorld.start();
});
afterAll(async () => {
  await world.server.closePages();
  await world.server.stop();
});

test('the table of rights has every route there is, and none that there is not', () => {
  expect(rightsIn(httpTable)).toEqual(Object.keys(access).toSorted());
  expect(Object.keys(httpRequests).toSorted()).toEqual(rows.toSorted());
});

test('whatever each role is answered, every route is there for somebody', () => {
  for (const row of rows) expect(callers.map((caller) => expected(row, caller)).join()).toMatch(/\b2\d\d\b/);
});

describe('who may what', () => {
  test.each(rows)('%s', async (row) => {
    const answers: Record<string, string> = {};
    const wanted: Record<string, string> = {};
    for (const caller of callers) {
      const answered = await world.ask(row, caller);
      answers[caller] = outcomeOf(answered);
      wanted[caller] = expected(row, caller);
      expectNothingOfOthers(row, caller, answered.text);
    }
    expect(answers).toEqual(wanted);
  });
});

/** Allowed or not, nobody reads what is somebody else's. */
function expectNothingOfOthers(row: string, caller: Caller, text: string): void {
  if (caller === 'owner') return;
  expect(text, `${row} as ${caller}`).not.toContain(secret);
  // Within an organisation people read who has returned a call; beyond it, and of other units, they know nobody.
  const knowsNobody = caller === 'stranger' || caller === 'outsider' || caller === 'nobody';
  if (knowsNobody && rightOf(row) !== 'GET /callbacks') {
    expect(text, `${row} as ${caller}`).not.toContain(world.accounts.owner.name);
  }
}

test('what is another one’s is answered exactly like what never was', async () => {
  const alone = rows.filter((row) => /^\S+ \/(documents|recordings|history)\/:id/.test(row));
  expect(alone.length).toBeGreaterThan(15);
  for (const row of alone) {
    for (const caller of ['colleague', 'manager', 'admin', 'stranger'] as const) {
      const headers = await world.headersOf(caller);
      const asked = await httpRequests[row]!(world.things);
      const never = { ...asked, path: asked.path.replace(/[\w-]{22}/, newId()) };
      const [theirs, nobodys] = [
        await world.send(methodOf(row), asked, headers),
        await world.send(methodOf(row), never, headers),
      ];
      expect(theirs).toEqual(nobodys);
      expect(theirs.status).toBe(404);
    }
  }
});

test('no page of another site changes anything, whoever is signed in, but by a banner', async () => {
  for (const row of rows) {
    if (methodOf(row) === 'GET' || row === 'POST /banner/:key/callback') continue;
    for (const caller of ['owner', 'admin', 'nobody'] as const) {
      const headers = { ...(await world.headersOf(caller)), Origin: 'https://evil.example' };
      const asked = await httpRequests[row]!(world.things);
      expect(`${row} ${outcomeOf(await world.send(methodOf(row), asked, headers))}`).toBe(
        `${row} 403 origin`,
      );
    }
  }
});

test('a route that the table of routes does not have is nobody’s', async () => {
  for (const caller of callers) {
    const answered = await world.send('GET', { path: '/nothing' }, await world.headersOf(caller));
    expect(answered.status).toBe(404);
  }
});

test('a manager sees the own unit; one without a unit nobody at all', async () => {
  const { organization, accounts } = world;
  const loose = await organization.account('manager');
  const seenBy = async (cookie: string) => {
    const { json } = await world.send('GET', { path: '/users' }, { Cookie: cookie });
    return (json as unknown as UserList).users.map(({ id }) => id);
  };
  const own = await seenBy((await organization.signIn(accounts.manager)).cookie);
  expect(own).toEqual(expect.arrayContaining([accounts.owner.id, accounts.colleague.id]));
  for (const id of [accounts.manager.id, accounts.outsider.id, accounts.admin.id])
    expect(own).not.toContain(id);
  expect(await seenBy((await organization.signIn(loose)).cookie)).toEqual([]);
});

test('a file of users reaches no further than whoever sends it', async () => {
  const { login, name } = await world.things.user;
  const body = `loginId,name,role\n${login},別の名前,rep\n`;
  const file = { path: '/users/csv', body, type: 'text/csv' };
  const codes = async (caller: Caller) => {
    const { json } = await world.send('POST', file, await world.headersOf(caller));
    return (json?.['errors'] as { code: string }[]).map(({ code }) => code);
  };
  expect(await codes('outsider')).toEqual(['out-of-reach']);
  // In another organisation that login ID is nobody's: an account of their own.
  expect(await codes('stranger')).toEqual([]);
  const store = await world.server.store();
  const user = () => store.accounts.findByLogin(world.organization.publicId, login);
  expect(await user()).toMatchObject({ name });
  expect(await codes('manager')).toEqual([]);
  expect(await user()).toMatchObject({ name: '別の名前' });
});

test('other people’s documents keep their order', async () => {
  const first = await world.things.document;
  world.things.spoilt();
  const second = await world.things.document;
  const order = async (caller: Caller, ids: string[]) => {
    const asked = { path: '/documents/order', body: { ids } };
    return world.send('PUT', asked, await world.headersOf(caller));
  };
  const ofOwner = async () => {
    const { json } = await world.send('GET', { path: '/documents' }, await world.headersOf('owner'));
    return (json?.['documents'] as { id: string }[]).map(({ id }) => id).slice(0, 2);
  };
  expect(await ofOwner()).toEqual([second, first]);
  for (const caller of ['colleague', 'admin', 'stranger'] as const) await order(caller, [first, second]);
  expect(await ofOwner()).toEqual([second, first]);
  await order('owner', [first, second]);
  expect(await ofOwner()).toEqual([first, second]);
});

describe('the last admin', () => {
  test('of two who remove each other at the same moment one stays', async () => {
    const [one, other] = [
      await world.organization.account('admin'),
      await world.organization.account('admin'),
    ];
    const store = await world.server.store();
    const { accounts } = world;
    // They are the last two.
    const others = [accounts.admin.id, accounts.newcomer.id, (await world.things.otherAdmin).id];
    const admins = await store.accounts.users(
      world.organization.id,
      { role: 'admin' },
      { limit: 99, after: null },
    );
    const rest = admins.filter(({ id }) => id !== one.id && id !== other.id);
    expect(rest.map(({ id }) => id)).toEqual(expect.arrayContaining(others));
    for (const { id } of rest) await store.accounts.changeUser(id, { role: 'rep' });
    const remove = async (who: typeof one, whom: typeof one) => {
      const { cookie } = await world.organization.signIn(who);
      const asked = { path: '/users/remove', body: { ids: [whom.id] } };
      return outcomeOf(await world.send('POST', asked, { Cookie: cookie }));
    };
    const outcomes = await Promise.all([remove(one, other), remove(other, one)]);
    expect(outcomes.filter((each) => each === '204')).toHaveLength(1);
    const [last, ...none] = await store.accounts.users(
      world.organization.id,
      { role: 'admin' },
      { limit: 99, after: null },
    );
    expect(none).toEqual([]);

    // Alone, they can neither go nor step down; their manager knows no admins.
    const { cookie } = await world.organization.signIn([one, other].find(({ id }) => id === last!.id)!);
    const own = { path: `/users/${last!.id}`, body: { role: 'rep' } };
    expect(outcomeOf(await world.send('PATCH', own, { Cookie: cookie }))).toBe('409 own-account');
    const leave = { path: '/users/remove', body: { ids: [last!.id] } };
    expect(outcomeOf(await world.send('POST', leave, { Cookie: cookie }))).toBe('409 own-account');
    expect(outcomeOf(await world.send('POST', leave, await world.headersOf('manager')))).toBe(
      '404 user-unknown',
    );
    for (const { id } of rest) await store.accounts.changeUser(id, { role: 'admin' });
  });
});
