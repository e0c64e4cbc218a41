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
}

function toRecord(row: Selectable<OrganizationTable>): OrganizationRecord {
  return { id: row.id, publicId: row.public_id, name: row.name, createdAt: row.created_at };
}
