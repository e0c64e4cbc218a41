import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LogRetention, monthsBefore, type RetentionMonths } from '../accounts/log-retention.ts';
import { OrganizationLog, type LogWrite } from '../accounts/organization-log.ts';
import { createLog } from '../log.ts';
import { newId } from '../meeting/identity.ts';
import { openDatabase, type Database } from '../store/database.ts';
import type { LogFilter, NewLogEntry, PlaceInLog } from '../store/log-repository.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { until } from './kit/waiting.ts';
import { useBackings } from './store-backings.ts';
import { meeting, newAccount, noonMs, participant } from './store-samples.ts';

const backings = useBackings();

type Given = Parameters<typeof newAccount>[1] & { unitId?: string | null };

describe.each(backings)('the writing of the log on $name', ({ newUrl }) => {
  let db: Database;
  let store: Repositories;
  let organizationId = '';

  beforeAll(async () => {
    db = await openDatabase({ url: await newUrl() });
    await migrate(db);
    store = createRepositories(db);
  });
  afterAll(() => db.destroy());

  /** Each test looks at an organisation of its own. */
  async function organization(): Promise<string> {
    organizationId = newId();
    const publicId = organizationId.toLowerCase();
    await store.organizations.create({ id: organizationId, publicId, name: '会社', createdAt: noonMs });
    return organizationId;
  }

  async function account({ unitId = null, ...changes }: Given = {}): Promise<string> {
    const id = await newAccount(store, { organizationId, ...changes });
    await store.accounts.changeUser(id, { unitId });
    return id;
  }

  function entry(changes: Partial<NewLogEntry> = {}): NewLogEntry {
    return {
      id: newId(),
      organizationId,
      kind: 'chat',
      act: 'chat-sent',
      at: noonMs,
      accountId: null,
      actor: '山田 太郎',
      subject: 'よろしくお願いします 🙇',
      meetingId: newId(),
      address: null,
      search: '山田 太郎\nよろしくお願いします 🙇',
      ...changes,
    };
  }

  const list = (filter: Partial<LogFilter> = {}, limit = 1_000, before: PlaceInLog | null = null) =>
    store.logs.list({ organizationId, kind: 'chat', reach: 'all', ...filter }, limit, before);
  const subjects = async (filter: Partial<LogFilter> = {}) =>
    (await list(filter)).map(({ subject }) => subject);

  describe('is kept as long as the organisation says', () => {
    const forever: RetentionMonths = { signIns: null, meetings: null, files: null, chat: null, admin: null };
    /** 22 November 2026, noon in UTC. */
    const today = Date.UTC(2026, 10, 22, 12);
    const dayMs = 86_400_000;

    async function sweep(kept: Partial<RetentionMonths>, of = organizationId): Promise<void> {
      const retention = LogRetention.open({
        entries: store.logs,
        retentionOf: async (id) => ({ ...forever, ...(id === of ? kept : {}) }),
        log: createLog('silent'),
        now: () => today,
      });
      await retention.sweep();
      await retention.close();
    }

    test('after 24 months and a day it is gone, and not a moment before', async () => {
      await organization();
      const last = Date.UTC(2024, 10, 22, 12);
      const times = { tooOld: last - dayMs, justTooOld: last - 1, last, young: last + dayMs };
      await store.logs.insert(Object.entries(times).map(([subject, at]) => entry({ subject, at })));
      await sweep({});
      expect(await list()).toHaveLength(4);
      await sweep({ signIns: 1, files: 1, meetings: 1, admin: 1 });
      expect(await list()).toHaveLength(4);
      await sweep({ chat: 24 });
      expect(await subjects()).toEqual(['young', 'last']);
    });

    test('each kind for itself, and nobody else’s', async () => {
      const other = await organization();
      await store.logs.insert([entry({ at: 0 })]);
      await organization();
      await store.logs.insert([
        entry({ at: 0 }),
        entry({ at: 0, kind: 'sign-in', act: 'signed-in' }),
        entry({ at: 0, kind: 'admin', act: 'log-read' }),
      ]);
      await sweep({ signIns: 120 });
      expect(await list({ kind: 'sign-in' })).toEqual([]);
      expect(await list({ kind: 'admin' })).toHaveLength(1);
      expect(await list()).toHaveLength(1);
      expect(await list({ organizationId: other })).toHaveLength(1);
    });

    test('of many, step by step, all', async () => {
      await organization();
      await store.logs.insert(Array.from({ length: 1_250 }, (_, at) => entry({ at })));
      await store.logs.insert([entry({ at: today })]);
      expect(await store.logs.removeBefore(organizationId, 'chat', today, 100)).toBe(100);
      // The oldest have gone first.
      expect((await list({}, 2_000)).at(-1)?.at).toBe(100);
      await sweep({ chat: 1 });
      expect(await list()).toHaveLength(1);
    });

    test('a store that is away is told to the operator, and the next sweep removes it', async () => {
      await organization();
      await store.logs.insert([entry({ at: 0 })]);
      const logged: string[] = [];
      const retention = LogRetention.open({
        entries: store.logs,
        retentionOf: async (id) => ({ ...forever, chat: id === organizationId ? 1 : null }),
        log: createLog('info', { write: (line) => void logged.push(line) }),
        now: () => today,
      });
      await away(async () => {
        await retention.sweep();
        expect(logged.join('')).toContain('could not be removed');
      });
      await retention.sweep();
      await retention.close();
      expect(await list()).toEqual([]);
    });

    test.each([
      ['2026-03-31T10:00:00Z', 1, '2026-02-28T10:00:00Z'],
      ['2024-03-31T10:00:00Z', 1, '2024-02-29T10:00:00Z'],
      ['2026-01-15T00:00:00Z', 13, '2024-12-15T00:00:00Z'],
      ['2026-11-22T00:00:00Z', 120, '2016-11-22T00:00:00Z'],
    ])('months before %s: %i', (time, months, before) => {
      expect(new Date(monthsBefore(Date.parse(time), months)).toISOString()).toBe(
        new Date(before).toISOString(),
      );
    });
  });

  /** While `work` runs, the table is not there: as a store that fails. */
  async function away(work: () => Promise<void>): Promise<void> {
    await sql`alter table log_entries rename to log_entries_away`.execute(db);
    try {
      await work();
    } finally {
      await sql`alter table log_entries_away rename to log_entries`.execute(db);
    }
  }

  describe('is written', () => {
    const act = (subject: string, changes: Partial<LogWrite> = {}): LogWrite => ({
      organizationId,
      act: 'chat-sent',
      accountId: null,
      actor: '山田',
      subject,
      ...changes,
    });

    function writer(options: { retryMs?: number } = {}) {
      const logged: string[] = [];
      const log = createLog('info', { write: (line) => void logged.push(line) });
      const tried = { times: 0 };
      const entries = {
        insert: (some: readonly NewLogEntry[]) => {
          tried.times += 1;
          return store.logs.insert(some);
        },
      };
      const made = new OrganizationLog({ ...store, entries, log, ...options });
      return { log: made, logged, tried };
    }

    /** The store refuses it, alone or with others. */
    const refused = (subject: string) => act(subject, { organizationId: null as unknown as string });

    test('by itself, a moment later, in the order of the acts', async () => {
      await organization();
      const { log } = writer();
      for (let number = 0; number < 450; number++) log.write(act(`${number}`));
      await until('all is written', async () => (await list()).length === 450);
      expect(await subjects()).toEqual(Array.from({ length: 450 }, (_, index) => `${449 - index}`));
      log.write(act('last'));
      await log.flush();
      expect(await list()).toHaveLength(451);
      await log.close();
    });

    test('with the kind of the act, searchable as it is read, and what is too long is cut', async () => {
      await organization();
      const { log } = writer();
      log.write(act('ＡＢＣ　株式会社', { act: 'user-created', actor: 'ｶﾄｳ', address: '203.0.113.7' }));
      log.write(act('🙇'.repeat(5_000)));
      await log.close();
      const [found] = await list({ kind: 'admin', words: ['abc', 'かとう', '203.0'] });
      expect(found).toMatchObject({ act: 'user-created', actor: 'ｶﾄｳ', subject: 'ＡＢＣ　株式会社' });
      expect((await subjects()).map((text) => [...text].length)).toEqual([4_000]);
    });

    test('under the name of the account, or of the guest; of a meeting without an organisation nothing', async () => {
      await organization();
      const accountId = await account({ name: '佐藤 花子' });
      const guest = participant({ name: '山田' });
      const ours = meeting({ organizationId, participants: [guest] });
      const nobody = participant({ name: '鈴木' });
      const nobodys = meeting({ organizationId: null, participants: [nobody] });
      for (const record of [ours, nobodys]) await store.meetings.save(record);
      const { log } = writer();
      const uploaded = { act: 'document-uploaded', subject: '資料' } as const;
      log.writeBy({ kind: 'account', accountId }, uploaded);
      log.writeBy({ kind: 'account', accountId: newId() }, uploaded);
      log.writeBy({ kind: 'guest', meetingId: ours.id, participantId: guest.id }, uploaded);
      log.writeBy({ kind: 'guest', meetingId: nobodys.id, participantId: nobody.id }, uploaded);
      await log.close();
      const found = await list({ kind: 'file' });
      expect(found.map(({ actor, accountId: by }) => [actor, by]).toSorted()).toEqual(
        [
          ['佐藤 花子', accountId],
          ['山田', null],
        ].toSorted(),
      );
    });

    test('when the store is there again: nothing is lost, nothing fails, nothing waits for it', async () => {
      await organization();
      const { log, logged } = writer({ retryMs: 20 });
      await away(async () => {
        for (let number = 0; number < 300; number++) log.write(act(`秘密 ${number}`));
        await log.flush();
        expect(logged.join('')).toContain('it waits');
      });
      await until('all is written', async () => (await list()).length === 300);
      expect(logged.join('')).toContain('is being written again');
      expect(logged.join('')).not.toMatch(/lost|秘密|山田/);
      await log.close();
    });

    test('what cannot be written any more is told to the operator, without names or texts', async () => {
      await organization();
      const { log, logged } = writer();
      await away(async () => {
        log.write(act('秘密'));
        await log.close();
      });
      log.write(act('too late'));
      await log.flush();
      expect(await list()).toEqual([]);
      const lines = logged.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines).toContainEqual(expect.objectContaining({ entries: 1, acts: ['chat-sent'] }));
      expect(logged.join('')).not.toMatch(/秘密|山田/);
    });

    test('after an outage of any length: however often it was tried, nothing is lost', async () => {
      await organization();
      const { log, logged, tried } = writer({ retryMs: 1 });
      await away(async () => {
        for (let number = 0; number < 5; number++) log.write(act(`${number}`));
        await log.flush();
        await until('it was tried often', () => tried.times > 150);
      });
      await until('all is written', async () => (await list()).length === 5);
      expect(await subjects()).toEqual(['4', '3', '2', '1', '0']);
      expect(logged.join('')).not.toContain('lost');
      expect(logged.filter((line) => line.includes('it waits'))).toHaveLength(1);
      await log.close();
    });

    test('also next to entries that the store refuses: these alone are lost, and it is told', async () => {
      await organization();
      const { log, logged } = writer({ retryMs: 1 });
      const texts = Array.from({ length: 300 }, (_, number) => `${number}`);
      for (const text of texts) {
        if (['0', '1', '150', '299'].includes(text)) log.write(refused(`秘密 ${text}`));
        log.write(act(text));
      }
      await until('all that can be is written', async () => (await list()).length === 300);
      expect(await subjects()).toEqual(texts.toReversed());
      const lost = () => logged.filter((line) => line.includes('are lost'));
      // Only while others can be written is it known that these cannot.
      let more = 0;
      await until('the four are given up', async () => {
        log.write(act(`more ${++more}`));
        await log.flush();
        return lost().length === 4;
      });
      await log.flush();
      expect(await list()).toHaveLength(300 + more);
      expect(logged.join('')).not.toContain('秘密');
      await log.close();
    });

    test('on closing, what can be is written, whatever stands before it', async () => {
      await organization();
      const { log, logged } = writer();
      for (let number = 0; number < 3; number++) log.write(refused('秘密'));
      log.write(act('last'));
      await log.close();
      expect(await subjects()).toEqual(['last']);
      expect(logged.join('')).toContain('"entries":3');
    });

    test('while the store is away for long, only so many wait', async () => {
      await organization();
      const { log, logged } = writer({ retryMs: 20 });
      await away(async () => {
        for (let number = 0; number < 10_100; number++) log.write(act(`${number}`));
        await log.flush();
      });
      await until('what waited is written', async () => (await list({}, 20_000)).length === 10_000);
      await log.close();
      expect(logged.filter((line) => line.includes('"entries":100,'))).toHaveLength(1);
    });
  });
});
