import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { LogEntry } from '../protocol/log.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { LogRepository, type LogFilter, type NewLogEntry, type PlaceInLog } from '../store/log-repository.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { newAccount, noonMs } from './store-samples.ts';

const backings = useBackings();

type Given = Parameters<typeof newAccount>[1] & { unitId?: string | null };

describe.each(backings)('the log of organisations on $name', ({ newUrl }) => {
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

  test('an entry comes back as it was written down, whatever it says', async () => {
    await organization();
    const said = entry({
      subject: `'; drop table log_entries; -- "\\ \u0000 \uD800 𠮷`,
      address: '2001:db8::1',
    });
    await store.logs.insert([said]);
    const { organizationId: _, search: __, ...shown } = said;
    const subject = `'; drop table log_entries; -- "\\ \uFFFD \uFFFD 𠮷`;
    expect(await list()).toEqual([{ ...shown, subject }]);
  });

  test('of another kind or organisation nothing comes', async () => {
    await organization();
    await store.logs.insert([entry(), entry({ kind: 'admin', act: 'log-read' })]);
    const first = organizationId;
    await organization();
    expect(await list()).toEqual([]);
    expect(await list({ organizationId: first })).toHaveLength(1);
  });

  test('written twice after an answer that never came, it stands there once', async () => {
    await organization();
    const twice = entry();
    await store.logs.insert([twice]);
    await store.logs.insert([twice, entry({ subject: '次' })]);
    expect((await subjects()).toSorted()).toEqual([twice.subject, '次'].toSorted());
  });

  test('page by page every entry comes once, the newest first, also of one moment', async () => {
    await organization();
    const all = Array.from({ length: 250 }, (_, index) => entry({ at: noonMs + Math.floor(index / 90) }));
    await store.logs.insert(all);
    const seen: string[] = [];
    let before: PlaceInLog | null = null;
    for (let page = 0; page < 5; page++) {
      const found = await list({}, 60, before);
      seen.push(...found.map(({ id }) => id));
      before = found.at(-1) ?? null;
      // What is new on top moves nothing further down.
      if (page === 1) await store.logs.insert([entry({ at: noonMs + 100 })]);
    }
    expect(seen).toHaveLength(250);
    expect(new Set(seen)).toEqual(new Set(all.map(({ id }) => id)));
    const times = seen.map((id) => all.find((each) => each.id === id)!.at);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  test('a time has its first moment within and its last without', async () => {
    await organization();
    await store.logs.insert([0, 1, 2, 3].map((at) => entry({ at: noonMs + at, subject: `${at}` })));
    expect(await subjects({ from: noonMs + 1, until: noonMs + 3 })).toEqual(['2', '1']);
  });

  test('what is searched stands for itself, also % and _ and \\', async () => {
    await organization();
    const texts = ['50% 引き', '500 引き', 'a_b', 'axb', 'c:\\temp', 'c:temp'];
    await store.logs.insert(texts.map((text) => entry({ subject: text, search: `山田\n${text}` })));
    expect(await subjects({ words: ['50%'] })).toEqual(['50% 引き']);
    expect(await subjects({ words: ['a_b'] })).toEqual(['a_b']);
    expect(await subjects({ words: [':\\t'] })).toEqual(['c:\\temp']);
    expect(await subjects({ words: ['%'] })).toEqual(['50% 引き']);
    expect(await subjects({ words: ['引き', '500', '山'] })).toEqual(['500 引き']);
    expect(await subjects({ words: ['引き', '鈴木'] })).toEqual([]);
  });

  test('what is far down is found, in its order, and page by page', async () => {
    await organization();
    const few = (index: number) => index % 3_000 === 17 || index > 11_990;
    const all = Array.from({ length: 12_000 }, (_, index) =>
      entry({ at: noonMs - Math.floor(index / 7), search: few(index) ? '見積' : '雑談' }),
    );
    await store.logs.insert(all);
    const expected = all.filter(({ search }) => search === '見積').map(({ id }) => id);
    const found = await list({ words: ['見積'] });
    expect(found.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
    expect(found.map(({ at }) => at)).toEqual(found.map(({ at }) => at).toSorted((a, b) => b - a));
    const paged: string[] = [];
    for (let before: PlaceInLog | null = null; ;) {
      const page = await list({ words: ['見積'] }, 2, before);
      paged.push(...page.map(({ id }) => id));
      before = page.at(-1) ?? null;
      if (page.length < 2) break;
    }
    expect(paged).toEqual(found.map(({ id }) => id));
    expect(await list({ words: ['見積'], from: noonMs - 10 })).toHaveLength(1);
  });

  test('managers see what the reps of their units have done, and nobody else', async () => {
    await organization();
    const [unit, other] = [newId(), newId()];
    const given = { reps: { unitId: unit }, others: { unitId: other }, nowhere: {} };
    const mine = await account(given.reps);
    const gone = await account(given.reps);
    await store.accounts.removeUsers([gone], noonMs);
    const others = [
      await account(given.others),
      await account(given.nowhere),
      await account({ unitId: unit, role: 'manager' }),
      await account({ unitId: unit, role: 'admin' }),
      null,
    ];
    const strangers = await newAccount(store);
    await store.accounts.changeUser(strangers, { unitId: unit });
    await store.logs.insert([mine, gone, strangers, ...others].map((accountId) => entry({ accountId })));
    const seenBy = async (...units: string[]) =>
      (await list({ reach: new Set(units) })).map(({ accountId }) => accountId).toSorted();
    expect(await seenBy(unit)).toEqual([mine, gone].toSorted());
    expect(await seenBy(unit, other)).toEqual([mine, gone, others[0]].toSorted());
    expect(await seenBy()).toEqual([]);
    expect(await list()).toHaveLength(8);
    expect(await list({ reach: new Set([unit]), accountId: others[0]! })).toEqual([]);
    expect(await list({ accountId: mine })).toHaveLength(1);
  });

  describe('of a few among many', () => {
    /** 30,000 entries of others, above and below; and what is looked for, in the order in which it comes. */
    async function crowded(accountIds: readonly string[]) {
      const busy = await account();
      const others = Array.from({ length: 30_000 }, (_, index) =>
        entry({ at: noonMs - index, accountId: index % 2 === 0 ? busy : null }),
      );
      const own = Array.from({ length: 90 }, (_, index) =>
        entry({
          at: noonMs - 100 - 300 * Math.floor(index / 3),
          // The first has most of them.
          accountId: accountIds[index % 2 === 0 ? 0 : index % accountIds.length]!,
          subject: `${index}`,
          search: index % 10 === 0 ? '見積' : '雑談',
        }),
      );
      await store.logs.insert([...others, ...own]);
      return own;
    }

    test('each comes once and in order, page by page, for one and for several accounts', async () => {
      await organization();
      const unit = newId();
      const ids = [
        await account({ unitId: unit }),
        await account({ unitId: unit }),
        await account({ unitId: unit }),
      ];
      await account({ unitId: unit });
      const own = await crowded(ids);
      const asked: [Partial<LogFilter>, typeof own][] = [
        [{ reach: new Set([unit]) }, own],
        [{ accountId: ids[0]! }, own.filter(({ accountId }) => accountId === ids[0])],
        [{ reach: new Set([unit]), words: ['見積'] }, own.filter(({ search }) => search === '見積')],
        [
          { accountId: ids[0]!, words: ['見積'], from: noonMs - 5_000 },
          own.filter(
            ({ accountId, search, at }) => accountId === ids[0] && search === '見積' && at >= noonMs - 5_000,
          ),
        ],
      ];
      for (const [filter, expected] of asked) {
        expect(expected.length).toBeGreaterThan(1);
        for (const size of [1_000, 7]) {
          const paged: LogEntry[] = [];
          for (let before: PlaceInLog | null = null; ;) {
            const page = await list(filter, size, before);
            paged.push(...page);
            before = page.at(-1) ?? null;
            if (page.length < size) break;
          }
          expect(paged.map(({ id }) => id).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
          const times = paged.map(({ at }) => at);
          expect(times).toEqual(times.toSorted((one, other) => other - one));
        }
      }
    });

    test('what the others have done is not walked through', async () => {
      await organization();
      const unit = newId();
      const id = await account({ unitId: unit });
      await crowded([id]);
      const statements: string[] = [];
      const watched = new LogRepository(
        db.withPlugin({
          transformQuery: ({ node, queryId }) => {
            statements.push(queryId.queryId);
            return node;
          },
          transformResult: async ({ result }) => result,
        }),
      );
      for (const filter of [{ accountId: id }, { reach: new Set([unit]) }]) {
        statements.length = 0;
        const found = await watched.list(
          { organizationId, kind: 'chat', reach: 'all', ...filter },
          101,
          null,
        );
        expect(found).toHaveLength(90);
        // Step by step it would be thirty.
        expect(statements.length).toBeLessThan(6);
      }
    });

    test('a reader who has gone stops the search', async () => {
      await organization();
      await crowded([await account()]);
      const gone = new AbortController();
      const looking = store.logs.list(
        { organizationId, kind: 'chat', reach: 'all', words: ['nowhere'] },
        10,
        null,
        gone.signal,
      );
      gone.abort(new Error('hung up'));
      await expect(looking).rejects.toThrow('hung up');
    });
  });
});
