import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import type { OrganizationTable } from './schema.ts';
import { storable } from './text.ts';

/** A tenant. */
export type OrganizationRecord = {
  id: string;
  /** The short ID people type, folded (A1). */
  publicId: string;
  name: string;
  createdAt: number;
};

/** What an account's storage depends on. */
export type StorageTerms = {
  /** Of the account alone; null: as the organisation has it. */
  quotaBytes: number | null;
  /** The organisation's, as stored. */
  settings: string | null;
  isRemoved: boolean;
};

/** Somebody who can be written to. */
export type Addressee = { accountId: string; mail: string };

export class OrganizationRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @returns false when there is one with this public ID already; nothing is changed then. */
  async create(record: OrganizationRecord): Promise<boolean> {
    const created = await this.#db
      .insertInto('organizations')
      .values({
        id: record.id,
        public_id: record.publicId,
        name: storable(record.name),
        created_at: record.createdAt,
      })
      .onConflict((conflict) => conflict.column('public_id').doNothing())
      .returning('id')
      .executeTakeFirst();
    return created !== undefined;
  }

  async load(id: string): Promise<OrganizationRecord | null> {
    const row = await this.#db
      .selectFrom('organizations')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row ? toRecord(row) : null;
  }

  /** @param publicId folded already. */
  async findByPublicId(publicId: string): Promise<OrganizationRecord | null> {
    const row = await this.#db
      .selectFrom('organizations')
      .selectAll()
      .where('public_id', '=', storable(publicId))
      .executeTakeFirst();
    return row ? toRecord(row) : null;
  }

  /** What its admins have set, as JSON; null: nothing, or there is no such organisation. */
  async settings(id: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('organizations')
      .select('settings')
      .where('id', '=', id)
      .executeTakeFirst();
    return row?.settings ?? null;
  }

  /** As above, of the organisation whose meeting it is. */
  async settingsOfMeeting(meetingId: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('meetings')
      .innerJoin('organizations', 'organizations.id', 'meetings.organization_id')
      .select('organizations.settings')
      .where('meetings.id', '=', meetingId)
      .executeTakeFirst();
    return row?.settings ?? null;
  }

  /** Null: there never was such an account. */
  async storageTerms(accountId: string): Promise<StorageTerms | null> {
    const row = await this.#db
      .selectFrom('accounts')
      .innerJoin('organizations', 'organizations.id', 'accounts.organization_id')
      .select([
        'accounts.quota_bytes as quotaBytes',
        'accounts.removed_at as removedAt',
        'organizations.settings',
      ])
      .where('accounts.id', '=', accountId)
      .executeTakeFirst();
    if (!row) return null;
    const { removedAt, ...terms } = row;
    return { ...terms, isRemoved: removedAt !== null };
  }

  /**
   * Changes name and settings in one transaction, in which nobody else changes them.
   *
   * @param settings makes what is to be stored of what is stored
   * @returns whether there is such an organisation
   */
  change(
    id: string,
    { name, settings }: { name?: string | undefined; settings: (stored: string | null) => string | null },
  ): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      // Writing locks the row until the end, on both backings.
      const row = await db
        .updateTable('organizations')
        .set((eb) => ({ name: name === undefined ? eb.ref('name') : storable(name) }))
        .where('id', '=', id)
        .returning('settings')
        .executeTakeFirst();
      if (!row) return false;
      const next = settings(row.settings);
      await db
        .updateTable('organizations')
        .set({ settings: next === null ? null : storable(next) })
        .where('id', '=', id)
        .execute();
      return true;
    });
  }

  /** How many accounts there are, and what their recordings take; those of removed accounts are kept and count. */
  async totals(id: string): Promise<{ accounts: number; usedBytes: number }> {
    const accounts = await this.#db
      .selectFrom('accounts')
      .where('organization_id', '=', id)
      .where('removed_at', 'is', null)
      .select((eb) => eb.fn.countAll<number | string>().as('count'))
      .executeTakeFirstOrThrow();
    const used = await this.#db
      .selectFrom('recordings')
      .innerJoin('accounts', 'accounts.id', 'recordings.account_id')
      .where('accounts.organization_id', '=', id)
      .where('recordings.state', '=', 'ready')
      .select((eb) => eb.fn.coalesce(eb.fn.sum<number | string>('recordings.bytes'), eb.lit(0)).as('bytes'))
      .executeTakeFirstOrThrow();
    // PostgreSQL's counts and sums come as text.
    return { accounts: Number(accounts.count), usedBytes: Number(used.bytes) };
  }

  /** The admins of an account's organisation who can be written to, those who have been there longest first. */
  async adminsOver(accountId: string): Promise<Addressee[]> {
    const rows = await this.#db
      .selectFrom('accounts as admins')
      .innerJoin('accounts as owner', 'owner.organization_id', 'admins.organization_id')
      .where('owner.id', '=', accountId)
      .where('admins.role', '=', 'admin')
      .where('admins.removed_at', 'is', null)
      .where('admins.mail', 'is not', null)
      .select(['admins.id as accountId', 'admins.mail as mail'])
      .orderBy('admins.created_at')
      .orderBy('admins.id')
      .execute();
    return rows.flatMap(({ accountId: id, mail }) => (mail === null ? [] : [{ accountId: id, mail }]));
  }
}

function toRecord(row: Selectable<OrganizationTable>): OrganizationRecord {
  return { id: row.id, publicId: row.public_id, name: row.name, createdAt: row.created_at };
}
