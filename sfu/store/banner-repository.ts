import type { Selectable } from 'kysely';
import type { BannerLook } from '../protocol/banner.ts';
import type { Database } from './database.ts';
import { lockOrganization } from './organization-lock.ts';
import type { BannerTable } from './schema.ts';
import { storable } from './text.ts';

/** What starts meetings on a company's site (B4). */
export type BannerRecord = {
  /** Stands in public pages: a name, no secret. */
  key: string;
  organizationId: string;
  /** For the organisation's own eyes. */
  name: string;
  look: BannerLook;
  isOn: boolean;
  createdAt: number;
};

export type BannerChange = Partial<Pick<BannerRecord, 'name' | 'look' | 'isOn'>>;

export class BannerRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @returns false when the organisation has as many as it may have; nothing is changed then. */
  create(record: BannerRecord, bannersMax: number): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      await lockOrganization(db, record.organizationId);
      const { count } = await db
        .selectFrom('banners')
        .where('organization_id', '=', record.organizationId)
        .select((eb) => eb.fn.countAll<number | string>().as('count'))
        .executeTakeFirstOrThrow();
      if (Number(count) >= bannersMax) return false;
      await db
        .insertInto('banners')
        .values({
          key: record.key,
          organization_id: record.organizationId,
          created_at: record.createdAt,
          ...toColumns(record),
        })
        .execute();
      return true;
    });
  }

  /** With the name of the organisation, which stands in public beside it. */
  async find(key: string): Promise<(BannerRecord & { organizationName: string }) | null> {
    const row = await this.#db
      .selectFrom('banners')
      .innerJoin('organizations', 'organizations.id', 'banners.organization_id')
      .selectAll('banners')
      .select('organizations.name as organization_name')
      .where('banners.key', '=', key)
      .executeTakeFirst();
    return row ? { ...toRecord(row), organizationName: row.organization_name } : null;
  }

  /** The oldest first. `meetings`: how many calls have come about through it. */
  async list(organizationId: string): Promise<(BannerRecord & { meetings: number })[]> {
    const rows = await this.#db
      .selectFrom('banners')
      .selectAll('banners')
      .select((eb) =>
        eb
          .selectFrom('meetings')
          .whereRef('meetings.banner_key', '=', 'banners.key')
          .where('meetings.started_at', 'is not', null)
          .select((meetings) => meetings.fn.countAll<number | string>().as('count'))
          .as('meetings'),
      )
      .where('organization_id', '=', organizationId)
      .orderBy('created_at')
      .orderBy('key')
      .execute();
    return rows.map((row) => ({ ...toRecord(row), meetings: Number(row.meetings) }));
  }

  /** @returns false when the organisation has no such banner. */
  async change(organizationId: string, key: string, change: BannerChange): Promise<boolean> {
    const columns = toColumns(change);
    if (Object.keys(columns).length === 0) {
      return (await this.find(key))?.organizationId === organizationId;
    }
    const changed = await this.#db
      .updateTable('banners')
      .set(columns)
      .where('organization_id', '=', organizationId)
      .where('key', '=', key)
      .returning('key')
      .executeTakeFirst();
    return changed !== undefined;
  }

  /** @returns false when the organisation has no such banner. */
  async remove(organizationId: string, key: string): Promise<boolean> {
    const removed = await this.#db
      .deleteFrom('banners')
      .where('organization_id', '=', organizationId)
      .where('key', '=', key)
      .returning('key')
      .executeTakeFirst();
    return removed !== undefined;
  }
}

type ChangingColumns = Pick<BannerTable, 'name' | 'look' | 'is_on'>;

function toColumns(record: Required<BannerChange>): ChangingColumns;
function toColumns(change: BannerChange): Partial<ChangingColumns>;
function toColumns({ name, look, isOn }: BannerChange): Partial<ChangingColumns> {
  return {
    ...(name === undefined ? {} : { name: storable(name) }),
    ...(look === undefined ? {} : { look: storable(JSON.stringify(look)) }),
    ...(isOn === undefined ? {} : { is_on: isOn ? 1 : 0 }),
  };
}

function toRecord(row: Selectable<BannerTable>): BannerRecord {
  return {
    key: row.key,
    organizationId: row.organization_id,
    name: row.name,
    look: JSON.parse(row.look) as BannerLook,
    isOn: row.is_on === 1,
    createdAt: row.created_at,
  };
}
