import { setImmediate as turn } from 'node:timers/promises';
import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import type { LogEntry, LogKind } from '../protocol/log.ts';
import type { Database } from './database.ts';
import type { LogEntryTable, Schema } from './schema.ts';
import { searchPattern } from './search-text.ts';
import { storable } from './text.ts';

/** What is written down, and what it is searched in, folded. */
export type NewLogEntry = LogEntry & { organizationId: string; search: string };

/** Accounts that somebody may look at: all of an organisation, or the reps of some units. */
export type AccountReach = 'all' | ReadonlySet<string>;

export type LogFilter = {
  organizationId: string;
  kind: LogKind;
  /** Whose acts; those of nobody known are for `all` alone. */
  reach: AccountReach;
  accountId?: string | undefined;
  /** Milliseconds since 1970; the first is within, the second is not. */
  from?: number | undefined;
  until?: number | undefined;
  /** Each has to be somewhere in it; folded. */
  words?: readonly string[] | undefined;
};

/** An entry's place in the list, which has the newest first. */
export type PlaceInLog = { id: string; at: number };

/** So many rows have fewer values than a statement may have, on both backings. */
const rowsPerInsert = 100;
/** With SQLite: some ten milliseconds. */
const entriesPerLook = 2_000;

/** Of accounts' own entries so much time is looked at first, and then four times as much. */
const firstSpanMs = 10 * 60_000;

