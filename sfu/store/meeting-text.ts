import type { Insertable, Transaction } from 'kysely';
import type { MeetingTable, MeetingTextTable, Schema } from './schema.ts';
import { searchText } from './search-text.ts';

/** Where a meeting stands in the history; one that has no place there is not found either. */
type Place = Pick<Insertable<MeetingTable>, 'id' | 'host_account_id' | 'started_at'>;

/** @returns null as long as the meeting has not come about; once it has, its host and beginning stay what they are */
export function meetingText(
  { id, host_account_id = null, started_at = null }: Place,
  searched: readonly string[],
): Insertable<MeetingTextTable> | null {
  if (host_account_id === null || started_at === null) return null;
  return { host_account_id, started_at, meeting_id: id, text: searchText(searched) };
}

/**
 * Writes what a meeting is found by.
 *
 * @param db holds the meeting's row, so that what was read of it is still so
 * @param searched all of it: the meeting's own, and the host's note
 */
export async function writeMeetingText(
  db: Transaction<Schema>,
  place: Place,
  searched: readonly string[],
): Promise<void> {
  const row = meetingText(place, searched);
  if (!row) return;
  await db
    .insertInto('meeting_texts')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['host_account_id', 'started_at', 'meeting_id'])
        .doUpdateSet({ text: row.text })
        // Most of what happens in a meeting changes nothing of it.
        .where('meeting_texts.text', '<>', row.text),
    )
    .execute();
}
