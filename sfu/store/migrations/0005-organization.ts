import type { Kysely } from 'kysely';
import { createSearch } from './0005-search.ts';

/** The organisation: units, rules, logs, banners and calls to be returned; of meetings, what the rep makes of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('organizations').addColumn('settings', 'text').execute();

  await db.schema
    .createTable('units')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull().references('organizations.id'))
    .addColumn('parent_id', 'text', (column) => column.references('units.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('units_organization').on('units').column('organization_id').execute();

  await db.schema.alterTable('accounts').addColumn('unit_id', 'text').execute();
  await db.schema
    .alterTable('accounts')
    .addColumn('note', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema.alterTable('accounts').addColumn('quota_bytes', 'bigint').execute();
  await db.schema.alterTable('accounts').addColumn('removed_at', 'bigint').execute();
  await db.schema
    .alterTable('accounts')
    .addColumn('is_away', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex('accounts_unit').on('accounts').column('unit_id').execute();

  await db.schema
    .alterTable('sessions')
    .addColumn('address', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .alterTable('sessions')
    .addColumn('browser', 'text', (column) => column.notNull().defaultTo(''))
    .execute();

  await db.schema.alterTable('meetings').addColumn('banner_key', 'text').execute();
  await db.schema.alterTable('meetings').addColumn('origin', 'text').execute();
  await db.schema
    .alterTable('meetings')
    .addColumn('note', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema.alterTable('meetings').addColumn('result', 'text').execute();
  await createSearch(db);
  await db.schema
    .createIndex('meetings_history')
    .on('meetings')
    .columns(['host_account_id', 'started_at', 'id'])
    .execute();
  await db.schema.createIndex('meetings_banner').on('meetings').column('banner_key').execute();

  await db.schema
    .createTable('log_entries')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('act', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('account_id', 'text')
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('meeting_id', 'text')
    .addColumn('address', 'text')
    .addColumn('search', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('log_entries_order')
    .on('log_entries')
    .columns(['organization_id', 'kind', 'at', 'id'])
    .execute();
  await db.schema
    .createIndex('log_entries_account')
    .on('log_entries')
    .columns(['account_id', 'kind', 'at'])
    .execute();

  await db.schema
    .createTable('banners')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull().references('organizations.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('look', 'text', (column) => column.notNull())
    .addColumn('is_on', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('banners_organization').on('banners').column('organization_id').execute();

  await db.schema
    .createTable('callbacks')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('organization_id', 'text', (column) => column.notNull())
    .addColumn('banner_key', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('phone', 'text', (column) => column.notNull())
    .addColumn('wish', 'text', (column) => column.notNull())
    .addColumn('origin', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('done_by', 'text')
    .addColumn('done_at', 'bigint')
    .execute();
  await db.schema
    .createIndex('callbacks_organization')
    .on('callbacks')
    .columns(['organization_id', 'at'])
    .execute();
}
