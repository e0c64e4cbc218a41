import type { Kysely } from 'kysely';

/** Recordings, one row for each part, and where their owners are warned that space runs out. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('meetings').addColumn('recording', 'text').execute();
  await db.schema.alterTable('accounts').addColumn('mail', 'text').execute();
  await db.schema
    .alterTable('accounts')
    .addColumn('storage_warned', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();

  await db.schema
    .createTable('recordings')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('meeting_id', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('capture_id', 'text', (column) => column.notNull())
    .addColumn('part', 'integer', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('failure', 'text')
    .addColumn('began_at', 'bigint', (column) => column.notNull())
    .addColumn('duration_ms', 'bigint', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('reserved_bytes', 'bigint', (column) => column.notNull())
    .addColumn('blob', 'text')
    .addColumn('chapters', 'text', (column) => column.notNull())
    .addColumn('mp4_blob', 'text')
    .addColumn('mp4_bytes', 'bigint')
    .addColumn('mp4_made_at', 'bigint')
    .addUniqueConstraint('recordings_part_unique', ['capture_id', 'part'])
    .execute();
  await db.schema
    .createIndex('recordings_account')
    .on('recordings')
    .columns(['account_id', 'began_at'])
    .execute();
  await db.schema.createIndex('recordings_meeting').on('recordings').column('meeting_id').execute();
}
