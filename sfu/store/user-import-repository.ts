import { setImmediate as turn } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import type { Database } from './database.ts';
import { lockOrganization } from './organization-lock.ts';
import type { AccountRole } from './schema.ts';
import { storable } from './text.ts';

/** An account as a file of users describes it (A4). */
export type ImportAccount = {
  id: string;
  /** As it is shown. */
  login: string;
  foldedLogin: string;
  name: string;
  role: AccountRole;
  unitId: string | null;
  note: string;
  mail: string | null;
  /** Recording space of this account alone; null: as the organisation has it. */
  quotaBytes: number | null;
};

export type ImportUnit = { id: string; parentId: string | null; name: string };

/** Everybody who has an account, and the units, the oldest first. */
export type ImportView = { accounts: ImportAccount[]; units: ImportUnit[] };

export type NewImportAccount = ImportAccount & { passwordHash: string };

/** What a file can overwrite. */
export const importFields = ['name', 'role', 'unitId', 'note', 'mail', 'quotaBytes'] as const;
export type ImportField = (typeof importFields)[number];
export type ImportChange = Pick<ImportAccount, 'id' | ImportField>;

/** With all their parameters, far below what either backing takes in one statement; and others have their turn. */
const rowsPerStatement = 200;

/** Read with SQLite in some milliseconds. */
const accountsPerStatement = 1_000;

const columnOf = {
  name: 'name',
  role: 'role',
  unitId: 'unit_id',
  note: 'note',
  mail: 'mail',
  quotaBytes: 'quota_bytes',
} as const satisfies Record<ImportField, string>;

/** Reads and writes thousands of accounts at once, for files of users. */
export class UserImportRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Runs `work` in one transaction in which nobody else changes the users or units of this organisation; what it
   * throws undoes everything. `work` uses only the repository that it is given.
   */
  alone<T>(organizationId: string, work: (imports: UserImportRepository) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(async (db) => {
      await lockOrganization(db, organizationId);
      return work(new UserImportRepository(db));
    });
  }

  /** As it is at one moment only within `alone`. */
  async view(organizationId: string): Promise<ImportView> {
    const accounts: ImportAccount[] = [];
    for (let some: ImportAccount[] = []; ;) {
      some = await this.#accountsBehind(organizationId, some.at(-1)?.foldedLogin ?? null);
      accounts.push(...some);
      if (some.length < accountsPerStatement) break;
      await turn();
    }
    const units = await this.#db
      .selectFrom('units')
      .where('organization_id', '=', organizationId)
      .select(['id', 'parent_id as parentId', 'name'])
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return { accounts, units };
  }

  #accountsBehind(organizationId: string, foldedLogin: string | null): Promise<ImportAccount[]> {
    let query = this.#db
      .selectFrom('accounts')
      .where('organization_id', '=', organizationId)
      .where('removed_at', 'is', null)
      .select([
        'id',
        'login',
        'folded_login as foldedLogin',
        'name',
        'role',
        'unit_id as unitId',
        'note',
        'mail',
        'quota_bytes as quotaBytes',
      ])
      .orderBy('folded_login')
      .limit(accountsPerStatement);
    if (foldedLogin !== null) query = query.where('folded_login', '>', foldedLogin);
    return query.execute();
  }

  /** @param units parents before their children */
  async createUnits(organizationId: string, units: readonly ImportUnit[], createdAt: number): Promise<void> {
    for await (const some of inBunches(units)) {
      const rows = some.map(({ id, parentId, name }) => ({
        id,
        organization_id: organizationId,
        parent_id: parentId,
        name: storable(name),
        created_at: createdAt,
      }));
      await this.#db.insertInto('units').values(rows).execute();
    }
  }

  /** Their passwords have to be changed at the first sign-in (A2). @throws what the database says to a known login */
  async createAccounts(
    organizationId: string,
    accounts: readonly NewImportAccount[],
    createdAt: number,
  ): Promise<void> {
    for await (const some of inBunches(accounts)) {
      const rows = some.map((account) => ({
        id: account.id,
        organization_id: organizationId,
        login: storable(account.login),
        folded_login: storable(account.foldedLogin),
        name: storable(account.name),
        role: account.role,
        password_hash: account.passwordHash,
        must_change_password: 1,
        created_at: createdAt,
        last_sign_in_at: null,
        mail: account.mail === null ? null : storable(account.mail),
        unit_id: account.unitId,
        note: storable(account.note),
        quota_bytes: account.quotaBytes,
      }));
      await this.#db.insertInto('accounts').values(rows).execute();
    }
  }

  /** Overwrites these fields, and no others. */
  async changeAccounts(changes: readonly ImportChange[], fields: readonly ImportField[]): Promise<void> {
    if (fields.length === 0) return;
    const names = sql.join(fields.map((field) => sql.ref(columnOf[field])));
    const sets = sql.join(
      fields.map((field) => sql`${sql.ref(columnOf[field])} = ${sql.ref(`wanted.${columnOf[field]}`)}`),
    );
    for await (const some of inBunches(changes)) {
      const rows = sql.join(
        some.map(
          (change) => sql`(${sql.join([change.id, ...fields.map((field) => valueOf(change, field))])})`,
        ),
      );
      // One statement for many rows, in the form that both backings know (SQLite 3.33, PostgreSQL).
      await sql`with wanted (id, ${names}) as (values ${rows})
        update accounts set ${sets} from wanted where accounts.id = wanted.id`.execute(this.#db);
    }
  }
}

function valueOf(change: ImportChange, field: ImportField): string | null | RawBuilder<unknown> {
  // PostgreSQL takes parameters in a list of values for text, unless it is told otherwise.
  if (field === 'quotaBytes') return sql`cast(${change.quotaBytes} as bigint)`;
  const value = change[field];
  return value === null ? sql`cast(null as text)` : storable(value);
}

/** Between two statements others have their turn: SQLite's run on the thread that serves everybody. */
async function* inBunches<T>(all: readonly T[]): AsyncGenerator<T[]> {
  for (let start = 0; start < all.length; start += rowsPerStatement) {
    yield all.slice(start, start + rowsPerStatement);
    await turn();
  }
}
