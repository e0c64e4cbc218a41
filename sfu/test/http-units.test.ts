import { describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import { codeOf, useStaff } from './http-staff.ts';

const here = useStaff();
const { add, person, stranger, unit, units } = here;

/** 本社 > 営業部 > {第1課, 第2課}; 支社 beside it. */
async function company() {
  const head = await unit('本社');
  const sales = await unit('営業部', head);
  const [first, second] = [await unit('第1課', sales), await unit('第2課', sales)];
  return { head, sales, first, second, branch: await unit('支社') };
}

/** So many units, each below the one before. */
async function chain(levels: number): Promise<string[]> {
  const made: string[] = [];
  for (let level = 0; level < levels; level++) made.push(await unit(`${level}`, made.at(-1) ?? null));
  return made;
}

const move = (id: string, parentId: string | null) =>
  here.admin.ask('PATCH', `/api/units/${id}`, { parentId });

describe('the units', () => {
  test('are none at first', async () => {
    expect(await units()).toEqual([]);
  });

  test('come parents first, siblings by name as Japanese sorts it, with the number of their users', async () => {
    const root = await unit('本社');
    for (const name of ['第10課', '第2課', '営業部', 'かもめ支店', 'アオバ支店', 'あおば支店', 'Alpha'])
      await unit(name, root);
    const beside = await unit('あ社');
    await add({ unitId: root });
    await add({ unitId: root, role: 'manager' });
    const removed = await add({ unitId: beside });
    await here.admin.ask('POST', '/api/users/remove', { ids: [removed] });
    const list = await units();
    expect(list.map(({ name, users }) => [name, users])).toEqual([
      ['あ社', 0],
      ['本社', 2],
      ['Alpha', 0],
      ['あおば支店', 0],
      ['アオバ支店', 0],
      ['かもめ支店', 0],
      ['営業部', 0],
      ['第2課', 0],
      ['第10課', 0],
    ]);
    expect(list.filter(({ parentId }) => parentId === root)).toHaveLength(7);
  });

  test('are made, renamed and moved, and answered as they are then', async () => {
    const head = await unit('本社');
    const made = await here.admin.ask('POST', '/api/units', { name: '  営業\n部 ', parentId: null });
    expect(made.status).toBe(201);
    const { id } = made.json as { id: string };
    expect(made.json).toEqual({ id, name: '営業 部', parentId: null, users: 0 });
    await add({ unitId: id });
    const changed = await here.admin.ask('PATCH', `/api/units/${id}`, { name: '営業本部', parentId: head });
    expect(changed.json).toEqual({ id, name: '営業本部', parentId: head, users: 1 });
    const unchanged = await here.admin.ask('PATCH', `/api/units/${id}`, {});
    expect(unchanged.json).toEqual(changed.json);
    expect((await units()).at(-1)).toEqual(changed.json);
  });

  test('lie at most five levels deep, counted with what is below a unit that is moved', async () => {
    const five = await chain(5);
    const sixth = await here.admin.ask('POST', '/api/units', { name: '課', parentId: five[4] });
    expect([sixth.status, codeOf(sixth)]).toEqual([409, 'unit-depth']);
    const [top, below] = await chain(2);
    for (const [moved, under] of [
      [top, five[3]],
      [below, five[4]],
      [five[0], top],
      [five[1], below],
    ]) {
      const answer = await move(moved!, under!);
      expect([answer.status, codeOf(answer)]).toEqual([409, 'unit-depth']);
    }
    expect((await move(top!, five[2]!)).status).toBe(200);
    expect((await move(below!, null)).status).toBe(200);
  });

  test('are never moved into themselves or below themselves', async () => {
    const { head, sales, first } = await company();
    for (const [moved, under] of [
      [head, head],
      [head, sales],
      [head, first],
    ] as const) {
      const answer = await move(moved, under);
      expect([answer.status, codeOf(answer)]).toEqual([400, 'bad-request']);
    }
    expect((await units()).find(({ id }) => id === head)?.parentId).toBeNull();
  });

  test('are deleted when nobody and nothing is in them', async () => {
    const { head, sales, first, second, branch } = await company();
    const user = await add({ unitId: second });
    const remove = (id: string) => here.admin.ask('DELETE', `/api/units/${id}`);
    for (const id of [head, sales, second]) {
      const answer = await remove(id);
      expect([answer.status, codeOf(answer)]).toEqual([409, 'unit-in-use']);
    }
    await here.admin.ask('PATCH', `/api/users/${user}`, { unitId: branch });
    for (const id of [first, second, sales, head]) expect((await remove(id)).status).toBe(204);
    const again = await remove(head);
    expect([again.status, codeOf(again)]).toEqual([404, 'unit-unknown']);
    expect((await units()).map(({ name }) => name)).toEqual(['支社']);
  });

  test('with nonsense stay as they are', async () => {
    const id = await unit('本社');
    const wrong: [string, string, unknown][] = [
      ['POST', '', { name: '', parentId: null }],
      ['POST', '', { name: ' \u200b ', parentId: null }],
      ['POST', '', { name: '部' }],
      ['POST', '', { name: 5, parentId: null }],
      ['POST', '', { name: '部', parentId: '../..' }],
      ['POST', '', undefined],
      ['PATCH', `/${id}`, { name: '' }],
      ['PATCH', `/${id}`, []],
      ['PATCH', '/x', { name: '部' }],
      ['DELETE', '/x', undefined],
    ];
    for (const [method, to, body] of wrong) {
      const answer = await here.admin.ask(method, `/api/units${to}`, body);
      expect([method, to, body, answer.status]).toEqual([method, to, body, 400]);
    }
    expect(await units()).toMatchObject([{ name: '本社', parentId: null }]);
  });
});

describe('who may', () => {
  test('a manager reads the own unit, as if nothing were above it, and those below, and changes none', async () => {
    const { sales, first, second, head } = await company();
    const manager = await person({ role: 'manager', unitId: sales });
    expect(await units(manager)).toEqual([
      { id: sales, name: '営業部', parentId: null, users: 1 },
      { id: first, name: '第1課', parentId: sales, users: 0 },
      { id: second, name: '第2課', parentId: sales, users: 0 },
    ]);
    const before = await units();
    for (const [method, to, body] of [
      ['POST', '', { name: '課', parentId: sales }],
      ['PATCH', `/${first}`, { name: '課' }],
      ['PATCH', `/${head}`, { name: '課' }],
      ['DELETE', `/${second}`, undefined],
    ] as const) {
      const answer = await manager.ask(method, `/api/units${to}`, body);
      expect([answer.status, codeOf(answer)]).toEqual([403, 'not-allowed']);
    }
    expect(await units()).toEqual(before);
    expect(await units(await person({ role: 'manager' }))).toEqual([]);
  });

  test('a rep, somebody with a password to change, and nobody: not even read', async () => {
    const id = await unit('本社');
    const rep = await person({ unitId: id });
    const routes = [
      ['GET', '/api/units'],
      ['POST', '/api/units'],
      ['PATCH', `/api/units/${id}`],
      ['DELETE', `/api/units/${id}`],
    ] as const;
    for (const [method, to] of routes) {
      expect((await here.server.ask(method, to)).status).toBe(401);
      expect(codeOf(await rep.ask(method, to))).toBe('not-allowed');
    }
    await here.server.store.accounts.setPassword(here.admin.id, '-', true);
    for (const [method, to] of routes) {
      expect(codeOf(await here.admin.ask(method, to))).toBe('password-change-required');
    }
  });

  test('another organisation sees nothing, and is answered as if there never was such a unit', async () => {
    const other = await stranger();
    const id = await unit('本社');
    const theirs = await other.ask('POST', '/api/units', { name: '他社', parentId: null });
    const requests = (of: string): [string, string, unknown][] => [
      ['PATCH', `/api/units/${of}`, { name: '課' }],
      ['DELETE', `/api/units/${of}`, undefined],
      ['POST', '/api/units', { name: '課', parentId: of }],
      ['PATCH', `/api/units/${(theirs.json as { id: string }).id}`, { parentId: of }],
    ];
    const never = requests(newId());
    for (const [index, [method, to, body]] of requests(id).entries()) {
      const answer = await other.ask(method, to, body);
      expect([answer.status, codeOf(answer)]).toEqual([404, 'unit-unknown']);
      expect((await other.ask(...never[index]!)).text).toBe(answer.text);
    }
    expect((await units(other)).map(({ name }) => name)).toEqual(['他社']);
    expect((await units()).map(({ name }) => name)).toEqual(['本社']);
  });

  test('somebody else’s page: nothing', async () => {
    const answer = await here.admin.ask(
      'POST',
      '/api/units',
      { name: '部', parentId: null },
      { origin: 'https://elsewhere.example' },
    );
    expect([answer.status, codeOf(answer)]).toEqual([403, 'origin']);
    expect(await units()).toEqual([]);
  });
});
