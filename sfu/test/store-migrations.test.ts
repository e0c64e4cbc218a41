import { Migrator } from 'kysely/migration';
import { describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { MeetingRecord } from '../meeting/records.ts';
import { emptyStage } from '../meeting/stage.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { toRows } from '../store/meeting-rows.ts';
import { migrate } from '../store/migrate.ts';
import { migrations } from '../store/migrations/index.ts';
import { createRepositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { meeting, noonMs, participant } from './store-samples.ts';

const backings = useBackings();

/** As the version before the search has left it. */
async function writeOld(db: Database, record: MeetingRecord): Promise<void> {
  const { meeting: row, participants } = toRows(record);
  const { banner_key: _bannerKey, origin: _origin, ...old } = row;
  await db.insertInto('meetings').values(old).execute();
  await db.insertInto('participants').values(participants).execute();
}

describe.each(backings)('a store of an older version on $name', ({ newUrl }) => {
  test('is found by the search, every meeting in it that came about', async () => {
    const db = await openDatabase({ url: await newUrl() });
    const getMigrations = () => Promise.resolve(migrations);
    const { error } = await new Migrator({ db, provider: { getMigrations } }).migrateTo('0004-history');
    expect(error).toBeUndefined();

    const accountId = newId();
    const title = 'ご提案書 2026';
    const shown = { documentId: newId(), title, at: noonMs, ms: 5, pages: [] };
    const known = meeting({
      hostAccountId: accountId,
      participants: [
        participant({ role: 'host', name: '佐藤 花子' }),
        participant({ name: 'ヤマダ　商会' }),
        participant({ name: '通りすがり', standing: 'gone', leaveReason: 'refused' }),
      ],
      stage: { ...emptyStage, looked: [shown] },
    });
    await writeOld(db, known);
    const withoutDocuments = meeting({ hostAccountId: accountId, participants: [participant()] });
    await writeOld(db, withoutDocuments);
    // Has no place in the history.
    await writeOld(db, meeting({ hostAccountId: accountId, startedAt: null, state: 'waiting' }));
    await db.updateTable('meetings').set({ stage: null }).where('id', '=', withoutDocuments.id).execute();
    // More than are read in one go.
    const many = 1_003;
    for (let each = 0; each < many; each += 1) {
      const guest = participant({ name: `客 No.${each}` });
      const at = { hostAccountId: accountId, startedAt: noonMs - each, connectionNumber: null };
      await writeOld(db, meeting({ ...at, participants: [guest] }));
    }

    expect(await migrate(db)).toContain('0005-organization');
    const { history } = createRepositories(db);
    const found = async (search: string) =>
      (await history.page(accountId, { search }, 2_000, null)).map(({ id }) => id);
    expect(await found('ﾔﾏﾀﾞ ご提案')).toEqual([known.id]);
    expect((await found('00427')).toSorted()).toEqual([known.id, withoutDocuments.id].toSorted());
    expect(await found('通りすがり')).toEqual([]);
    expect(await found('佐藤')).toEqual([]);
    expect(await found('客')).toHaveLength(many);
    expect(await found(`no.${many - 1}`)).toHaveLength(1);

    // What is written from now on stands beside it.
    await history.change(accountId, known.id, { note: 'あとで電話' });
    expect(await found('電話 やまだ')).toEqual([known.id]);
    // Each of them once.
    const texts = await db.selectFrom('meeting_texts').select('meeting_id').execute();
    expect(new Set(texts.map((row) => row.meeting_id)).size).toBe(many + 2);
    expect(texts).toHaveLength(many + 2);
    await db.destroy();
  });
});
