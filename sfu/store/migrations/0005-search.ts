import { sql, SqliteAdapter, type Kysely } from 'kysely';
import type { ParticipantRecord } from '../../meeting/records.ts';
import { readStage, searchedIn } from '../meeting-rows.ts';
import { meetingText } from '../meeting-text.ts';

/** As far as it matters here, and as it was then. */
type Tables = {
  meetings: {
    id: string;
    host_account_id: string | null;
    started_at: number | null;
    stage: string | null;
    connection_number: string | null;
  };
  meeting_texts: { host_account_id: string; started_at: number; meeting_id: string; text: string };
  participants: Pick<ParticipantRecord, 'role' | 'name' | 'standing'> & {
    meeting_id: string;
    position: number;
    leave_reason: ParticipantRecord['leaveReason'];
  };
};

/** So many rows have fewer values than a statement may have, on both backings. */
const meetingsAtOnce = 500;

/** The table that the history is searched in, and in it what there is. */
export async function createSearch(db: Kysely<unknown>): Promise<void> {
  const table = db.schema
    .createTable('meeting_texts')
    .addColumn('host_account_id', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('meeting_id', 'text', (column) =>
      column.notNull().references('meetings.id').onDelete('cascade'),
    )
    .addColumn('text', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('meeting_texts_order', ['host_account_id', 'started_at', 'meeting_id']);
  // SQLite then keeps the rows themselves in this order, one next to the other; PostgreSQL has no such tables.
  const isFile = db.getExecutor().adapter instanceof SqliteAdapter;
  await (isFile ? table.modifyEnd(sql`without rowid`) : table).execute();
  await db.schema.createIndex('meeting_texts_meeting').on('meeting_texts').column('meeting_id').execute();
  await fillSearch(db);
}

/** Writes of the meetings from before there was a search what they are found by; nobody has a note to them yet. */
async function fillSearch(of: Kysely<unknown>): Promise<void> {
  const db = of as Kysely<Tables>;
  for (let last = ''; ;) {
    const meetings = await db
      .selectFrom('meetings')
      .where('id', '>', last)
      .where('started_at', 'is not', null)
      .select(['id', 'host_account_id', 'started_at', 'stage', 'connection_number as connectionNumber'])
      .orderBy('id')
      .limit(meetingsAtOnce)
      .execute();
    const participants = await participantsOf(
      db,
      meetings.map(({ id }) => id),
    );
    const texts = meetings.flatMap(({ stage, connectionNumber, ...place }) => {
      const people = participants.get(place.id) ?? [];
      const searched = searchedIn({ participants: people, stage: readStage(stage), connectionNumber });
      return meetingText(place, searched) ?? [];
    });
    if (texts.length > 0) await db.insertInto('meeting_texts').values(texts).execute();
    const end = meetings.at(-1);
    if (!end || meetings.length < meetingsAtOnce) return;
    last = end.id;
  }
}

async function participantsOf(db: Kysely<Tables>, meetingIds: readonly string[]) {
  if (meetingIds.length === 0) return new Map<string, never[]>();
  const rows = await db
    .selectFrom('participants')
    .where('meeting_id', 'in', meetingIds)
    .select(['meeting_id as meetingId', 'role', 'name', 'standing', 'leave_reason as leaveReason'])
    .orderBy('position')
    .execute();
  return Map.groupBy(rows, ({ meetingId }) => meetingId);
}
