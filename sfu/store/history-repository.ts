import { expressionBuilder, sql, type Selectable } from 'kysely';
import type { LookedRecord, OfferRecord, ParticipantRecord } from '../meeting/records.ts';
import type { BroughtDocument, DocumentFormat } from '../protocol/documents.ts';
import type { MeetingResult } from '../protocol/history.ts';
import type { ChatMessage, EndReason } from '../protocol/view.ts';
import type { Database } from './database.ts';
import { readStage, searchedIn } from './meeting-rows.ts';
import { writeMeetingText } from './meeting-text.ts';
import type { PlaceInHistory } from './recording-repository.ts';
import type { MeetingTable, Schema } from './schema.ts';
import { searchPatterns } from './search-text.ts';
import { storable } from './text.ts';

/** Which meetings are asked for; what is undefined does not matter. Times are milliseconds since 1970. */
export type HistoryFilter = {
  /** As it was typed: each word has to be found. */
  search?: string | undefined;
  /** The first moment, and the first one that is too late, of the meeting's beginning. */
  from?: number | undefined;
  until?: number | undefined;
  result?: MeetingResult | 'none' | undefined;
  has?: 'recording' | 'document' | 'note' | undefined;
};

/** A meeting that came about. */
export type HeldMeeting = {
  id: string;
  startedAt: number;
  endedAt: number | null;
  endReason: EndReason | null;
  connectionNumber: string | null;
  origin: string | null;
  note: string;
  result: MeetingResult | null;
  looked: LookedRecord[];
  offers: OfferRecord[];
  brought: BroughtDocument[];
};

/** Somebody who was in it, in the words of the meeting. */
export type Attendance = Pick<
  ParticipantRecord,
  'id' | 'role' | 'name' | 'joinedAt' | 'leftAt' | 'leaveReason'
>;

const columns = [
  'meetings.id',
  'meetings.started_at',
  'meetings.ended_at',
  'meetings.end_reason',
  'meetings.connection_number',
  'meetings.origin',
  'meetings.note',
  'meetings.result',
  'meetings.stage',
] as const;

type Column = (typeof columns)[number] extends `meetings.${infer Name extends keyof MeetingTable}`
  ? Name
  : never;
type Row = Pick<Selectable<MeetingTable>, Column>;

const eb = expressionBuilder<Schema, 'meetings' | 'meeting_texts'>();
/** The columns of an index in the history's order. */
const placeOfMeeting = {
  host: eb.ref('meetings.host_account_id'),
  at: eb.ref('meetings.started_at'),
  id: eb.ref('meetings.id'),
};
const placeOfText: typeof placeOfMeeting = {
  host: eb.ref('meeting_texts.host_account_id'),
  at: eb.ref('meeting_texts.started_at'),
  id: eb.ref('meeting_texts.meeting_id'),
};

/** Any document at all in the JSON of a stage: shown, handed over or brought. */
const documentPattern = '%"documentId":"%';