/** What is written down about organisations (A6). */
export class LogRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** All or nothing. What is there already, after an answer that never came, is not written twice. */
  async insert(entries: readonly NewLogEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#db.transaction().execute(async (db) => {
      for (let first = 0; first < entries.length; first += rowsPerInsert) {
        await db
          .insertInto('log_entries')
          .values(entries.slice(first, first + rowsPerInsert).map(toRow))
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
      }
    });
  }

  /**
   * The newest first; of those with one time, always in the same order.
   *
   * @param before only those behind this one
   * @throws the signal's reason, between two looks
   */
  async list(
    filter: LogFilter,
    limit: number,
    before: PlaceInLog | null,
    signal?: AbortSignal,
  ): Promise<LogEntry[]> {
    const { reach, accountId, words = [] } = filter;
    const isOfOne = accountId !== undefined;
    if (isOfOne && !(await this.#meant(filter).executeTakeFirst())) return [];
    if (words.length === 0) {
      return isOfOne || reach === 'all'
        ? this.#read(filter, limit, { before, last: null })
        : this.#ofAccounts(filter, limit, before, signal);
    }
    // What has to be looked for may be far down: with SQLite nobody else has their turn while one statement looks.
    const found: LogEntry[] = [];
    let place = before;
    for (;;) {
      signal?.throwIfAborted();
      const last = await this.#placeBehind(filter, place);
      found.push(...(await this.#read(filter, limit - found.length, { before: place, last })));
      if (last === null || found.length === limit) return found;
      place = last;
      await turn();
    }
  }

  /**
   * By the index of the accounts' own entries: what others have done is not looked at, however much it is. Time by time,
   * the newest first, and each longer than the one before: in years of silence there is nothing to wait for.
   */
  async #ofAccounts(
    filter: LogFilter,
    limit: number,
    before: PlaceInLog | null,
    signal: AbortSignal | undefined,
  ): Promise<LogEntry[]> {
    const { newest, oldest } = await this.#ends(filter);
    const found: LogEntry[] = [];
    let until = Math.min(newest + 1, filter.until ?? Infinity, (before?.at ?? Infinity) + 1);
    const first = Math.max(oldest, filter.from ?? 0);
    for (let spanMs = firstSpanMs; until > first && found.length < limit; spanMs *= 4) {
      signal?.throwIfAborted();
      const from = Math.max(first, until - spanMs);
      const rows = await this.#inOrder({ ...filter, from, until }, before, 'accounts')
        .selectAll()
        .where('account_id', 'in', this.#meant(filter))
        .limit(limit - found.length)
        .execute();
      found.push(...rows.map(toEntry));
      until = from;
      await turn();
    }
    return found;
  }

  /** When the first and the last of a kind were written; where there is none, there is no time between. */
  async #ends({ organizationId, kind }: LogFilter): Promise<{ newest: number; oldest: number }> {
    const query = this.#db
      .selectFrom('log_entries')
      .select('at')
      .where('organization_id', '=', organizationId)
      .where('kind', '=', kind)
      .limit(1);
    const last = await query.orderBy('at', 'desc').executeTakeFirst();
    const first = await query.orderBy('at').executeTakeFirst();
    return { newest: last?.at ?? -1, oldest: first?.at ?? 0 };
  }

  /** Whose acts are meant, of this organisation alone. */
  #meant({ organizationId, reach, accountId }: LogFilter) {
    let query = this.#db
      .selectFrom('accounts')
      .select('accounts.id')
      .where('accounts.organization_id', '=', organizationId);
    if (reach !== 'all') query = query.where((eb) => isWithin(eb, reach));
    if (accountId !== undefined) query = query.where('accounts.id', '=', accountId);
    return query;
  }

  async #read(
    filter: LogFilter,
    limit: number,
    { before, last }: { before: PlaceInLog | null; last: PlaceInLog | null },
  ): Promise<LogEntry[]> {
    const { reach, accountId, words = [] } = filter;
    let query = this.#inOrder(filter, before, accountId === undefined ? 'organization' : 'accounts')
      .selectAll()
      .limit(limit);
    if (last) {
      query = query
        .where('at', '>=', last.at)
        .where((eb) => eb.or([eb('at', '>', last.at), eb('id', '>=', last.id)]));
    }
    // Of a single account it has been looked up already.
    if (accountId !== undefined) query = query.where('account_id', '=', accountId);
    else if (reach !== 'all') query = query.where('account_id', 'in', this.#meant(filter));
    for (const word of words) {
      query = query.where(sql<boolean>`search like ${searchPattern(word)} escape '\\'`);
    }
    return (await query.execute()).map(toEntry);
  }

  /** The place of the last entry that is looked at in one go; null: there are not so many. */
  async #placeBehind(filter: LogFilter, before: PlaceInLog | null): Promise<PlaceInLog | null> {
    const { accountId } = filter;
    const query = this.#inOrder(filter, before, accountId === undefined ? 'organization' : 'accounts')
      .select(['at', 'id'])
      .$if(accountId !== undefined, (own) => own.where('account_id', '=', accountId ?? null));
    const row = await query
      .limit(1)
      .offset(entriesPerLook - 1)
      .executeTakeFirst();
    return row ?? null;
  }

  /** @param by whose index is used: of the organisation's entries, or of their accounts' */
  #inOrder(
    { organizationId, kind, from, until }: LogFilter,
    before: PlaceInLog | null,
    by: 'organization' | 'accounts' = 'organization',
  ) {
    let query = this.#db
      .selectFrom('log_entries')
      .$if(by === 'organization', (all) => all.where('organization_id', '=', organizationId))
      .where('kind', '=', kind)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc');
    if (from !== undefined) query = query.where('at', '>=', from);
    if (until !== undefined) query = query.where('at', '<', until);
    if (before) {
      query = query
        // This one alone can be looked up in the index.
        .where('at', '<=', before.at)
        .where((eb) => eb.or([eb('at', '<', before.at), eb('id', '<', before.id)]));
    }
    return query;
  }

  /** Those of a kind that are older than a time, the oldest first. @returns how many have been removed */
  async removeBefore(organizationId: string, kind: LogKind, time: number, limit: number): Promise<number> {
    const removed = await this.#db
      .deleteFrom('log_entries')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('log_entries as old')
          .select('old.id')
          .where('old.organization_id', '=', organizationId)
          .where('old.kind', '=', kind)
          .where('old.at', '<', time)
          .orderBy('old.at')
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(removed.numDeletedRows);
  }

  /** Everybody's, whose entries may have to be removed. */
  async organizations(): Promise<string[]> {
    const rows = await this.#db.selectFrom('organizations').select('id').orderBy('id').execute();
    return rows.map(({ id }) => id);
  }
}

/** Accounts within a manager's reach: the reps of these units, also those who are removed. */
export function isWithin(eb: ExpressionBuilder<Schema, 'accounts'>, units: ReadonlySet<string>) {
  if (units.size === 0) return eb.lit(false);
  return eb.and([eb('accounts.role', '=', 'rep'), eb('accounts.unit_id', 'in', [...units])]);
}

function toRow(entry: NewLogEntry): LogEntryTable {
  return {
    id: entry.id,
    organization_id: entry.organizationId,
    kind: entry.kind,
    act: entry.act,
    at: entry.at,
    account_id: entry.accountId,
    actor: storable(entry.actor),
    subject: storable(entry.subject),
    meeting_id: entry.meetingId,
    address: entry.address === null ? null : storable(entry.address),
    search: storable(entry.search),
  };
}

function toEntry(row: Selectable<LogEntryTable>): LogEntry {
  return {
    id: row.id,
    kind: row.kind,
    act: row.act,
    at: row.at,
    accountId: row.account_id,
    actor: row.actor,
    subject: row.subject,
    meetingId: row.meeting_id,
    address: row.address,
  };
}
