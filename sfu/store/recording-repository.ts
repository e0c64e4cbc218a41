import type { Insertable, Selectable } from 'kysely';
import type { ErrorCode } from '../protocol/codes.ts';
import type { RecordingRecord } from '../meeting/records.ts';
import type { Chapter, ConsentEntry, RecordingKind } from '../protocol/recording.ts';
import type { Role } from '../protocol/view.ts';
import type { Database } from './database.ts';
import type { PartState, RecordingTable } from './schema.ts';
import { storable } from './text.ts';

export type { PartState } from './schema.ts';

/** One part of a recording, which is or becomes one file. Times are milliseconds since 1970. */
export type PartRecord = {
  id: string;
  meetingId: string;
  accountId: string;
  captureId: string;
  /** Within the capture, from 1. */
  part: number;
  /** Within the meeting, from 1; stays whatever else is deleted. */
  number: number;
  kind: RecordingKind;
  state: PartState;
  failure: ErrorCode | null;
  beganAt: number;
  durationMs: number;
  bytes: number;
  reservedBytes: number;
  blob: string | null;
  chapters: Chapter[];
  mp4: { blob: string; bytes: number; madeAt: number } | null;
};

export type NewPart = Pick<
  PartRecord,
  'id' | 'meetingId' | 'accountId' | 'captureId' | 'part' | 'kind' | 'beganAt' | 'reservedBytes'
>;

/** What can be different later. */
export type PartChange = Partial<
  Pick<
    PartRecord,
    'state' | 'failure' | 'durationMs' | 'bytes' | 'reservedBytes' | 'blob' | 'chapters' | 'mp4'
  >
>;

/** What the history says of a meeting besides its recordings. */
export type MeetingSummary = {
  id: string;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** Who was told of a recording or agreed to it. */
  consents: ConsentEntry[];
  /** In the order of coming, without those whom the host has not let in. */
  people: { participantId: string; name: string; role: Role }[];
};

/** A meeting of the history: when it began, in milliseconds since 1970. */
export type PlaceInHistory = { id: string; at: number };

/** A log of consents with something in it, in the JSON of a meeting's recording; in a name, quotes are escaped. */
const loggedPattern = '%"log":[{%';

