import { setImmediate as turn } from 'node:timers/promises';
import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import type { LogEntry, LogKind } from '../protocol/log.ts';
import type { Database } from './database.ts';
import type { LogEntryTable, Schema } from './schema.ts';
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

  /** The newest first; of those with one time, always in the same order. @param before only those behind this one */
  async list(filter: LogFilter, limit: number, before: PlaceInLog | null): Promise<LogEntry[]> {
    const { reach, accountId, words = [] } = filter;
    const isFound = reach === 'all' && accountId === undefined && words.length === 0;
    if (isFound) return this.#read(filter, limit, { before, last: null });
    // What has to be looked for may be far down: with SQLite nobody else has their turn while one statement looks.
    const found: LogEntry[] = [];
    let place = before;
    for (;;) {
      const last = await this.#placeBehind(filter, place);
      found.push(...(await this.#read(filter, limit - found.length, { before: place, last })));
      if (last === null || found.length === limit) return found;
      place = last;
      await turn();
    }
  }

  async #read(
    filter: LogFilter,
    limit: number,
    { before, last }: { before: PlaceInLog | null; last: PlaceInLog | null },
  ): Promise<LogEntry[]> {
    const { organizationId, reach, accountId, words = [] } = filter;
    let query = this.#inOrder(filter, before).selectAll().limit(limit);
    if (last) {
      query = query
        .where('at', '>=', last.at)
        .where((eb) => eb.or([eb('at', '>', last.at), eb('id', '>=', last.id)]));
    }
    if (reach !== 'all') {
      query = query.where('account_id', 'in', (eb) =>
        eb
          .selectFrom('accounts')
          .select('accounts.id')
          .where('accounts.organization_id', '=', organizationId)
          .where((of) => isWithin(of, reach)),
      );
    }
    if (accountId !== undefined) query = query.where('account_id', '=', accountId);
    for (const word of words) {
      query = query.where(sql<boolean>`search like ${`%${escaped(storable(word))}%`} escape '\\'`);
    }
    return (await query.execute()).map(toEntry);
  }

  /** The place of the last entry that is looked at in one go; null: there are not so many. */
  async #placeBehind(filter: LogFilter, before: PlaceInLog | null): Promise<PlaceInLog | null> {
    const query = this.#inOrder(filter, before).select(['at', 'id']);
    const row = await query
      .limit(1)
      .offset(entriesPerLook - 1)
      .executeTakeFirst();
    return row ?? null;
  }

  #inOrder({ organizationId, kind, from, until }: LogFilter, before: PlaceInLog | null) {
    let query = this.#db
      .selectFrom('log_entries')
      .where('organization_id', '=', organizationId)
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

/** So that it stands for itself in a pattern of LIKE with a backslash for escape. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
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
