import { createQueryId, CompiledQuery, type KyselyPlugin, type RootOperationNode } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { MeetingRecord, StageRecord } from '../meeting/records.ts';
import { emptyStage } from '../meeting/stage.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { HistoryRepository, type HistoryFilter } from '../store/history-repository.ts';
import { meetingText } from '../store/meeting-text.ts';
import { migrate } from '../store/migrate.ts';
import type { NewPart, PlaceInHistory } from '../store/recording-repository.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { meeting, message, noonMs, participant } from './store-samples.ts';

const backings = useBackings();
const manyMeetings = 20_000;

describe.each(backings)('the history in the store on $name', ({ name, newUrl }) => {
  let db: Database;
  let otherDb: Database;
  let store: Repositories;
  /** As another process would have it; where SQLite waits for one, this whole process would stand still. */
  let other: Repositories;

  beforeAll(async () => {
    const url = await newUrl();
    db = await openDatabase({ url });
    await migrate(db);
    otherDb = await openDatabase({ url });
    store = createRepositories(db);
    other = name === 'SQLite' ? store : createRepositories(otherDb);
  });

  afterAll(async () => {
    await db.destroy();
    await otherDb.destroy();
  });

  /** A meeting with a customer, and what was on the table. */
  async function held(
    accountId: string,
    changes: Partial<MeetingRecord> & { guest?: string; title?: string } = {},
  ): Promise<MeetingRecord> {
    const { guest = '山田 太郎', title, ...rest } = changes;
    const looked =
      title === undefined
        ? []
        : [{ documentId: newId(), title, at: noonMs, ms: 5, pages: [{ page: 1, ms: 5 }] }];
    const record = meeting({
      hostAccountId: accountId,
      participants: [participant({ role: 'host', name: '佐藤 花子' }), participant({ name: guest })],
      stage: { ...emptyStage, looked },
      ...rest,
    });
    await store.meetings.save(record);
    return record;
  }

  const idsOf = async (accountId: string, filter: HistoryFilter = {}, before: PlaceInHistory | null = null) =>
    (await store.history.page(accountId, filter, 100, before)).map(({ id }) => id);

  test('has the meetings that came about, the newest first, and nobody else’s', async () => {
    const accountId = newId();
    const older = await held(accountId, { startedAt: noonMs - 5, state: 'ended', endedAt: noonMs });
    const running = await held(accountId, { startedAt: noonMs });
    await held(accountId, { startedAt: null, state: 'ended', endReason: 'expired' });
    await held(newId(), {});
    await held(newId(), { hostAccountId: null, startedAt: null, state: 'waiting' });
    const page = await store.history.page(accountId, {}, 100, null);
    expect(page.map(({ id, endedAt }) => [id, endedAt])).toEqual([
      [running.id, null],
      [older.id, noonMs],
    ]);
    expect(await store.history.load(accountId, older.id)).toMatchObject({
      connectionNumber: '00427',
      note: '',
    });
    expect(await store.history.load(newId(), older.id)).toBeNull();
  });

  test('leads through meetings of one moment page by page, each once, whatever begins meanwhile', async () => {
    const accountId = newId();
    const ids = new Set<string>();
    for (let each = 0; each < 23; each += 1) {
      ids.add((await held(accountId, { startedAt: each < 20 ? noonMs : noonMs - each })).id);
    }
    const found: string[] = [];
    for (let before: PlaceInHistory | null = null; ;) {
      const page = await store.history.page(accountId, {}, 4, before);
      const last = page.at(-1);
      if (!last) break;
      found.push(...page.map(({ id }) => id));
      before = { id: last.id, at: last.startedAt };
      await held(accountId, { startedAt: noonMs + found.length });
    }
    expect(found).toHaveLength(23);
    expect(new Set(found)).toEqual(ids);
  });

  test.each([
    ['ﾔﾏﾀﾞ', 'ヤマダ 商会', 'half-width katakana'],
    ['やまだ', 'ヤマダ 商会', 'hiragana for katakana'],
    ['ヤマダ商会', 'ヤマダ 商会', 'without the space'],
    ['商会　ﾔﾏﾀﾞ', 'ヤマダ 商会', 'words in another order, with a wide space'],
    ['００９９９', 'だれか', 'the number in full-width digits'],
    ['カタログ 00999', 'だれか', 'words of which one is in a title, one the number'],
    ['ｃａｔａｌｏｇ', 'だれか', 'full-width letters, small for capital'],
    ['100%', '100%果汁', 'a percent sign'],
    ['a_b', 'a_b', 'an underscore'],
    ['a\\b', 'a\\b', 'a backslash'],
    ["O'Brien", "O'Brien", 'a quote'],
    ['👩‍💼', '👩‍💼 さん', 'a picture'],
  ])('finds with 「%s」 the meeting with %s: %s', async (search, guest) => {
    const accountId = newId();
    const wanted = await held(accountId, {
      guest,
      connectionNumber: '00999',
      title: 'かたろぐ Catalog 2026',
    });
    await held(accountId, { guest: '1000本 aXb a/b', title: '見積書' });
    expect(await idsOf(accountId, { search })).toEqual([wanted.id]);
    expect(await idsOf(newId(), { search })).toEqual([]);
  });

  test.each(['佐藤', '田中 山田', '太郎00427', '%', '_', 'ご提案書見積書'])(
    'finds nothing with 「%s」: not the host, not one word of two, not across two texts, no wildcards',
    async (search) => {
      const accountId = newId();
      await held(accountId, { title: 'ご提案書' });
      expect(await idsOf(accountId, { search })).toEqual([]);
    },
  );

  test('is not searched for who was at the door only, but for what was handed over or brought', async () => {
    const accountId = newId();
    const by = { participantId: newId(), name: '山田' };
    const stage: StageRecord = {
      ...emptyStage,
      offers: [
        {
          id: newId(),
          documentId: newId(),
          version: 1,
          title: '契約書',
          fileName: 'a.docx',
          bytes: 5,
          offeredBy: by.participantId,
          offeredByName: by.name,
          at: noonMs,
          recipients: [],
        },
      ],
      brought: [{ ...by, documentId: newId(), title: '当社の図面', kept: false }],
    };
    const { id } = await held(accountId, {
      stage,
      participants: [
        participant({ name: '来た人' }),
        participant({ name: '帰った人', standing: 'gone', leaveReason: 'left' }),
        participant({ name: '断られた人', standing: 'gone', leaveReason: 'refused' }),
        participant({ name: '戸口の人', standing: 'knocking' }),
      ],
    });
    for (const search of ['来た人 帰った人', '契約書', '図面']) {
      expect(await idsOf(accountId, { search })).toEqual([id]);
    }
    for (const search of ['断られた', '戸口']) expect(await idsOf(accountId, { search })).toEqual([]);
  });

  test('has a note and a result, by which it is found, and which are the host’s alone', async () => {
    const accountId = newId();
    const record = await held(accountId, { title: 'ご\u0000提案書\ud83d' });
    const note = '来週 デモ\n「見積」を送る %_\\ 𠮷 \u0000';
    expect(await store.history.change(accountId, record.id, { note, result: 'promising' })).toBe(true);
    expect(await store.history.load(accountId, record.id)).toMatchObject({
      note: note.replace('\u0000', '\uFFFD'),
      result: 'promising',
    });
    expect(await idsOf(accountId, { search: 'でも　見積 山田' })).toEqual([record.id]);
    expect(await store.history.change(accountId, record.id, { result: null })).toBe(true);
    expect(await store.history.change(accountId, record.id, {})).toBe(true);
    expect(await store.history.load(accountId, record.id)).toMatchObject({ result: null });
    expect(await idsOf(accountId, { search: 'デモ' })).toEqual([record.id]);
    await store.history.change(accountId, record.id, { note: '' });
    expect(await idsOf(accountId, { search: 'デモ' })).toEqual([]);
    expect(await idsOf(accountId, { search: '太郎' })).toEqual([record.id]);

    const waiting = await held(accountId, { startedAt: null, state: 'waiting' });
    for (const [who, id] of [
      [newId(), record.id],
      [accountId, newId()],
      [accountId, waiting.id],
    ] as const) {
      expect(await store.history.change(who, id, { note: '!', result: 'lost' })).toBe(false);
    }
    expect(await store.history.load(accountId, record.id)).toMatchObject({ note: '', result: null });
  });

  test('keeps the note while the meeting is saved at the same moment, and is found by both', async () => {
    const accountId = newId();
    const record = await held(accountId);
    await store.history.change(accountId, record.id, { result: 'won' });
    for (let round = 1; round <= 40; round += 1) {
      const guest = participant({ name: `客${round}番` });
      const next = { ...record, participants: [record.participants[0]!, guest] };
      const written = [
        () => store.meetings.save(next),
        () => other.history.change(accountId, record.id, { note: `メモ${round}号` }),
        () => other.history.change(accountId, record.id, { result: 'won' }),
      ];
      await Promise.all((round % 2 ? written : written.toReversed()).map((write) => write()));
      expect(await store.history.load(accountId, record.id)).toMatchObject({
        note: `メモ${round}号`,
        result: 'won',
      });
      expect(await idsOf(accountId, { search: `客${round}番 めも${round}号 00427` })).toEqual([record.id]);
      expect(await idsOf(accountId, { search: `メモ${round - 1}号` })).toEqual([]);
    }
  });

  test('is filtered by time, result, and what there is', async () => {
    const accountId = newId();
    const [plain, shown, noted, recorded] = [
      await held(accountId, { startedAt: noonMs - 3 }),
      await held(accountId, { startedAt: noonMs - 2, title: 'ご提案書' }),
      await held(accountId, { startedAt: noonMs - 1 }),
      await held(accountId, { startedAt: noonMs }),
    ];
    await store.history.change(accountId, noted.id, { note: 'あとで', result: 'won' });
    const part: NewPart = {
      id: newId(),
      meetingId: recorded.id,
      accountId,
      captureId: newId(),
      part: 1,
      kind: 'video',
      beganAt: noonMs,
      reservedBytes: 0,
    };
    await store.recordings.insert(part);
    // Somebody else's, and one that has been deleted.
    await store.recordings.insert({
      ...part,
      id: newId(),
      captureId: newId(),
      accountId: newId(),
      meetingId: plain.id,
    });
    const deleted = { ...part, id: newId(), captureId: newId(), meetingId: plain.id };
    await store.recordings.insert(deleted);
    await store.recordings.change(deleted.id, { state: 'deleted' });

    const all = [recorded.id, noted.id, shown.id, plain.id];
    expect(await idsOf(accountId)).toEqual(all);
    expect(await idsOf(accountId, { has: 'recording' })).toEqual([recorded.id]);
    expect(await idsOf(accountId, { has: 'document' })).toEqual([shown.id]);
    expect(await idsOf(accountId, { has: 'note' })).toEqual([noted.id]);
    expect(await idsOf(accountId, { result: 'won' })).toEqual([noted.id]);
    expect(await idsOf(accountId, { result: 'lost' })).toEqual([]);
    expect(await idsOf(accountId, { result: 'none' })).toEqual([recorded.id, shown.id, plain.id]);
    expect(await idsOf(accountId, { from: noonMs - 2 })).toEqual(all.slice(0, 3));
    expect(await idsOf(accountId, { from: noonMs - 2, until: noonMs })).toEqual([noted.id, shown.id]);
    expect(await idsOf(accountId, { search: '山田', has: 'note', result: 'won', from: noonMs - 1 })).toEqual([
      noted.id,
    ]);
  });

  test('tells who came, and all that was written, however much', async () => {
    const accountId = newId();
    const host = participant({ role: 'host', name: '佐藤' });
    const guest = participant({ standing: 'gone', leftAt: noonMs + 60, leaveReason: 'lost' });
    const refused = participant({ standing: 'gone', leaveReason: 'refused' });
    const record = await held(accountId, {
      participants: [host, guest, refused, participant({ standing: 'knocking' })],
    });
    expect(await store.history.attendance(record.id)).toEqual([
      { id: host.id, role: 'host', name: '佐藤', joinedAt: noonMs, leftAt: null, leaveReason: null },
      {
        id: guest.id,
        role: 'guest',
        name: '山田 太郎',
        joinedAt: noonMs,
        leftAt: noonMs + 60,
        leaveReason: 'lost',
      },
    ]);
    for (let each = 0; each < 510; each += 1) {
      await store.chat.append(message(record, { text: `${each}`, at: noonMs - each }));
    }
    const chat = await store.history.chat(record.id);
    expect(chat.map(({ text }) => Number(text))).toEqual(Array.from({ length: 510 }, (_, index) => index));
    expect(await store.history.chat(newId())).toEqual([]);
  });

  test('reads meetings from before it was counted how long pages were shown', async () => {
    const accountId = newId();
    const record = await held(accountId);
    for (const stage of [null, '{"shown":null,"offers":[],"brought":[]}']) {
      await db.updateTable('meetings').set({ stage }).where('id', '=', record.id).execute();
      expect(await store.history.load(accountId, record.id)).toMatchObject({ looked: [], offers: [] });
      expect((await store.meetings.load(record.id))?.stage).toEqual(emptyStage);
      expect(await store.history.change(accountId, record.id, { note: 'x' })).toBe(true);
    }
  });

  test('a meeting remembers the banner that was pressed, and where the customer came from', async () => {
    const record = await held(newId(), { bannerKey: newId(), origin: 'https://例え.jp/価格?\u0000' });
    expect(await store.meetings.load(record.id)).toEqual({
      ...record,
      origin: 'https://例え.jp/価格?\uFFFD',
    });
  });

  test(`is read by its index, at the beginning and deep down, among ${manyMeetings} meetings`, async () => {
    const accountId = newId();
    const { id } = await held(accountId);
    const row = await db.selectFrom('meetings').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    for (let first = 0; first < manyMeetings; first += 500) {
      const rows = Array.from({ length: 500 }, (_, index) => ({
        ...row,
        id: newId(),
        started_at: noonMs - (first + index) * 1_000,
      }));
      await db.insertInto('meetings').values(rows).execute();
      const texts = rows.map((each, index) => meetingText(each, [`やまだ${first + index}ばん`, '00427'])!);
      await db.insertInto('meeting_texts').values(texts).execute();
    }
    if (name === 'PostgreSQL') await db.executeQuery(CompiledQuery.raw('analyze'));

    const deep = { at: noonMs - (manyMeetings - 200) * 1_000, id: newId() };
    expect(await idsOf(accountId, {}, deep)).toHaveLength(100);
    expect(await idsOf(accountId, { search: `ヤマダ${manyMeetings - 1}番` })).toHaveLength(0);
    expect(await idsOf(accountId, { search: `ヤマダ${manyMeetings - 1}ばん` })).toHaveLength(1);
    for (const before of [null, deep]) {
      for (const filter of [{}, { from: noonMs - 1e12, until: noonMs }]) {
        const plan = await planOf(db, (history) => history.page(accountId, filter, 101, before));
        expect(plan).toContain('meetings_history');
        // Nothing is sorted, and nothing read that is not within.
        expect(plan).not.toMatch(/TEMP B-TREE|SCAN meetings|Seq Scan|Sort/);
      }
      const ask = (history: HistoryRepository) => history.page(accountId, { search: '00427' }, 101, before);
      const plan = await planOf(db, ask);
      // The wide rows are read of those alone that are found.
      expect(plan).toMatch(/meeting_texts USING PRIMARY KEY|Scan Backward using meeting_texts_order/);
      expect(plan).toMatch(/SEARCH meetings USING INDEX \S+ \(id=\?\)|using meetings_pkey/);
      expect(plan).not.toMatch(/TEMP B-TREE|SCAN meeting|Seq Scan|Sort/);
    }
  });
});

/** How the database goes about the last query of `ask`, in its own words. */
async function planOf(db: Database, ask: (history: HistoryRepository) => Promise<unknown>): Promise<string> {
  const asked: RootOperationNode[] = [];
  const listener: KyselyPlugin = {
    transformQuery: ({ node }) => {
      asked.push(node);
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  await ask(new HistoryRepository(db.withPlugin(listener)));
  const executor = db.getExecutor();
  const { sql, parameters } = executor.compileQuery(asked.at(-1)!, createQueryId());
  const isFile = executor.adapter.constructor.name.includes('Sqlite');
  const explain = CompiledQuery.raw(`${isFile ? 'explain query plan' : 'explain'} ${sql}`, [...parameters]);
  const { rows } = await db.executeQuery(explain);
  return rows.map((row) => JSON.stringify(row)).join('\n');
}