/** Meetings as their hosts look back on them (B3), and what is the hosts' own of them: note and result. */
export class HistoryRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * The meetings of an account that came about, the newest first; those of one moment always in the same order.
   *
   * @param before only those behind this one
   */
  async page(
    accountId: string,
    filter: HistoryFilter,
    limit: number,
    before: PlaceInHistory | null,
  ): Promise<HeldMeeting[]> {
    const patterns = searchPatterns(filter.search ?? '');
    const { host, at, id } = patterns.length > 0 ? placeOfText : placeOfMeeting;
    const chosen = eb.and([
      eb(host, '=', accountId),
      eb(at, 'is not', null),
      ...(filter.from === undefined ? [] : [eb(at, '>=', filter.from)]),
      ...(filter.until === undefined ? [] : [eb(at, '<', filter.until)]),
      // The first of these alone can be looked up in the index, on both backings.
      ...(before ? [eb(at, '<=', before.at), eb.or([eb(at, '<', before.at), eb(id, '<', before.id)])] : []),
      ...ownConditions(accountId, filter),
    ]);
    const query =
      patterns.length > 0
        ? this.#db
            .selectFrom('meeting_texts')
            // As a cross join, SQLite keeps this order; to begin with the meetings would be to read all of them.
            .crossJoin('meetings')
            .whereRef('meetings.id', '=', 'meeting_texts.meeting_id')
            .where(eb.and(patterns.map(found)))
            .where(chosen)
            .select(columns)
        : this.#db.selectFrom('meetings').where(chosen).select(columns);
    const rows = await query.orderBy(at, 'desc').orderBy(id, 'desc').limit(limit).execute();
    return rows.flatMap((row) => toHeld(row) ?? []);
  }

  /** @returns null when it never came about, or is another one's */
  async load(accountId: string, meetingId: string): Promise<HeldMeeting | null> {
    const row = await this.#db
      .selectFrom('meetings')
      .select(columns)
      .where('id', '=', meetingId)
      .where('host_account_id', '=', accountId)
      .executeTakeFirst();
    return row ? toHeld(row) : null;
  }

  /** In the order of coming, without those whom the host has not let in. */
  async attendance(meetingId: string): Promise<Attendance[]> {
    const rows = await this.#db
      .selectFrom('participants')
      .where('meeting_id', '=', meetingId)
      .where('standing', 'in', ['present', 'gone'])
      .where((eb) => eb.or([eb('leave_reason', 'is', null), eb('leave_reason', '<>', 'refused')]))
      .select(['id', 'role', 'name', 'joined_at', 'left_at', 'leave_reason'])
      .orderBy('position')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      role: row.role,
      name: row.name,
      joinedAt: row.joined_at,
      leftAt: row.left_at,
      leaveReason: row.leave_reason,
    }));
  }

  /** All of it, the oldest first. */
  async chat(meetingId: string): Promise<Omit<ChatMessage, 'id'>[]> {
    return this.#db
      .selectFrom('chat_messages')
      .where('meeting_id', '=', meetingId)
      .select(['participant_id as participantId', 'name', 'text', 'at'])
      .orderBy('position')
      .orderBy('at')
      .orderBy('id')
      .execute();
  }

  /** Which of these documents are still there, whose they are, and what they are. */
  async documents(
    ids: readonly string[],
  ): Promise<Map<string, { accountId: string | null; format: DocumentFormat }>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('documents')
      .where('id', 'in', ids)
      .select(['id', 'account_id', 'format'])
      .execute();
    return new Map(rows.map((row) => [row.id, { accountId: row.account_id, format: row.format }]));
  }

  /**
   * Changes what is the host's own. The meeting may be written in the same moment: neither loses what is the other's,
   * and it is found by both.
   *
   * @returns whether it is there, and this account's
   */
  async change(
    accountId: string,
    meetingId: string,
    { note, result }: { note?: string | undefined; result?: MeetingResult | null | undefined },
  ): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      // Writing holds the row until the end, on both backings, as it does when the meeting is saved.
      const row = await db
        .updateTable('meetings')
        .set((eb) => ({
          note: note === undefined ? eb.ref('note') : storable(note),
          ...(result === undefined ? {} : { result }),
        }))
        .where('id', '=', meetingId)
        .where('host_account_id', '=', accountId)
        .where('started_at', 'is not', null)
        .returning(['id', 'host_account_id', 'started_at', 'stage', 'connection_number', 'note'])
        .executeTakeFirst();
      if (!row) return false;
      if (note === undefined) return true;
      const participants = await db
        .selectFrom('participants')
        .where('meeting_id', '=', meetingId)
        .select(['role', 'name', 'standing', 'leave_reason as leaveReason'])
        .orderBy('position')
        .execute();
      const of = { participants, stage: readStage(row.stage), connectionNumber: row.connection_number };
      await writeMeetingText(db, row, [...searchedIn(of), row.note]);
      return true;
    });
  }
}

/** What is asked of the meeting itself, whenever it was. */
function ownConditions(accountId: string, { result, has }: HistoryFilter) {
  return [
    ...(result === undefined
      ? []
      : [result === 'none' ? eb('meetings.result', 'is', null) : eb('meetings.result', '=', result)]),
    ...(has === 'note' ? [eb('meetings.note', '<>', '')] : []),
    ...(has === 'document' ? [eb('meetings.stage', 'like', documentPattern)] : []),
    ...(has === 'recording'
      ? [
          eb.exists(
            eb
              .selectFrom('recordings')
              .select('recordings.id')
              .whereRef('recordings.meeting_id', '=', 'meetings.id')
              .where('recordings.account_id', '=', accountId)
              .where('recordings.state', '<>', 'deleted'),
          ),
        ]
      : []),
  ];
}

function found(pattern: string) {
  return sql<boolean>`${eb.ref('meeting_texts.text')} like ${pattern} escape '\\'`;
}

function toHeld(row: Row): HeldMeeting | null {
  if (row.started_at === null) return null;
  const { looked, offers, brought } = readStage(row.stage);
  return {
    id: row.id,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    endReason: row.end_reason,
    connectionNumber: row.connection_number,
    origin: row.origin,
    note: row.note,
    result: row.result,
    looked,
    offers,
    brought,
  };
}
