import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import { lockOrganization } from './organization-lock.ts';
import type { AccountRole, AccountTable } from './schema.ts';
import { SessionRepository } from './session-repository.ts';
import { storable } from './text.ts';
import { UnitRepository } from './unit-repository.ts';

/** A rep's login. */
export type AccountRecord = {
  id: string;
  organizationId: string;
  /** As it is shown. */
  login: string;
  /** As it is compared: unique within the organisation. */
  foldedLogin: string;
  name: string;
  role: AccountRole;
  passwordHash: string;
  mustChangePassword: boolean;
  createdAt: number;
  lastSignInAt: number | null;
};

/** What those who look after somebody write down besides. */
export type UserFacts = {
  unitId: string | null;
  note: string;
  /** Where warnings about storage go; null: nowhere. */
  mail: string | null;
  /** Recording space of this account alone; null: as the organisation has it. */
  quotaBytes: number | null;
};

/** An account as those see it who manage it. Removed ones are no users. */
export type UserRecord = Omit<AccountRecord, 'passwordHash'> & UserFacts;

export type UserChange = Partial<Pick<UserRecord, 'login' | 'foldedLogin' | 'name' | 'role'> & UserFacts>;

/** Only those of this role, only those in one of these units. */
export type UserFilter = { role?: AccountRole; units?: ReadonlySet<string> };

/** What users are searched by. */
export type UserName = Pick<UserRecord, 'id' | 'foldedLogin' | 'name'> & {
  /** It lies behind the place that was asked for, or none was. */
  isBehind: boolean;
};

/** So many users by their login IDs, behind the folded one given; null: from the first. */
export type UserPage = { limit: number; after: string | null };

