import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureFirstAccount } from '../accounts/first-account.ts';
import { foldId } from '../accounts/folding.ts';
import { Sessions } from '../accounts/sessions.ts';
import { Units } from '../accounts/units.ts';
import { Users } from '../accounts/users.ts';
import { hashSecret, newId, newSecret } from '../meeting/identity.ts';
import type { AccountRecord, UserFacts, UserPage } from '../store/account-repository.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { noonMs } from './store-samples.ts';

const backings = useBackings();
const everybody: UserPage = { limit: 1_000, after: null };

describe.each(backings)('users and units in the store on $name', ({ name, newUrl }) => {
  let db: Database;
  let otherDb: Database;
  let store: Repositories;
  /** As another process would have it. Where SQLite waits for another connection this whole process stands still. */
  let second: Repositories;
  let organizationId: string;

  beforeAll(async () => {
    const url = await newUrl();
    db = await openDatabase({ url });
    await migrate(db);
    otherDb = await openDatabase({ url });
    store = createRepositories(db);
    second = name === 'SQLite' ? store : createRepositories(otherDb);
  });

  afterAll(async () => {
    await db.destroy();
    await otherDb.destroy();
  });

  beforeEach(async () => {
    organizationId = await organization();
  });

  async function organization(): Promise<string> {
    const id = newId();
    await store.organizations.create({ id, publicId: id, name: '会社', createdAt: noonMs });
    return id;
  }

  async function user(given: Partial<AccountRecord & UserFacts> = {}): Promise<string> {
    const id = newId();
    const login = given.login ?? id;
    const created = await store.accounts.create({
      id,
      organizationId,
      login,
      foldedLogin: foldId(login),
      name: '佐藤',
      role: 'rep',
      passwordHash: '-',
      mustChangePassword: false,
      createdAt: noonMs,
      lastSignInAt: null,
      ...given,
    });
    expect(created).toBe(true);
    return id;
  }

  async function unit(unitName: string, parentId: string | null = null): Promise<string> {
    const id = newId();
    await store.units.insert({ id, organizationId, parentId, name: unitName, createdAt: noonMs });
    return id;
  }

  const logins = async (...given: Parameters<Repositories['accounts']['users']>) =>
    (await store.accounts.users(...given)).map(({ login }) => login);

  describe('a user', () => {
    test('comes back with everything that is known, names of every script', async () => {
      const given = {
        login: 'Ｙamada.太郎',
        name: '𠮷野 ﾀﾛｳ 👩‍💼',
        role: 'manager' as const,
        unitId: await unit('営業部'),
        note: "新人; drop table accounts --\u0000'",
        mail: 'yamada@例え.jp',
        quotaBytes: 900_000_000_000_000,
      };
      const id = await user(given);
      expect(await second.accounts.user(organizationId, id)).toEqual({
        ...given,
        id,
        organizationId,
        foldedLogin: 'yamada.太郎',
        note: "新人; drop table accounts --\uFFFD'",
        mustChangePassword: false,
        createdAt: noonMs,
        lastSignInAt: null,
      });
    });

    test('is changed in what is said, and in nothing else', async () => {
      const id = await user({ login: 'sato', note: '前', mail: 'a@example.jp', quotaBytes: 5 });
      const before = await store.accounts.user(organizationId, id);
      await store.accounts.changeUser(id, {});
      expect(await store.accounts.user(organizationId, id)).toEqual(before);
      await store.accounts.changeUser(id, { mail: null, quotaBytes: null, note: '' });
      expect(await second.accounts.user(organizationId, id)).toEqual({
        ...before,
        mail: null,
        quotaBytes: null,
        note: '',
      });
    });

    test('is away from the moment they say so, until they say otherwise; nobody else is', async () => {
      const [away, other] = [await user(), await user()];
      const areAway = () => Promise.all([away, other, newId()].map((id) => second.accounts.isAway(id)));
      expect(await areAway()).toEqual([false, false, false]);
      for (const time of ['once', 'twice']) {
        await store.accounts.setAway(away, true);
        expect(await areAway(), time).toEqual([true, false, false]);
      }
      await store.accounts.setAway(away, false);
      expect(await areAway()).toEqual([false, false, false]);
    });

    test('of another organisation is none, even under its own ID', async () => {
      const id = await user();
      const elsewhere = await organization();
      expect(await store.accounts.user(elsewhere, id)).toBeNull();
      expect(await store.accounts.usersById(elsewhere, [id])).toEqual([]);
      expect(await store.accounts.countUsers(elsewhere, {})).toBe(0);
      expect(await store.accounts.usersById(organizationId, [])).toEqual([]);
    });

    test('has a login ID that nobody else has', async () => {
      const id = await user({ login: 'Sato' });
      expect(await store.accounts.isLoginTaken(organizationId, 'sato', id)).toBe(false);
      expect(await store.accounts.isLoginTaken(organizationId, 'sato', newId())).toBe(true);
      expect(await store.accounts.isLoginTaken(await organization(), 'sato', newId())).toBe(false);
    });
  });

  describe('the list', () => {
    test('goes by login ID, page by page, whoever comes meanwhile', async () => {
      for (const login of ['e', 'a', 'C', 'さ', 'g']) await user({ login });
      const [first, next] = await store.accounts.users(organizationId, {}, { limit: 2, after: null });
      expect([first?.login, next?.login]).toEqual(['a', 'C']);
      await user({ login: 'b' });
      await user({ login: 'd' });
      const after = next!.foldedLogin;
      expect(await logins(organizationId, {}, { limit: 9, after })).toEqual(['d', 'e', 'g', 'さ']);
      // Nor does it matter that whoever stood at the end has gone.
      await store.accounts.removeUsers([next!.id], noonMs);
      expect(await logins(organizationId, {}, { limit: 9, after })).toEqual(['d', 'e', 'g', 'さ']);
      expect(await logins(organizationId, {}, { limit: 9, after: 'さ' })).toEqual([]);
      expect(await logins(organizationId, {}, { limit: 9, after: 'd\u0000' })).toEqual(['e', 'g', 'さ']);
    });

    test('shows those of a role and of some units', async () => {
      const [sales, first] = [await unit('営業部'), await unit('第一課')];
      await user({ login: 'a', unitId: sales });
      await user({ login: 'b', unitId: first });
      await user({ login: 'c', unitId: first, role: 'manager' });
      await user({ login: 'd' });
      const both = { units: new Set([sales, first]) };
      expect(await logins(organizationId, both, everybody)).toEqual(['a', 'b', 'c']);
      expect(await logins(organizationId, { ...both, role: 'rep' }, everybody)).toEqual(['a', 'b']);
      expect(await logins(organizationId, { role: 'manager' }, everybody)).toEqual(['c']);
      expect(await store.accounts.countUsers(organizationId, both)).toBe(3);
      const nowhere = { units: new Set<string>() };
      expect(await logins(organizationId, nowhere, everybody)).toEqual([]);
      expect(await store.accounts.countUsers(organizationId, nowhere)).toBe(0);
      expect(await store.accounts.userNames(organizationId, nowhere, everybody, null)).toEqual([]);
    });

    test('knows for a search what lies behind which place', async () => {
      const [a, b] = [await user({ login: 'a', name: '青木' }), await user({ login: 'b', name: '馬場' })];
      const names = [
        { id: a, foldedLogin: 'a', name: '青木' },
        { id: b, foldedLogin: 'b', name: '馬場' },
      ];
      const behind = (...flags: boolean[]) => names.map((each, at) => ({ ...each, isBehind: flags[at] }));
      const read = (place: string | null, page = everybody) =>
        store.accounts.userNames(organizationId, {}, page, place);
      expect(await read(null)).toEqual(behind(true, true));
      expect(await read('a')).toEqual(behind(false, true));
      expect(await read('b')).toEqual(behind(false, false));
      expect(await read('b', { ...everybody, limit: 1 })).toEqual(behind(false, false).slice(0, 1));
    });
  });

  describe('a removed user', () => {
    test('is none any more; the account stays, and the login ID is free', async () => {
      const unitId = await unit('営業部');
      const id = await user({ login: 'sato', unitId });
      await store.accounts.removeUsers([id], noonMs + 1);
      expect(await second.accounts.user(organizationId, id)).toBeNull();
      expect(await logins(organizationId, {}, everybody)).toEqual([]);
      expect(await store.accounts.countUsers(organizationId, {})).toBe(0);
      expect(await store.units.userCounts(organizationId)).toEqual(new Map());
      expect((await store.accounts.load(id))?.name).toBe('佐藤');
      const again = await user({ login: 'Sato', name: '佐藤 二代目' });
      expect((await store.accounts.findByLogin(organizationId, 'sato'))?.id).toBe(again);
      await store.accounts.removeUsers([id, again], noonMs + 2);
      expect(await store.accounts.findByLogin(organizationId, 'sato')).toBeNull();
      const rows = await db.selectFrom('accounts').select(['id', 'removed_at']).execute();
      const removedAt = new Map(rows.map((row) => [row.id, row.removed_at]));
      expect([removedAt.get(id), removedAt.get(again)]).toEqual([noonMs + 1, noonMs + 2]);
    });

    test('is signed in nowhere, even if the server was stopped before it ended the sessions', async () => {
      const [id, earlier] = [await user(), hashSecret(newSecret())];
      const of = { accountId: id, createdAt: noonMs, lastSeenAt: noonMs, address: '', browser: '' };
      await store.sessions.begin({ ...of, id: newId(), tokenHash: earlier }, { isAlone: true });
      const open = { ...of, id: newId(), tokenHash: hashSecret(newSecret()) };
      await store.sessions.begin(open, { isAlone: true });
      await store.accounts.removeUsers([id], noonMs + 7);
      const ends = await Promise.all(
        [earlier, open.tokenHash].map((token) => second.sessions.findByToken(token)),
      );
      expect(ends).toMatchObject([
        { endedAt: noonMs, endReason: 'signed-in-elsewhere' },
        { endedAt: noonMs + 7, endReason: 'account-removed' },
      ]);
      const late = { ...of, id: newId(), tokenHash: hashSecret(newSecret()) };
      expect(await store.sessions.begin(late, { isAlone: true })).toBeNull();
    });

    test('is found under no login ID at all, not even the one in its place', async () => {
      const id = await user();
      await store.accounts.removeUsers([id], noonMs);
      for (const login of [id, `removed:${id}`]) {
        expect(await store.accounts.findByLogin(organizationId, login)).toBeNull();
      }
      await store.accounts.removeUsers([], noonMs);
    });
  });

  describe('units', () => {
    test('come back as they were made, renamed and moved', async () => {
      const head = await unit('本社');
      const sales = await unit('営業部「第一」𠮷\u0000', head);
      await store.units.change(sales, { name: '営業本部' });
      await store.units.change(sales, {});
      expect(await second.units.ofOrganization(organizationId)).toContainEqual({
        id: sales,
        organizationId,
        parentId: head,
        name: '営業本部',
        createdAt: noonMs,
      });
      await store.units.change(sales, { parentId: null });
      const places = await store.units.ofOrganization(organizationId);
      expect(places.map(({ parentId }) => parentId)).toEqual([null, null]);
      expect(await store.units.ofOrganization(await organization())).toEqual([]);
    });

    test('count who is in them', async () => {
      const [head, empty] = [await unit('本社'), await unit('支社')];
      await user({ unitId: head });
      await user({ unitId: head, role: 'admin' });
      await user();
      const counts = await store.units.userCounts(organizationId);
      expect([counts.get(head), counts.has(empty), counts.size]).toEqual([2, false, 1]);
    });

    test('that are removed leave no trace at those who were removed before', async () => {
      const unitId = await unit('本社');
      const id = await user({ unitId });
      await store.accounts.removeUsers([id], noonMs);
      await store.units.remove(unitId);
      expect(await store.units.ofOrganization(organizationId)).toEqual([]);
      const row = await db.selectFrom('accounts').select('unit_id').where('id', '=', id).executeTakeFirst();
      expect(row).toEqual({ unit_id: null });
    });
  });

  describe('two at once', () => {
    test('come one after the other, in one organisation', async () => {
      const before = await user({ login: 'first' });
      const grow = async ({ accounts }: Repositories) =>
        accounts.alone(organizationId, async (alone) => {
          const count = await alone.countUsers(organizationId, {});
          if (count >= 5) return false;
          const login = `login${count}`;
          const facts = { name: '新人', role: 'rep', passwordHash: '-', mustChangePassword: true } as const;
          const times = { createdAt: noonMs, lastSignInAt: null };
          return alone.create({
            id: newId(),
            organizationId,
            login,
            foldedLogin: login,
            ...facts,
            ...times,
          });
        });
      const grown = await Promise.all(
        Array.from({ length: 12 }, (_, index) => grow(index % 2 ? store : second)),
      );
      expect(grown.filter(Boolean)).toHaveLength(4);
      expect(await store.accounts.countUsers(organizationId, {})).toBe(5);
      expect(await store.accounts.user(organizationId, before)).not.toBeNull();
    });

    test('and what goes wrong changes nothing', async () => {
      const id = await user({ login: 'sato' });
      const failing = store.accounts.alone(organizationId, async (alone, units) => {
        await alone.removeUsers([id], noonMs);
        await units.insert({ id: newId(), organizationId, parentId: null, name: '部', createdAt: noonMs });
        throw new Error('the line is gone');
      });
      await expect(failing).rejects.toThrow('the line is gone');
      expect(await logins(organizationId, {}, everybody)).toEqual(['sato']);
      expect(await store.units.ofOrganization(organizationId)).toEqual([]);
    });

    const usersOf = (of: Repositories) => new Users({ ...of, sessions: new Sessions(of.sessions) });
    const acting = (accountId: string) => ({
      accountId,
      organization: { id: organizationId, publicId: organizationId, name: '会社' },
    });

    test.each([2, 3, 6])('of %i admins who remove one another one stays', async (number) => {
      const admins = await Promise.all(
        Array.from({ length: number }, (_, index) => user({ role: 'admin', login: `admin${index}` })),
      );
      const tried = await Promise.allSettled(
        admins.map((own, index) =>
          usersOf(index % 2 ? store : second).remove(
            acting(own),
            admins.filter((each) => each !== own),
          ),
        ),
      );
      expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await store.accounts.countUsers(organizationId, { role: 'admin' })).toBe(1);
    });

    test('nobody who has just been removed removes anybody, though there are others', async () => {
      const [one, two] = [await user({ role: 'admin' }), await user({ role: 'admin' })];
      await user({ role: 'admin' });
      const tried = await Promise.allSettled([
        usersOf(store).remove(acting(one), [two]),
        usersOf(second).remove(acting(two), [one]),
      ]);
      const refused = tried.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      expect(refused).toMatchObject([{ code: 'sign-in-required', details: { reason: 'account-removed' } }]);
      expect(await store.accounts.countUsers(organizationId, { role: 'admin' })).toBe(2);
    });

    test('of two admins who take the role from one another one stays', async () => {
      const [one, two] = [await user({ role: 'admin' }), await user({ role: 'admin' })];
      const tried = await Promise.allSettled([
        usersOf(store).change(acting(one), two, { role: 'rep' }),
        usersOf(second).change(acting(two), one, { role: 'manager' }),
      ]);
      expect(tried.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await store.accounts.countUsers(organizationId, { role: 'admin' })).toBe(1);
    });

    test('of two units that are moved into one another one stays where it is', async () => {
      const admin = acting(await user({ role: 'admin' }));
      const [one, two] = [await unit('一'), await unit('二')];
      const unitsOf = (of: Repositories) => new Units(of);
      const tried = await Promise.allSettled([
        unitsOf(store).change(admin, one, { parentId: two }),
        unitsOf(second).change(admin, two, { parentId: one }),
      ]);
      expect(tried.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const places = await store.units.ofOrganization(organizationId);
      expect(places.filter(({ parentId }) => parentId === null)).toHaveLength(1);
    });

    test('of somebody who comes into a unit that is removed either the one or the other is', async () => {
      const admin = acting(await user({ role: 'admin' }));
      for (let round = 0; round < 5; round++) {
        const [unitId, id] = [await unit('部'), await user()];
        const tried = await Promise.allSettled([
          usersOf(store).change(admin, id, { unitId }),
          new Units(second).remove(admin, unitId),
        ]);
        expect(tried.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
        const isThere = (await store.units.ofOrganization(organizationId)).some((each) => each.id === unitId);
        expect((await store.accounts.user(organizationId, id))?.unitId).toBe(isThere ? unitId : null);
        if (isThere) {
          await usersOf(store).remove(admin, [id]);
          await store.units.remove(unitId);
        }
      }
    });
  });

  test('the first admin, once removed, is not made again at the next start', async () => {
    await db.deleteFrom('accounts').execute();
    const first = await ensureFirstAccount(store, null);
    const admin = await store.accounts.findByLogin(first!.organization, first!.login);
    await store.accounts.removeUsers([admin!.id], noonMs);
    expect(await store.accounts.any()).toBe(true);
    expect(await ensureFirstAccount(store, null)).toBeNull();
  });
});
