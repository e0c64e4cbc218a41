import type { Selectable } from 'kysely';
import type { ChatRecord } from '../meeting/records.ts';
import type { Database } from './database.ts';
import type { ChatMessageTable } from './schema.ts';
import { storable } from './text.ts';

/** The text chat of meetings, kept in the history (C5). */
export class ChatRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Stores a message once: the same ID again, after a broken line, changes nothing. The meeting must have
   * been saved before.
   *
   * @returns the message as it is stored, or null when the ID is that of somebody else's message.
   */
  async append(record: ChatRecord): Promise<ChatRecord | null> {
    await this.#db
      .insertInto('chat_messages')
      .values((eb) => ({
        id: record.id,
        meeting_id: record.meetingId,
        // A meeting's messages come from one node. Should two ever be given the same place, time decides.
        position: eb
          .selectFrom('chat_messages')
          .where('meeting_id', '=', record.meetingId)
          .select((of) => of.fn.coalesce(of(of.fn.max('position'), '+', 1), of.lit(0)).as('next')),
        participant_id: record.participantId,
        name: storable(record.name),
        text: storable(record.text),
        at: record.at,
      }))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    const stored = await this.#db
      .selectFrom('chat_messages')
      .selectAll()
      .where('id', '=', record.id)
      .where('meeting_id', '=', record.meetingId)
      .where('participant_id', '=', record.participantId)
      .executeTakeFirst();
    return stored ? toRecord(stored) : null;
  }

  /** The last `limit` messages of a meeting, oldest first. */
  async latest(meetingId: string, limit: number): Promise<ChatRecord[]> {
    const rows = await this.#db
      .selectFrom('chat_messages')
      .selectAll()
      .where('meeting_id', '=', meetingId)
      .orderBy('position', 'desc')
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.reverse().map(toRecord);
  }
}

function toRecord(row: Selectable<ChatMessageTable>): ChatRecord {
  return {
    id: row.id,
    meetingId: row.meeting_id,
    participantId: row.participant_id,
    name: row.name,
    text: row.text,
    at: row.at,
  };
}