export class AccountRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Runs `work` in one transaction in which nobody else changes the users or units of this organisation. `work` uses
   * only the repositories that it is given, and does nothing that takes long.
   */
  alone<T>(
    organizationId: string,
    work: (accounts: AccountRepository, units: UnitRepository, sessions: SessionRepository) => Promise<T>,
  ): Promise<T> {
    return this.#db.transaction().execute(async (db) => {
      await lockOrganization(db, organizationId);
      return work(new AccountRepository(db), new UnitRepository(db), new SessionRepository(db));
    });
  }

  /** @returns false when the organisation has an account with this login ID already; nothing is changed then. */
  async create(record: AccountRecord & Partial<UserFacts>): Promise<boolean> {
    const { unitId = null, note = '', mail = null, quotaBytes = null } = record;
    const created = await this.#db
      .insertInto('accounts')
      .values({
        id: record.id,
        organization_id: record.organizationId,
        login: storable(record.login),
        folded_login: storable(record.foldedLogin),
        name: storable(record.name),
        role: record.role,
        password_hash: record.passwordHash,
        must_change_password: record.mustChangePassword ? 1 : 0,
        created_at: record.createdAt,
        last_sign_in_at: record.lastSignInAt,
        unit_id: unitId,
        note: storable(note),
        mail: mail === null ? null : storable(mail),
        quota_bytes: quotaBytes,
      })
      .onConflict((conflict) => conflict.columns(['organization_id', 'folded_login']).doNothing())
      .returning('id')
      .executeTakeFirst();
    return created !== undefined;
  }

  /** Also one that was removed. */
  async load(id: string): Promise<AccountRecord | null> {
    const row = await this.#db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toRecord(row) : null;
  }

  /** Both IDs folded already: what people type to sign in (A1). */
  async findByLogin(organizationPublicId: string, foldedLogin: string): Promise<AccountRecord | null> {
    const row = await this.#db
      .selectFrom('accounts')
      .innerJoin('organizations', 'organizations.id', 'accounts.organization_id')
      .selectAll('accounts')
      .where('organizations.public_id', '=', storable(organizationPublicId))
      .where('accounts.folded_login', '=', storable(foldedLogin))
      .where('accounts.removed_at', 'is', null)
      .executeTakeFirst();
    return row ? toRecord(row) : null;
  }

  /** Whether there is or was any account at all: before the first start there is none (A2). */
  async any(): Promise<boolean> {
    return (await this.#db.selectFrom('accounts').select('id').limit(1).executeTakeFirst()) !== undefined;
  }

  async users(organizationId: string, filter: UserFilter, page: UserPage): Promise<UserRecord[]> {
    const rows = await this.#pageOf(organizationId, filter, page).selectAll().execute();
    return rows.map(toUser);
  }

  async countUsers(organizationId: string, filter: UserFilter): Promise<number> {
    const row = await this.#usersOf(organizationId, filter)
      .select((eb) => eb.fn.countAll<number>().as('users'))
      .executeTakeFirstOrThrow();
    return row.users;
  }

  /**
   * As `users`, of each only what it is searched by.
   *
   * @param place what lies behind it, only the database knows, which has an order of its own; null: everybody does
   */
  async userNames(
    organizationId: string,
    filter: UserFilter,
    page: UserPage,
    place: string | null,
  ): Promise<UserName[]> {
    const rows = await this.#pageOf(organizationId, filter, page)
      .select((eb) => [
        'id',
        'folded_login as foldedLogin',
        'name',
        eb('folded_login', '>', storable(place ?? '')).as('isBehind'),
      ])
      .execute();
    return rows.map((row) => ({ ...row, isBehind: place === null || Boolean(row.isBehind) }));
  }

  /** Those of them that are users of this organisation, in any order. */
  async usersById(organizationId: string, ids: readonly string[]): Promise<UserRecord[]> {
    if (ids.length === 0) return [];
    const rows = await this.#usersOf(organizationId, {}).where('id', 'in', ids).selectAll().execute();
    return rows.map(toUser);
  }

  async user(organizationId: string, id: string): Promise<UserRecord | null> {
    const [user] = await this.usersById(organizationId, [id]);
    return user ?? null;
  }

  /** Whether another account has this login ID; only within `alone` it stays so. */
  async isLoginTaken(organizationId: string, foldedLogin: string, exceptId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('accounts')
      .where('organization_id', '=', organizationId)
      .where('folded_login', '=', storable(foldedLogin))
      .where('id', '<>', exceptId)
      .select('id')
      .executeTakeFirst();
    return row !== undefined;
  }

  /** @throws what the database says when the login ID is taken: see `isLoginTaken`. */
  async changeUser(id: string, change: UserChange): Promise<void> {
    const { login, foldedLogin, name, role, unitId, note, mail, quotaBytes } = change;
    const values = {
      ...(login === undefined ? {} : { login: storable(login) }),
      ...(foldedLogin === undefined ? {} : { folded_login: storable(foldedLogin) }),
      ...(name === undefined ? {} : { name: storable(name) }),
      ...(role === undefined ? {} : { role }),
      ...(unitId === undefined ? {} : { unit_id: unitId }),
      ...(note === undefined ? {} : { note: storable(note) }),
      ...(mail === undefined ? {} : { mail: mail === null ? null : storable(mail) }),
      ...(quotaBytes === undefined ? {} : { quota_bytes: quotaBytes }),
    };
    if (Object.keys(values).length === 0) return;
    await this.#db.updateTable('accounts').set(values).where('id', '=', id).execute();
  }

  /** They are users no more, and their login IDs are free again; what they have made stays. */
  async removeUsers(ids: readonly string[], now: number): Promise<void> {
    if (ids.length === 0) return;
    await this.#db
      .updateTable('accounts')
      .set((eb) => ({
        removed_at: now,
        folded_login: eb(eb.val('removed:'), '||', eb.ref('id')),
      }))
      .where('id', 'in', ids)
      .where('removed_at', 'is', null)
      .execute();
  }

  async setPassword(id: string, passwordHash: string, mustChangePassword: boolean): Promise<void> {
    await this.#db
      .updateTable('accounts')
      .set({ password_hash: passwordHash, must_change_password: mustChangePassword ? 1 : 0 })
      .where('id', '=', id)
      .execute();
  }

  /**
   * Gives a password of one's own in place of the one that was checked.
   *
   * @returns false when that has been replaced, or the account removed, meanwhile; nothing is changed then
   */
  async replacePassword(id: string, checkedHash: string, passwordHash: string): Promise<boolean> {
    const changed = await this.#db
      .updateTable('accounts')
      .set({ password_hash: passwordHash, must_change_password: 0 })
      .where('id', '=', id)
      .where('password_hash', '=', checkedHash)
      .where('removed_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    return changed !== undefined;
  }

  /** Where the owner is warned about storage; null: nowhere. */
  async mail(id: string): Promise<string | null> {
    const row = await this.#db.selectFrom('accounts').select('mail').where('id', '=', id).executeTakeFirst();
    return row?.mail ?? null;
  }

  async setMail(id: string, mail: string | null): Promise<void> {
    await this.#db
      .updateTable('accounts')
      .set({ mail: mail === null ? null : storable(mail) })
      .where('id', '=', id)
      .execute();
  }

  /** Whether 離席 was chosen at the desk, and nothing else since (B1). */
  async isAway(id: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('accounts')
      .select('is_away')
      .where('id', '=', id)
      .executeTakeFirst();
    return row?.is_away === 1;
  }

  async setAway(id: string, isAway: boolean): Promise<void> {
    await this.#db
      .updateTable('accounts')
      .set({ is_away: isAway ? 1 : 0 })
      .where('id', '=', id)
      .execute();
  }

  #pageOf(organizationId: string, filter: UserFilter, { limit, after }: UserPage) {
    const query = this.#usersOf(organizationId, filter).orderBy('folded_login').limit(limit);
    return after === null ? query : query.where('folded_login', '>', storable(after));
  }

  #usersOf(organizationId: string, { role, units }: UserFilter) {
    let query = this.#db
      .selectFrom('accounts')
      .where('organization_id', '=', organizationId)
      .where('removed_at', 'is', null);
    if (role) query = query.where('role', '=', role);
    // PostgreSQL knows no empty list.
    if (units?.size === 0) query = query.where((eb) => eb.lit(false));
    else if (units) query = query.where('unit_id', 'in', [...units]);
    return query;
  }
}

function toRecord(row: Selectable<AccountTable>): AccountRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    login: row.login,
    foldedLogin: row.folded_login,
    name: row.name,
    role: row.role,
    passwordHash: row.password_hash,
    mustChangePassword: row.must_change_password === 1,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  };
}

function toUser(row: Selectable<AccountTable>): UserRecord {
  const { passwordHash: _passwordHash, ...account } = toRecord(row);
  return {
    ...account,
    unitId: row.unit_id,
    note: row.note,
    mail: row.mail,
    quotaBytes: row.quota_bytes,
  };
}
