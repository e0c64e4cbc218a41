import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PasswordChange } from '../accounts/password-change.ts';
import { hashPassword, verifyPassword } from '../accounts/passwords.ts';
import { Sessions } from '../accounts/sessions.ts';
import { SignIn } from '../accounts/sign-in.ts';
import { Users } from '../accounts/users.ts';
import { newId } from '../meeting/identity.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { newAccount, noonMs } from './store-samples.ts';

const backings = useBackings();
const first = 'first password 対面';
const own = 'a password of my own';

describe.each(backings)('a password on $name', ({ newUrl }) => {
  let db: Database;
  let store: Repositories;
  let sessions: Sessions;
  let users: Users;
  let adminId: string;
  let repId: string;
  let organization: { id: string; publicId: string; name: string };

  beforeAll(async () => {
    db = await openDatabase({ url: await newUrl() });
    await migrate(db);
    store = createRepositories(db);
  });
  afterAll(() => db.destroy());

  beforeEach(async () => {
    adminId = await newAccount(store, { role: 'admin' });
    const { organizationId } = (await store.accounts.load(adminId))!;
    organization = { id: organizationId, publicId: organizationId, name: '会社' };
    repId = newId();
    await store.accounts.create({
      id: repId,
      organizationId,
      login: 'sato',
      foldedLogin: 'sato',
      name: '佐藤',
      role: 'rep',
      passwordHash: await hashPassword(first),
      mustChangePassword: false,
      createdAt: noonMs,
      lastSignInAt: null,
    });
    sessions = new Sessions(store.sessions);
    users = new Users({ ...store, sessions });
  });

  const acting = () => ({ accountId: adminId, organization });
  const signedIn = () => sessions.begin(repId, { address: '203.0.113.7', browser: '', isShared: true });
  const open = async () => (await sessions.open(repId)).length;
  const isPassword = async (typed: string) =>
    verifyPassword(typed, (await store.accounts.load(repId))!.passwordHash);

  /** While `work` runs, sessions cannot be ended. */
  async function withoutSessions(work: () => Promise<void>): Promise<void> {
    await sql`alter table sessions rename to sessions_away`.execute(db);
    try {
      await work();
    } finally {
      await sql`alter table sessions_away rename to sessions`.execute(db);
    }
  }

  test('is given anew together with the end of the sessions, or not at all', async () => {
    await signedIn();
    await signedIn();
    await withoutSessions(async () => {
      await expect(users.resetPassword(acting(), repId)).rejects.toThrow();
      expect(await isPassword(first)).toBe(true);
    });
    const told: string[] = [];
    sessions.onEnded(({ sessionIds, reason }) => told.push(...sessionIds.map(() => reason)));
    expect(await open()).toBe(2);
    const { password } = await users.resetPassword(acting(), repId);
    expect(await isPassword(password)).toBe(true);
    expect(await open()).toBe(0);
    expect(told).toEqual(['password-changed', 'password-changed']);
  });

  test('that was checked right before it was given anew opens nothing any more', async () => {
    const { passwordHash: checkedHash } = (await store.accounts.load(repId))!;
    const begin = () => sessions.begin(repId, { address: '', browser: '', isShared: true, checkedHash });
    await begin();
    expect(await open()).toBe(1);
    await users.resetPassword(acting(), repId);
    await expect(begin()).rejects.toMatchObject({ code: 'sign-in-failed' });
    expect(await open()).toBe(0);
  });

  test('goes with its account together with the end of the sessions, or not at all', async () => {
    await signedIn();
    await withoutSessions(async () => {
      await expect(users.remove(acting(), [repId])).rejects.toThrow();
      expect(await store.accounts.user(organization.id, repId)).not.toBeNull();
    });
    const told: string[] = [];
    sessions.onEnded(({ accountId, reason }) => told.push(accountId, reason));
    await users.remove(acting(), [repId]);
    expect(await open()).toBe(0);
    expect(told).toEqual([repId, 'account-removed']);
  });

  test('of one’s own does not undo the one that an admin has given meanwhile', async () => {
    const { sessionId } = await signedIn();
    let given = '';
    /** The admin is as fast as can be: right after the present one was looked up. */
    const racing = Object.create(store.accounts, {
      load: {
        value: async (id: string) => {
          const found = await store.accounts.load(id);
          given = (await users.resetPassword(acting(), repId)).password;
          return found;
        },
      },
      alone: { value: store.accounts.alone.bind(store.accounts) },
    }) as typeof store.accounts;
    const changing = new PasswordChange(racing, new SignIn(store.accounts), sessions);
    const who = {
      sessionId,
      accountId: repId,
      accountName: '佐藤',
      login: 'sato',
      role: 'rep' as const,
      organization,
      mustChangePassword: false,
    };
    await expect(changing.change(who, first, own, '203.0.113.7')).rejects.toMatchObject({
      code: 'sign-in-required',
      details: { reason: 'password-changed' },
    });
    expect(await isPassword(own)).toBe(false);
    expect(await isPassword(given)).toBe(true);
    expect(await store.accounts.load(repId)).toMatchObject({ mustChangePassword: true });
    expect(await open()).toBe(0);
  });

  test('of one’s own ends the other sessions, and not this one', async () => {
    const { sessionId } = await signedIn();
    await signedIn();
    const who = {
      sessionId,
      accountId: repId,
      accountName: '佐藤',
      login: 'sato',
      role: 'rep' as const,
      organization,
      mustChangePassword: false,
    };
    const changing = new PasswordChange(store.accounts, new SignIn(store.accounts), sessions);
    await changing.change(who, first, own, '203.0.113.7');
    expect(await isPassword(own)).toBe(true);
    expect((await sessions.open(repId)).map(({ id }) => id)).toEqual([sessionId]);
  });
});
