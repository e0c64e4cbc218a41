import type { Kysely } from 'kysely';

/** Documents with their memos, and what is on show in a meeting. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('meetings').addColumn('stage', 'text').execute();

  await db.schema
    .createTable('documents')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.references('accounts.id'))
    .addColumn('meeting_id', 'text')
    .addColumn('participant_id', 'text')
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('file_name', 'text', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('pages', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('share_file', 'integer', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('original_blob', 'text', (column) => column.notNull())
    .addColumn('pdf_blob', 'text')
    .addColumn('substituted_fonts', 'text', (column) => column.notNull())
    .addColumn('replaces', 'text', (column) => column.references('documents.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('documents_account')
    .on('documents')
    .columns(['account_id', 'position'])
    .execute();
  await db.schema.createIndex('documents_meeting').on('documents').column('meeting_id').execute();
  await db.schema.createIndex('documents_replaces').on('documents').column('replaces').execute();

  await db.schema
    .createTable('document_memos')
    .addColumn('document_id', 'text', (column) =>
      column.notNull().references('documents.id').onDelete('cascade'),
    )
    .addColumn('page', 'integer', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('document_memos_key', ['document_id', 'page'])
    .execute();
}
