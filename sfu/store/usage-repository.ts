import type { ExpressionBuilder } from 'kysely';
import type { Database } from './database.ts';
import type { AccountRole, Schema } from './schema.ts';

/** The accounts of an organisation: only those of this role, only those in one of these units. */
export type UsageFilter = {
  organizationId: string;
  role?: AccountRole | undefined;
  units?: ReadonlySet<string> | undefined;
};

/** Milliseconds since 1970; the first is within, the second is not. */
export type UsageTime = { from?: number | undefined; until?: number | undefined };

export type UsingAccount = {
  id: string;
  login: string;
  name: string;
  unitId: string | null;
  role: AccountRole;
  lastSignInAt: number | null;
  removedAt: number | null;
};

/** By account; whoever has none is not in it. */
export type Counts = ReadonlyMap<string, { count: number; sum: number }>;

type CountRow = { accountId: string | null; count: number | string; sum: number | string | null };

/** Who uses how much (A5). One query counts for all accounts at once, also for removed ones. */
export class UsageRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** In any order. */
  async accounts(filter: UsageFilter): Promise<UsingAccount[]> {
    return this.#db
      .selectFrom('accounts')
      .where((eb) => isMeant(eb, filter))
      .select([
        'id',
        'login',
        'name',
        'unit_id as unitId',
        'role',
        'last_sign_in_at as lastSignInAt',
        'removed_at as removedAt',
      ])
      .execute();
  }

  /** As they were written down: what is older than the log is kept, is forgotten. */
  async signIns(filter: UsageFilter, { from, until }: UsageTime): Promise<Counts> {
    let query = this.#db
      .selectFrom('log_entries')
      .innerJoin('accounts', 'accounts.id', 'log_entries.account_id')
      .where('log_entries.organization_id', '=', filter.organizationId)
      .where('log_entries.kind', '=', 'sign-in')
      .where('log_entries.act', '=', 'signed-in')
      .where((eb) => isMeant(eb, filter))
      .groupBy('accounts.id')
      .select((eb) => [
        'accounts.id as accountId',
        eb.fn.countAll<number>().as('count'),
        eb.lit(0).as('sum'),
      ]);
    if (from !== undefined) query = query.where('log_entries.at', '>=', from);
    if (until !== undefined) query = query.where('log_entries.at', '<', until);
    return toCounts(await query.execute());
  }

  /** Meetings that began in this time, and how many milliseconds they took; those that run, up to now. */
  async meetings(filter: UsageFilter, { from, until }: UsageTime, now: number): Promise<Counts> {
    let query = this.#db
      .selectFrom('meetings')
      .innerJoin('accounts', 'accounts.id', 'meetings.host_account_id')
      .where('meetings.started_at', 'is not', null)
      .where((eb) => isMeant(eb, filter))
      .groupBy('accounts.id')
      .select((eb) => [
        'accounts.id as accountId',
        eb.fn.countAll<number>().as('count'),
        eb.fn
          .sum<number | string>(
            eb(eb.fn.coalesce('meetings.ended_at', eb.val(now)), '-', eb.ref('meetings.started_at')),
          )
          .as('sum'),
      ]);
    if (from !== undefined) query = query.where('meetings.started_at', '>=', from);
    if (until !== undefined) query = query.where('meetings.started_at', '<', until);
    return toCounts(await query.execute());
  }

  /** Finished ones and their bytes, as they count against the space. */
  async recordings(filter: UsageFilter): Promise<Counts> {
    const rows = await this.#db
      .selectFrom('recordings')
      .innerJoin('accounts', 'accounts.id', 'recordings.account_id')
      .where('recordings.state', '=', 'ready')
      .where((eb) => isMeant(eb, filter))
      .groupBy('accounts.id')
      .select((eb) => [
        'accounts.id as accountId',
        eb.fn.countAll<number>().as('count'),
        eb.fn.sum<number | string>('recordings.bytes').as('sum'),
      ])
      .execute();
    return toCounts(rows);
  }

  /** With the bytes of their files as they came. */
  async documents(filter: UsageFilter): Promise<Counts> {
    const rows = await this.#db
      .selectFrom('documents')
      .innerJoin('accounts', 'accounts.id', 'documents.account_id')
      // A new file for a document is none of its own.
      .where('documents.replaces', 'is', null)
      .where((eb) => isMeant(eb, filter))
      .groupBy('accounts.id')
      .select((eb) => [
        'accounts.id as accountId',
        eb.fn.countAll<number>().as('count'),
        eb.fn.sum<number | string>('documents.bytes').as('sum'),
      ])
      .execute();
    return toCounts(rows);
  }
}

function isMeant(eb: ExpressionBuilder<Schema, 'accounts'>, { organizationId, role, units }: UsageFilter) {
  return eb.and([
    eb('accounts.organization_id', '=', organizationId),
    ...(role ? [eb('accounts.role', '=', role)] : []),
    // PostgreSQL knows no empty list.
    ...(units ? [units.size === 0 ? eb.lit(false) : eb('accounts.unit_id', 'in', [...units])] : []),
  ]);
}

function toCounts(rows: readonly CountRow[]): Counts {
  return new Map(
    rows.flatMap(({ accountId, count, sum }) =>
      // PostgreSQL's sum of bigint is numeric, which comes as text.
      accountId === null ? [] : [[accountId, { count: Number(count), sum: Number(sum ?? 0) }] as const],
    ),
  );
}
