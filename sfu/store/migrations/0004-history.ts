import type { Kysely } from 'kysely';

/** A rep's meetings are found for the history, without reading those of everybody else. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('meetings_host').on('meetings').column('host_account_id').execute();
}
