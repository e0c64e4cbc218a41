import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import type { UnitTable } from './schema.ts';
import { storable } from './text.ts';

/** A part of an organisation (A4). */
export type UnitRecord = {
  id: string;
  organizationId: string;
  /** Null at the top. */
  parentId: string | null;
  name: string;
  createdAt: number;
};

export type UnitChange = Partial<Pick<UnitRecord, 'parentId' | 'name'>>;

/** The units of organisations. Whoever changes them does so within `AccountRepository.alone`. */
export class UnitRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The oldest first. */
  async ofOrganization(organizationId: string): Promise<UnitRecord[]> {
    const rows = await this.#db
      .selectFrom('units')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map(toRecord);
  }

  /** How many users are in each unit, without those of the units below; of those in which there are any. */
  async userCounts(organizationId: string): Promise<Map<string, number>> {
    const rows = await this.#db
      .selectFrom('accounts')
      .where('organization_id', '=', organizationId)
      .where('removed_at', 'is', null)
      .where('unit_id', 'is not', null)
      .groupBy('unit_id')
      .select((eb) => ['unit_id as unitId', eb.fn.countAll<number>().as('users')])
      .execute();
    return new Map(rows.flatMap(({ unitId, users }) => (unitId === null ? [] : [[unitId, users]])));
  }

  async insert(record: UnitRecord): Promise<void> {
    await this.#db
      .insertInto('units')
      .values({
        id: record.id,
        organization_id: record.organizationId,
        parent_id: record.parentId,
        name: storable(record.name),
        created_at: record.createdAt,
      })
      .execute();
  }

  async change(id: string, { parentId, name }: UnitChange): Promise<void> {
    const values = {
      ...(parentId === undefined ? {} : { parent_id: parentId }),
      ...(name === undefined ? {} : { name: storable(name) }),
    };
    if (Object.keys(values).length === 0) return;
    await this.#db.updateTable('units').set(values).where('id', '=', id).execute();
  }

  /** Of a unit in which nobody is any more; accounts that were removed while they were in it lose it. */
  async remove(id: string): Promise<void> {
    await this.#db.updateTable('accounts').set({ unit_id: null }).where('unit_id', '=', id).execute();
    await this.#db.deleteFrom('units').where('id', '=', id).execute();
  }
}

function toRecord(row: Selectable<UnitTable>): UnitRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    parentId: row.parent_id,
    name: row.name,
    createdAt: row.created_at,
  };
}
