import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashSecret, newId, newSecret } from '../meeting/identity.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { meeting, newAccount, noonMs } from './store-samples.ts';

const backings = useBackings();

describe.each(backings)('organisations and sessions in the store on $name', ({ name, newUrl }) => {
  let db: Database;
  let otherDb: Database;
  let store: Repositories;
  /** As another process would have it. */
  let other: Repositories;

  beforeAll(async () => {
    const url = await newUrl();
    db = await openDatabase({ url });
    await migrate(db);
    otherDb = await openDatabase({ url });
    store = createRepositories(db);
    other = createRepositories(otherDb);
  });
  afterAll(async () => {
    await db.destroy();
    await otherDb.destroy();
  });

  const organizationOf = async (accountId: string) => (await store.accounts.load(accountId))!.organizationId;
  const session = (accountId: string, createdAt = noonMs) => ({
    id: newId(),
    tokenHash: hashSecret(newSecret()),
    accountId,
    createdAt,
    lastSeenAt: createdAt,
    address: '2001:db8::7',
    browser: 'Safari · iOS',
  });

  test('settings are none at first, and stay as they were set; an unknown organisation has none', async () => {
    const accountId = await newAccount(store);
    const organizationId = await organizationOf(accountId);
    expect(await store.organizations.settings(organizationId)).toBeNull();
    const settings = (stored: string | null) => {
      expect(stored).toBeNull();
      return '{"a":"対面 \u0000"}';
    };
    expect(await store.organizations.change(organizationId, { settings })).toBe(true);
    expect(await other.organizations.settings(organizationId)).toBe('{"a":"対面 \uFFFD"}');
    expect(await store.organizations.load(organizationId)).toMatchObject({ name: '会社' });
    const keep = (stored: string | null) => stored;
    await store.organizations.change(organizationId, { name: '新しい会社', settings: keep });
    expect(await other.organizations.load(organizationId)).toMatchObject({ name: '新しい会社' });
    expect(await other.organizations.settings(organizationId)).toContain('対面');
    expect(await store.organizations.change(newId(), { settings: () => '{}' })).toBe(false);
    expect(await store.organizations.settings(newId())).toBeNull();
  });

  test('of many changes of settings at once, none is lost; one that fails changes nothing', async () => {
    const organizationId = await organizationOf(await newAccount(store));
    // Where SQLite waits for another connection the whole process stands still: there it is one connection's.
    const second = name === 'SQLite' ? store : other;
    const add = (stored: string | null) => `${stored ?? ''}x`;
    const changes = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? store : second).organizations.change(organizationId, { settings: add }),
    );
    expect(new Set(await Promise.all(changes))).toEqual(new Set([true]));
    expect(await store.organizations.settings(organizationId)).toBe('x'.repeat(20));
    const failing = store.organizations.change(organizationId, {
      name: '別の会社',
      settings: () => {
        throw new Error('no such settings');
      },
    });
    await expect(failing).rejects.toThrow('no such settings');
    expect(await other.organizations.load(organizationId)).toMatchObject({ name: '会社' });
  });

  test('the settings of an account and of a meeting are those of their organisation', async () => {
    const accountId = await newAccount(store);
    const organizationId = await organizationOf(accountId);
    await store.organizations.change(organizationId, { settings: () => '{"own":1}' });
    const terms = { settings: '{"own":1}', quotaBytes: null, isRemoved: false };
    expect(await store.organizations.storageTerms(accountId)).toEqual(terms);
    await store.accounts.changeUser(accountId, { quotaBytes: 3_000_000_000_000 });
    await store.accounts.removeUsers([accountId], noonMs);
    expect(await other.organizations.storageTerms(accountId)).toEqual({
      settings: '{"own":1}',
      quotaBytes: 3_000_000_000_000,
      isRemoved: true,
    });
    expect(await store.organizations.storageTerms(newId())).toBeNull();
    const [theirs, nobodys] = [meeting({ organizationId }), meeting({ organizationId: null })];
    await store.meetings.save(theirs);
    await store.meetings.save({ ...nobodys, connectionNumber: '00428' });
    expect(await other.organizations.settingsOfMeeting(theirs.id)).toBe('{"own":1}');
    expect(await other.organizations.settingsOfMeeting(nobodys.id)).toBeNull();
    expect(await other.organizations.settingsOfMeeting(newId())).toBeNull();
  });

  test('the totals count who is there, and everything that is kept', async () => {
    const accountId = await newAccount(store);
    const organizationId = await organizationOf(accountId);
    expect(await store.organizations.totals(organizationId)).toEqual({ accounts: 1, usedBytes: 0 });
    const removed = await newAccount(store, { organizationId });
    await newAccount(store, { organizationId });
    for (const of of [accountId, removed, await newAccount(store)]) {
      const id = newId();
      const part = { id, accountId: of, meetingId: newId(), captureId: newId(), part: 1 };
      await store.recordings.insert({ ...part, kind: 'video', beganAt: noonMs, reservedBytes: 5 });
      await store.recordings.change(id, { state: 'ready', bytes: 6_000_000_000, reservedBytes: 0 });
    }
    await store.accounts.removeUsers([removed], noonMs);
    expect(await other.organizations.totals(organizationId)).toEqual({
      accounts: 2,
      usedBytes: 12_000_000_000,
    });
    expect(await store.organizations.totals(newId())).toEqual({ accounts: 0, usedBytes: 0 });
  });

  test('the admins over an account are those of its organisation who can be written to', async () => {
    const accountId = await newAccount(store);
    const organizationId = await organizationOf(accountId);
    const admin = async (changes: Parameters<typeof newAccount>[1], mail: string | null) => {
      const id = await newAccount(store, { organizationId, role: 'admin', ...changes });
      await store.accounts.setMail(id, mail);
      return id;
    };
    const second = await admin({ createdAt: noonMs + 2 }, 'second@example.jp');
    const first = await admin({ createdAt: noonMs + 1 }, 'first@example.jp');
    await admin({}, null);
    await admin({ role: 'manager' }, 'manager@example.jp');
    await store.accounts.removeUsers([await admin({}, 'gone@example.jp')], noonMs);
    await admin({ organizationId: await organizationOf(await newAccount(store)) }, 'stranger@example.jp');
    expect(await other.organizations.adminsOver(accountId)).toEqual([
      { accountId: first, mail: 'first@example.jp' },
      { accountId: second, mail: 'second@example.jp' },
    ]);
    expect(await store.organizations.adminsOver(newId())).toEqual([]);
  });

  test('sessions of a shared login stand side by side; the latest is listed first', async () => {
    const accountId = await newAccount(store);
    const shared = { isAlone: false };
    const [first, second, third] = [0, 1, 2].map((later) => session(accountId, noonMs + later)) as [
      ReturnType<typeof session>,
      ReturnType<typeof session>,
      ReturnType<typeof session>,
    ];
    for (const each of [second, first, third]) expect(await store.sessions.begin(each, shared)).toEqual([]);
    await store.sessions.begin(session(await newAccount(store)), shared);
    const listed = async (createdAt: number, lastSeenAt: number) => {
      const found = await other.sessions.ofAccount(accountId, { createdAt, lastSeenAt });
      return found.map(({ id }) => id);
    };
    const { tokenHash: _tokenHash, ...facts } = third;
    expect((await store.sessions.ofAccount(accountId, { createdAt: 0, lastSeenAt: 0 }))[0]).toEqual(facts);
    expect(await listed(0, 0)).toEqual([third.id, second.id, first.id]);
    expect(await listed(noonMs, 0)).toEqual([third.id, second.id]);
    expect(await listed(0, noonMs + 1)).toEqual([third.id]);
    await store.sessions.touch(first.id, noonMs + 9);
    expect(await listed(0, noonMs + 1)).toEqual([third.id, first.id]);
    await store.sessions.end(third.id, 'signed-out-remotely', noonMs + 10);
    expect(await listed(0, 0)).toEqual([second.id, first.id]);
    const last = session(accountId, noonMs + 20);
    const ended = await store.sessions.begin(last, { isAlone: true });
    expect(ended?.toSorted()).toEqual([first.id, second.id].toSorted());
    expect(await listed(0, 0)).toEqual([last.id]);
  });

  test('a removed account begins no session, and the ones it had are not touched by the try', async () => {
    const accountId = await newAccount(store);
    const before = session(accountId);
    await store.sessions.begin(before, { isAlone: true });
    await store.accounts.removeUsers([accountId], noonMs);
    expect(await store.sessions.begin(session(accountId), { isAlone: true })).toBeNull();
    expect(await store.sessions.begin(session(newId()), { isAlone: false })).toBeNull();
    const left = await other.sessions.ofAccount(accountId, { createdAt: 0, lastSeenAt: 0 });
    expect(left.map(({ id }) => id)).toEqual([before.id]);
  });
});
