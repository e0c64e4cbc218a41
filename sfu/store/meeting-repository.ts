import type { ExpressionBuilder, Transaction } from 'kysely';
import type { MeetingRecord } from '../meeting/records.ts';
import type { Database } from './database.ts';
import { toRecord, toRows, type MeetingRows } from './meeting-rows.ts';
import { writeMeetingText } from './meeting-text.ts';
import type { Schema } from './schema.ts';

/** Chooses meetings, by the columns of their own table or by subqueries. */
type MeetingFilter = (eb: ExpressionBuilder<Schema, 'meetings'>) => ReturnType<typeof eb.and>;

/**
 * Meetings with their participants and invitations, always read and written as a whole. The host's note and result are
 * not theirs: HistoryRepository writes them.
 */
export class MeetingRepository {
  readonly #db: Database;
  /** The last write of each meeting that is still under way. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Writes the meeting as it is at the moment of the call, in one transaction. Writes of one meeting take
   * effect in the order of the calls, whether or not the caller waits in between.
   */
  save(record: MeetingRecord): Promise<void> {
    const rows = toRows(record);
    const before = this.#writes.get(record.id) ?? Promise.resolve();
    const write = before.then(() => this.#write(rows));
    // The next one does not fail because this one did; whoever called is told by the promise returned.
    const settled = write.catch(() => undefined);
    this.#writes.set(record.id, settled);
    void settled.then(() => {
      if (this.#writes.get(record.id) === settled) this.#writes.delete(record.id);
    });
    return write;
  }

  async load(id: string): Promise<MeetingRecord | null> {
    return this.#one((eb) => eb.and([eb('meetings.id', '=', id)]));
  }

  /** What a node has to take up again when it starts (C7), oldest first. */
  loadUnended(home: string): Promise<MeetingRecord[]> {
    return this.#load((eb) => eb.and([eb('meetings.home', '=', home), eb('meetings.state', '<>', 'ended')]));
  }

  /** The meeting of an invitation (J5), whether or not the link is still good: that is the meeting's to say. */
  findByInvitation(tokenHash: string): Promise<MeetingRecord | null> {
    return this.#one((eb) =>
      eb.and([
        eb('meetings.id', 'in', (query) =>
          query
            .selectFrom('invitations')
            .select('invitations.meeting_id')
            .where('token_hash', '=', tokenHash),
        ),
      ]),
    );
  }

  /** The meeting in which somebody holds this resume token (C7). */
  findByResumeToken(resumeTokenHash: string): Promise<MeetingRecord | null> {
    return this.#one((eb) =>
      eb.and([
        eb('meetings.id', 'in', (query) =>
          query
            .selectFrom('participants')
            .select('participants.meeting_id')
            .where('resume_token_hash', '=', resumeTokenHash),
        ),
      ]),
    );
  }

  /** The meeting that has this connection number and has not ended (J2). */
  findLiveByNumber(number: string): Promise<MeetingRecord | null> {
    return this.#one((eb) =>
      eb.and([eb('meetings.connection_number', '=', number), eb('meetings.state', '<>', 'ended')]),
    );
  }

  /** The newest of those chosen, if there should be several. */
  async #one(filter: MeetingFilter): Promise<MeetingRecord | null> {
    return (await this.#load(filter)).at(-1) ?? null;
  }

  #load(filter: MeetingFilter): Promise<MeetingRecord[]> {
    // One view of all three tables: a write in between must not give half of the old and half of the new.
    return this.#db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (db) => {
        const meetings = await db
          .selectFrom('meetings')
          .selectAll()
          .where(filter)
          .orderBy('created_at')
          .orderBy('id')
          .execute();
        if (meetings.length === 0) return [];
        const participants = Map.groupBy(
          await db
            .selectFrom('participants')
            .innerJoin('meetings', 'meetings.id', 'participants.meeting_id')
            .selectAll('participants')
            .where(filter)
            .orderBy('participants.position')
            .execute(),
          (row) => row.meeting_id,
        );
        const invitations = Map.groupBy(
          await db
            .selectFrom('invitations')
            .innerJoin('meetings', 'meetings.id', 'invitations.meeting_id')
            .selectAll('invitations')
            .where(filter)
            .orderBy('invitations.position')
            .execute(),
          (row) => row.meeting_id,
        );
        return meetings.map((row) =>
          toRecord(row, participants.get(row.id) ?? [], invitations.get(row.id) ?? []),
        );
      });
  }

  async #write(rows: MeetingRows): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      const { id, ...values } = rows.meeting;
      // This holds the row until the end: no note comes in between, and what is found by is that of both.
      const { note } = await db
        .insertInto('meetings')
        .values(rows.meeting)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .returning('note')
        .executeTakeFirstOrThrow();
      await writeMeetingText(db, rows.meeting, [...rows.searched, note]);
      await writeParticipants(db, id, rows.participants);
      await writeInvitations(db, id, rows.invitations);
    });
  }
}

async function writeParticipants(
  db: Transaction<Schema>,
  meetingId: string,
  rows: MeetingRows['participants'],
): Promise<void> {
  let gone = db.deleteFrom('participants').where('meeting_id', '=', meetingId);
  if (rows.length > 0)
    gone = gone.where(
      'id',
      'not in',
      rows.map((row) => row.id),
    );
  await gone.execute();
  if (rows.length === 0) return;
  await db
    .insertInto('participants')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['meeting_id', 'id']).doUpdateSet((eb) => ({
        position: eb.ref('excluded.position'),
        role: eb.ref('excluded.role'),
        name: eb.ref('excluded.name'),
        account_id: eb.ref('excluded.account_id'),
        standing: eb.ref('excluded.standing'),
        resume_token_hash: eb.ref('excluded.resume_token_hash'),
        microphone: eb.ref('excluded.microphone'),
        camera: eb.ref('excluded.camera'),
        speaker: eb.ref('excluded.speaker'),
        joined_at: eb.ref('excluded.joined_at'),
        left_at: eb.ref('excluded.left_at'),
        leave_reason: eb.ref('excluded.leave_reason'),
      })),
    )
    .execute();
}

async function writeInvitations(
  db: Transaction<Schema>,
  meetingId: string,
  rows: MeetingRows['invitations'],
): Promise<void> {
  let gone = db.deleteFrom('invitations').where('meeting_id', '=', meetingId);
  if (rows.length > 0)
    gone = gone.where(
      'id',
      'not in',
      rows.map((row) => row.id),
    );
  await gone.execute();
  if (rows.length === 0) return;
  await db
    .insertInto('invitations')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['meeting_id', 'id']).doUpdateSet((eb) => ({
        position: eb.ref('excluded.position'),
        token_hash: eb.ref('excluded.token_hash'),
        created_at: eb.ref('excluded.created_at'),
        expires_at: eb.ref('excluded.expires_at'),
        revoked_at: eb.ref('excluded.revoked_at'),
        uses: eb.ref('excluded.uses'),
      })),
    )
    .execute();
}