/** Recordings by part, and how much of an account's space they take (R5). */
export class RecordingRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Runs `work` in one transaction in which nobody else counts or changes the space of this account: not another
   * call, and not another process. `work` uses only the repository that it is given.
   *
   * @param work gets the mark of the threshold of which the owner was warned last; 0: of none
   */
  alone<T>(
    accountId: string,
    work: (recordings: RecordingRepository, warned: number) => Promise<T>,
  ): Promise<T> {
    return this.#db.transaction().execute(async (db) => {
      // Writing locks the account's row until the end, on both backings.
      const account = await db
        .updateTable('accounts')
        .set((eb) => ({ storage_warned: eb.ref('storage_warned') }))
        .where('id', '=', accountId)
        .returning('storage_warned')
        .executeTakeFirst();
      return work(new RecordingRepository(db), account?.storage_warned ?? 0);
    });
  }

  /** Only within `alone`. @param mark of a threshold, as quota.ts makes it: an integer of 32 bits */
  async setWarned(accountId: string, mark: number): Promise<void> {
    await this.#db
      .updateTable('accounts')
      .set({ storage_warned: mark })
      .where('id', '=', accountId)
      .execute();
  }

  /** What is kept and what is held back for what is not finished; deleted ones take nothing. */
  async space(accountId: string): Promise<{ usedBytes: number; reservedBytes: number }> {
    const row = await this.#db
      .selectFrom('recordings')
      .where('account_id', '=', accountId)
      .where('state', '<>', 'deleted')
      .select((eb) => [
        eb.fn
          .coalesce(eb.fn.sum<number | string>('bytes').filterWhere('state', '=', 'ready'), eb.lit(0))
          .as('used'),
        eb.fn
          .coalesce(
            eb.fn.sum<number | string>('reserved_bytes').filterWhere('state', '<>', 'ready'),
            eb.lit(0),
          )
          .as('reserved'),
      ])
      .executeTakeFirstOrThrow();
    // PostgreSQL's sum of bigint is numeric, which comes as text.
    return { usedBytes: Number(row.used), reservedBytes: Number(row.reserved) };
  }

  /** @returns false when the capture has this part already; nothing is changed then. */
  async insert(part: NewPart): Promise<boolean> {
    const inserted = await this.#db
      .insertInto('recordings')
      .values((eb) => ({
        id: part.id,
        meeting_id: part.meetingId,
        account_id: part.accountId,
        capture_id: part.captureId,
        part: part.part,
        number: eb
          .selectFrom('recordings')
          .where('meeting_id', '=', part.meetingId)
          .select((of) => of.fn.coalesce(of(of.fn.max('number'), '+', 1), of.lit(1)).as('next')),
        kind: part.kind,
        state: 'recording' as const,
        failure: null,
        began_at: part.beganAt,
        duration_ms: 0,
        bytes: 0,
        reserved_bytes: part.reservedBytes,
        blob: null,
        chapters: '[]',
        mp4_blob: null,
        mp4_bytes: null,
        mp4_made_at: null,
      }))
      .onConflict((conflict) => conflict.columns(['capture_id', 'part']).doNothing())
      .returning('id')
      .executeTakeFirst();
    return inserted !== undefined;
  }

  async load(id: string): Promise<PartRecord | null> {
    const row = await this.#db.selectFrom('recordings').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toRecord(row) : null;
  }

  /** In the order of the parts. */
  async ofCapture(captureId: string): Promise<PartRecord[]> {
    const rows = await this.#db
      .selectFrom('recordings')
      .selectAll()
      .where('capture_id', '=', captureId)
      .orderBy('part')
      .execute();
    return rows.map(toRecord);
  }

  /**
   * The meetings that the history shows, the newest first: those with recordings, and those in which somebody was
   * asked or told of one.
   *
   * @param before only those behind this one
   */
  async history(accountId: string, limit: number, before: PlaceInHistory | null): Promise<PlaceInHistory[]> {
    const recorded = this.#db
      .selectFrom('recordings')
      .leftJoin('meetings', 'meetings.id', 'recordings.meeting_id')
      .where('recordings.account_id', '=', accountId)
      .where('recordings.state', '<>', 'deleted')
      .groupBy(['recordings.meeting_id', 'meetings.started_at', 'meetings.created_at'])
      .select((eb) => [
        'recordings.meeting_id as id',
        eb.fn
          .coalesce('meetings.started_at', 'meetings.created_at', eb.fn.min('recordings.began_at'))
          .as('at'),
      ]);
    const logged = this.#db
      .selectFrom('meetings')
      .where('host_account_id', '=', accountId)
      .where('recording', 'like', loggedPattern)
      .select((eb) => ['id', eb.fn.coalesce('started_at', 'created_at').as('at')]);
    let query = this.#db
      .selectFrom(recorded.union(logged).as('meeting'))
      .select(['meeting.id', 'meeting.at'])
      .orderBy('meeting.at', 'desc')
      .orderBy('meeting.id', 'desc')
      .limit(limit);
    if (before) {
      query = query.where((eb) =>
        eb.or([
          eb('meeting.at', '<', before.at),
          eb.and([eb('meeting.at', '=', before.at), eb('meeting.id', '<', before.id)]),
        ]),
      );
    }
    return query.execute();
  }

  /** What the history shows of these meetings, each one's in the order of the numbers. */
  async ofMeetings(accountId: string, meetingIds: readonly string[]): Promise<PartRecord[]> {
    if (meetingIds.length === 0) return [];
    const rows = await this.#db
      .selectFrom('recordings')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('meeting_id', 'in', meetingIds)
      .where('state', '<>', 'deleted')
      .orderBy('number')
      .execute();
    return rows.map(toRecord);
  }

  /** Every part that has or is about to get a file. */
  async withFile(): Promise<PartRecord[]> {
    const rows = await this.#db
      .selectFrom('recordings')
      .selectAll()
      .where((eb) => eb.or([eb('blob', 'is not', null), eb('mp4_blob', 'is not', null)]))
      .orderBy('id')
      .execute();
    return rows.map(toRecord);
  }

  /** Every part of which there is no file yet, though there may be one some day. */
  async withoutFile(): Promise<PartRecord[]> {
    const rows = await this.#db
      .selectFrom('recordings')
      .selectAll()
      .where('state', '<>', 'ready')
      .where('blob', 'is', null)
      .orderBy('began_at')
      .orderBy('capture_id')
      .orderBy('part')
      .execute();
    return rows.map(toRecord);
  }

  /** Copies in MP4 that were made before this time. */
  async copiesMadeBefore(time: number): Promise<PartRecord[]> {
    const rows = await this.#db
      .selectFrom('recordings')
      .selectAll()
      .where('mp4_made_at', '<', time)
      .execute();
    return rows.map(toRecord);
  }

  /**
   * @param onlyIn changes it only while it is in one of these states
   * @returns whether it is there, in such a state
   */
  async change(id: string, change: PartChange, onlyIn?: readonly PartState[]): Promise<boolean> {
    let query = this.#db.updateTable('recordings').set(toColumns(change)).where('id', '=', id);
    if (onlyIn) query = query.where('state', 'in', onlyIn);
    return (await query.returning('id').executeTakeFirst()) !== undefined;
  }

  /** @returns the blobs that nothing uses any more; null when there is none in one of these states. */
  async remove(id: string, onlyIn: readonly PartState[]): Promise<string[] | null> {
    const row = await this.#db
      .deleteFrom('recordings')
      .where('id', '=', id)
      .where('state', 'in', onlyIn)
      .returning(['blob', 'mp4_blob'])
      .executeTakeFirst();
    return row ? [row.blob, row.mp4_blob].filter((key) => key !== null) : null;
  }

  /** What the history tells of these meetings, in any order. */
  async meetings(ids: readonly string[]): Promise<MeetingSummary[]> {
    if (ids.length === 0) return [];
    const rows = await this.#db
      .selectFrom('meetings')
      .where('id', 'in', ids)
      .select(['id', 'created_at', 'started_at', 'ended_at', 'recording'])
      .execute();
    const people = await this.#db
      .selectFrom('participants')
      .where('meeting_id', 'in', ids)
      .where('standing', 'in', ['present', 'gone'])
      .where((eb) => eb.or([eb('leave_reason', 'is', null), eb('leave_reason', '<>', 'refused')]))
      .select(['meeting_id as meetingId', 'id as participantId', 'name', 'role'])
      .orderBy('position')
      .execute();
    const byMeeting = Map.groupBy(people, ({ meetingId }) => meetingId);
    return rows.map((row) => ({
      id: row.id,
      createdAt: row.created_at,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      consents: row.recording === null ? [] : (JSON.parse(row.recording) as RecordingRecord).log,
      people: (byMeeting.get(row.id) ?? []).map(({ participantId, name, role }) => ({
        participantId,
        name,
        role,
      })),
    }));
  }
}

