import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hashSecret, newId, newSecret, randomNumber } from '../meeting/identity.ts';
import { limits } from '../protocol/limits.ts';
import type { AccountRecord } from '../store/account-repository.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import type { OrganizationRecord } from '../store/organization-repository.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { invitation, meeting, message, noonMs, participant } from './store-samples.ts';

const backings = useBackings();

describe.each(backings)('the store on $name', ({ newUrl }) => {
  let url: string;
  let db: Database;
  /** Another connection, as another process would have. */
  let otherDb: Database;
  let store: Repositories;
  let other: Repositories;

  beforeAll(async () => {
    url = await newUrl();
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

  beforeEach(async () => {
    await db.deleteFrom('meetings').execute();
    await db.deleteFrom('connection_numbers').execute();
    await db.deleteFrom('accounts').execute();
    await db.deleteFrom('organizations').execute();
  });

  test('migrating again changes nothing', async () => {
    expect(await migrate(db)).toEqual([]);
  });

  describe('a meeting', () => {
    test('comes back as it was saved: names of every script, times, order of the people', async () => {
      const record = meeting({
        participants: [
          participant({ role: 'host', name: '𠮷野家 髙橋 ﾊﾝｶｸ', accountId: newId() }),
          participant({ name: 'がぎぐ 👨‍👩‍👧‍👦 Zoë', joinedAt: noonMs - 1 }),
          participant({
            name: "O'Brien; drop table meetings --",
            standing: 'gone',
            leftAt: noonMs + 5,
            leaveReason: 'lost',
          }),
        ],
        invitations: [invitation({ uses: 3 }), invitation({ revokedAt: noonMs + 7, createdAt: noonMs - 9 })],
      });
      await store.meetings.save(record);
      expect(await other.meetings.load(record.id)).toEqual(record);
    });

    test('is changed as a whole: people and links that are gone from it are gone from the store', async () => {
      const record = meeting();
      await store.meetings.save(record);
      const [host] = record.participants;
      const later = {
        ...record,
        state: 'ended' as const,
        endedAt: noonMs + 60_000,
        endReason: 'ended-by-host' as const,
        participants: [{ ...host!, standing: 'gone' as const, speaker: 'off' as const }, participant()],
        invitations: [],
      };
      await store.meetings.save(later);
      expect(await store.meetings.load(record.id)).toEqual(later);
      await store.meetings.save({ ...later, participants: [] });
      expect((await store.meetings.load(record.id))?.participants).toEqual([]);
    });

    test('leaves other meetings alone', async () => {
      const [one, two] = [meeting(), meeting()];
      await store.meetings.save(one);
      await store.meetings.save(two);
      await store.meetings.save({ ...one, participants: [], invitations: [] });
      expect(await store.meetings.load(two.id)).toEqual(two);
    });

    test('that cannot be written whole stays as it was', async () => {
      const record = meeting();
      await store.meetings.save(record);
      const [host, guest] = record.participants;
      const broken = {
        ...record,
        state: 'ended' as const,
        // Two people with one resume token: the meeting's own row is written first, then this fails.
        participants: [host!, { ...guest!, resumeTokenHash: host!.resumeTokenHash }],
      };
      await expect(store.meetings.save(broken)).rejects.toThrow();
      expect(await other.meetings.load(record.id)).toEqual(record);
      // And the store goes on working.
      await store.meetings.save({ ...record, home: 'node-2' });
      expect((await other.meetings.load(record.id))?.home).toBe('node-2');
    });

    test('saved many times without waiting ends as the last call said', async () => {
      const record = meeting();
      const saves = Array.from({ length: 30 }, (_, i) =>
        store.meetings.save({ ...record, createdAt: noonMs + i }),
      );
      record.home = 'changed after the calls';
      await Promise.all(saves);
      expect(await store.meetings.load(record.id)).toMatchObject({ createdAt: noonMs + 29, home: 'node-1' });
    });

    test('is found by invitation, by resume token and, until it has ended, by its number', async () => {
      const record = meeting({ connectionNumber: '31415' });
      await store.meetings.save(record);
      await store.meetings.save(
        meeting({ connectionNumber: '31415', state: 'ended', createdAt: noonMs - 1 }),
      );
      const { meetings } = store;
      expect(await meetings.findByInvitation(record.invitations[0]!.tokenHash)).toEqual(record);
      expect(await meetings.findByInvitation(hashSecret(newSecret()))).toBeNull();
      expect(await meetings.findByResumeToken(record.participants[1]!.resumeTokenHash)).toEqual(record);
      expect(await meetings.findByResumeToken('')).toBeNull();
      expect(await meetings.findLiveByNumber('31415')).toEqual(record);
      await meetings.save({ ...record, state: 'ended' });
      expect(await meetings.findLiveByNumber('31415')).toBeNull();
      expect(await meetings.load(newId())).toBeNull();
    });

    test('that has not ended is taken up again by its own home only, the oldest first', async () => {
      const second = meeting({ createdAt: noonMs + 2 });
      const first = meeting({ state: 'waiting', hostAccountId: null, organizationId: null, startedAt: null });
      await store.meetings.save(second);
      await store.meetings.save(first);
      await store.meetings.save(meeting({ state: 'ended' }));
      await store.meetings.save(meeting({ home: 'node-2' }));
      expect(await store.meetings.loadUnended('node-1')).toEqual([first, second]);
      expect(await store.meetings.loadUnended('node-3')).toEqual([]);
    });

    test('keeps a name with unreadable characters, without them', async () => {
      const record = meeting({ participants: [participant({ name: 'a\u0000b\uD83D' })] });
      await store.meetings.save(record);
      expect((await store.meetings.load(record.id))?.participants[0]?.name).toBe('a\uFFFDb\uFFFD');
    });
  });

  describe('the chat', () => {
    test('stores a message that is sent twice once, and answers with what is stored', async () => {
      const record = meeting();
      await store.meetings.save(record);
      const first = message(record);
      expect(await store.chat.append(first)).toEqual(first);
      expect(await store.chat.append({ ...first, text: '別の文', at: noonMs + 9 })).toEqual(first);
      expect(await store.chat.latest(record.id, 10)).toEqual([first]);
    });

    test('refuses the ID of a message of another meeting or of somebody else', async () => {
      const [one, two] = [meeting(), meeting()];
      await store.meetings.save(one);
      await store.meetings.save(two);
      const first = message(one);
      await store.chat.append(first);
      expect(await store.chat.append({ ...message(two), id: first.id })).toBeNull();
      expect(await store.chat.append({ ...first, participantId: one.participants[1]!.id })).toBeNull();
      expect(await store.chat.latest(two.id, 10)).toEqual([]);
    });

    test('gives the latest messages in the order they came, though the clock went backwards', async () => {
      const record = meeting();
      await store.meetings.save(record);
      const times = [5, 5, 4, 9, 9];
      const sent = times.map((ms, i) => message(record, { at: noonMs + ms, text: `${i}番目 👋\n二行目` }));
      for (const each of sent) await store.chat.append(each);
      expect(await store.chat.latest(record.id, 10)).toEqual(sent);
      expect(await store.chat.latest(record.id, 2)).toEqual(sent.slice(-2));
      expect(await store.chat.latest(newId(), 2)).toEqual([]);
    });

    test('takes the same message from two connections at once', async () => {
      const record = meeting();
      await store.meetings.save(record);
      const first = message(record);
      const answers = await Promise.all([store, other, store, other].map((each) => each.chat.append(first)));
      expect(answers).toEqual([first, first, first, first]);
    });

    test('needs the meeting to be stored', async () => {
      await expect(store.chat.append(message(meeting()))).rejects.toThrow();
    });
  });

  describe('connection numbers', () => {
    const { numberRestMs } = limits;
    /** Offers these numbers in turn, then the last for ever. */
    const offering =
      (...numbers: string[]) =>
      () =>
        numbers.length > 1 ? numbers.shift()! : numbers[0]!;

    test('forty claims at once over two connections are forty numbers', async () => {
      // Only fifty numbers are ever offered, so they do collide.
      const random = () => String(Math.floor(Math.random() * 50)).padStart(5, '0');
      const claims = Array.from({ length: 40 }, (_, i) =>
        (i % 2 ? store : other).connectionNumbers.claim(newId(), noonMs, random),
      );
      expect(new Set(await Promise.all(claims)).size).toBe(40);
    });

    test('a number that is held is not handed out', async () => {
      expect(await store.connectionNumbers.claim('m1', noonMs, offering('00001'))).toBe('00001');
      expect(await other.connectionNumbers.claim('m2', noonMs, offering('00001', '00002'))).toBe('00002');
    });

    test('a number rests for ten minutes after its end, and then comes back', async () => {
      const { connectionNumbers } = store;
      await connectionNumbers.claim('m1', noonMs, offering('00001'));
      await connectionNumbers.release('00001', noonMs);
      const early = noonMs + numberRestMs - 1;
      expect(await connectionNumbers.claim('m2', early, offering('00001', '00002'))).toBe('00002');
      expect(await connectionNumbers.claim('m3', early + 1, offering('00001'))).toBe('00001');
    });

    test('releasing twice does not prolong the rest, and a late release does not hit the next holder', async () => {
      const { connectionNumbers } = store;
      await connectionNumbers.claim('m1', noonMs, offering('00001'));
      await connectionNumbers.release('00001', noonMs);
      await connectionNumbers.release('00001', noonMs + 5_000);
      const later = noonMs + numberRestMs;
      expect(await connectionNumbers.claim('m2', later, offering('00001'))).toBe('00001');
      await connectionNumbers.release('00001', later, 'm1');
      const much = later + 2 * numberRestMs;
      expect(await connectionNumbers.claim('m3', much, offering('00001', '00003'))).toBe('00003');
      await connectionNumbers.release('99999', noonMs);
    });

    test('when luck fails the last free number is found, and then it is said that there is none', async () => {
      await sql`insert into connection_numbers (number, meeting_id, claimed_at, released_at)
        with recursive n(i) as (select 0 union all select i + 1 from n where i < 99999)
        select substr(cast(100000 + i as text), 2), 'm', 1, null from n where i <> 7`.execute(db);
      const { connectionNumbers } = store;
      expect(await connectionNumbers.claim('m1', noonMs, offering('50000'))).toBe('00007');
      await expect(connectionNumbers.claim('m2', noonMs, randomNumber)).rejects.toMatchObject({
        code: 'too-many',
      });
    });

    test('what a dead process left behind is released, what is in use is not', async () => {
      const { connectionNumbers, meetings } = store;
      const live = meeting();
      const ended = meeting({ state: 'ended' });
      await meetings.save(live);
      await meetings.save(ended);
      await connectionNumbers.claim(live.id, noonMs, offering('00001'));
      await connectionNumbers.claim(ended.id, noonMs, offering('00002'));
      await connectionNumbers.claim('never stored', noonMs, offering('00003'));
      const later = noonMs + limits.numberGraceMs + 1;
      await connectionNumbers.claim('about to be stored', later, offering('00004'));
      expect(await connectionNumbers.releaseAbandoned(later)).toBe(2);
      const much = later + numberRestMs;
      const random = offering('00001', '00004', '00002', '00003');
      expect(await connectionNumbers.claim('a', much, random)).toBe('00002');
      expect(await connectionNumbers.claim('b', much, random)).toBe('00003');
    });
  });

  describe('organisations, accounts and sessions', () => {
    const organization = (changes: Partial<OrganizationRecord> = {}): OrganizationRecord => ({
      id: newId(),
      publicId: 'demo',
      name: '株式会社 対面',
      createdAt: noonMs,
      ...changes,
    });
    const account = (organizationId: string, changes: Partial<AccountRecord> = {}): AccountRecord => ({
      id: newId(),
      organizationId,
      login: 'Yamada',
      foldedLogin: 'yamada',
      name: '山田 𠮷子',
      role: 'rep',
      passwordHash: '$argon2id$…',
      mustChangePassword: true,
      createdAt: noonMs,
      lastSignInAt: null,
      ...changes,
    });
    const session = (accountId: string, createdAt = noonMs) => ({
      id: newId(),
      tokenHash: hashSecret(newSecret()),
      accountId,
      createdAt,
      lastSeenAt: createdAt,
      address: '203.0.113.7',
      browser: 'Chrome · Windows',
    });
    const alone = { isAlone: true };

    test('an organisation is made once per public ID', async () => {
      const demo = organization();
      expect(await store.organizations.create(demo)).toBe(true);
      expect(await other.organizations.create(organization({ name: '別の会社' }))).toBe(false);
      expect(await store.organizations.findByPublicId('demo')).toEqual(demo);
      expect(await store.organizations.load(demo.id)).toEqual(demo);
      expect(await store.organizations.findByPublicId('de\u0000mo')).toBeNull();
    });

    test('an account is made once per login ID and organisation, and found by what people type', async () => {
      const [demo, second] = [organization(), organization({ publicId: 'second' })];
      await store.organizations.create(demo);
      await store.organizations.create(second);
      expect(await store.accounts.any()).toBe(false);
      const yamada = account(demo.id);
      expect(await store.accounts.create(yamada)).toBe(true);
      expect(await store.accounts.create(account(demo.id))).toBe(false);
      expect(await store.accounts.create(account(second.id))).toBe(true);
      expect(await store.accounts.any()).toBe(true);
      expect(await store.accounts.findByLogin('demo', 'yamada')).toEqual(yamada);
      expect(await store.accounts.findByLogin('third', 'yamada')).toBeNull();
      await store.accounts.setPassword(yamada.id, 'new', false);
      expect(await other.accounts.load(yamada.id)).toEqual({
        ...yamada,
        passwordHash: 'new',
        mustChangePassword: false,
      });
    });

    test('a later session ends the earlier one, which is still known with the reason', async () => {
      const demo = organization();
      await store.organizations.create(demo);
      const yamada = account(demo.id);
      await store.accounts.create(yamada);
      const [first, second] = [session(yamada.id), session(yamada.id, noonMs + 1)];
      expect(await store.sessions.begin(first, alone)).toEqual([]);
      expect(await store.sessions.begin(second, alone)).toEqual([first.id]);
      expect(await store.sessions.findByToken(first.tokenHash)).toEqual({
        ...first,
        endedAt: noonMs + 1,
        endReason: 'signed-in-elsewhere',
        accountName: yamada.name,
        login: 'Yamada',
        role: 'rep',
        mustChangePassword: true,
        organization: { id: demo.id, publicId: 'demo', name: demo.name },
      });
      expect((await store.accounts.load(yamada.id))?.lastSignInAt).toBe(noonMs + 1);
      await store.sessions.touch(second.id, noonMs + 9);
      expect(await store.sessions.findByToken(second.tokenHash)).toMatchObject({
        lastSeenAt: noonMs + 9,
        endedAt: null,
      });
      expect(await store.sessions.endAll(yamada.id, second.id, 'password-changed', noonMs)).toEqual([]);
      expect(await store.sessions.end(second.id, 'signed-out', noonMs)).toBe(true);
      expect(await store.sessions.end(second.id, 'signed-out', noonMs)).toBe(false);
      await store.sessions.removeCreatedBefore(noonMs + 1);
      expect(await store.sessions.findByToken(first.tokenHash)).toBeNull();
      expect(await store.sessions.findByToken(second.tokenHash)).not.toBeNull();
    });

    test('of many sign-ins at the same moment exactly one session stays', async () => {
      const demo = organization();
      await store.organizations.create(demo);
      const yamada = account(demo.id);
      await store.accounts.create(yamada);
      const ended = await Promise.all(
        Array.from({ length: 10 }, () => store.sessions.begin(session(yamada.id), alone)),
      );
      expect(new Set(ended.flat()).size).toBe(9);
    });
  });
});