/** Only what is to be different: the rest may be changed by somebody else in the same moment. */
function toColumns(change: PartChange): Partial<Insertable<RecordingTable>> {
  const { state, failure, durationMs, bytes, reservedBytes, blob, chapters, mp4 } = change;
  return {
    ...(state === undefined ? {} : { state }),
    ...(failure === undefined ? {} : { failure }),
    ...(durationMs === undefined ? {} : { duration_ms: Math.round(durationMs) }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(reservedBytes === undefined ? {} : { reserved_bytes: reservedBytes }),
    ...(blob === undefined ? {} : { blob }),
    ...(chapters === undefined ? {} : { chapters: storable(JSON.stringify(chapters)) }),
    ...(mp4 === undefined
      ? {}
      : {
          mp4_blob: mp4?.blob ?? null,
          mp4_bytes: mp4?.bytes ?? null,
          mp4_made_at: mp4?.madeAt ?? null,
        }),
  };
}

function toRecord(row: Selectable<RecordingTable>): PartRecord {
  const { mp4_blob: blob, mp4_bytes: bytes, mp4_made_at: madeAt } = row;
  return {
    id: row.id,
    meetingId: row.meeting_id,
    accountId: row.account_id,
    captureId: row.capture_id,
    part: row.part,
    number: row.number,
    kind: row.kind,
    state: row.state,
    failure: row.failure,
    beganAt: row.began_at,
    durationMs: row.duration_ms,
    bytes: row.bytes,
    reservedBytes: row.reserved_bytes,
    blob: row.blob,
    chapters: JSON.parse(row.chapters) as Chapter[],
    mp4: blob !== null && bytes !== null && madeAt !== null ? { blob, bytes, madeAt } : null,
  };
}
