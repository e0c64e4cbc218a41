import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import type { AccountRole, AccountTable } from './schema.ts';
import { storable } from './text.ts';

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

export class AccountRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @returns false when the organisation has an account with this login ID already; nothing is changed then. */
  async create(record: AccountRecord): Promise<boolean> {
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
      })
      .onConflict((conflict) => conflict.columns(['organization_id', 'folded_login']).doNothing())
      .returning('id')
      .executeTakeFirst();
    return created !== undefined;
  }

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
      .executeTakeFirst();
    return row ? toRecord(row) : null;
  }

  /** Whether there is any account at all: before the first start there is none (A2). */
  async any(): Promise<boolean> {
    return (await this.#db.selectFrom('accounts').select('id').limit(1).executeTakeFirst()) !== undefined;
  }

  async setPassword(id: string, passwordHash: string, mustChangePassword: boolean): Promise<void> {
    await this.#db
      .updateTable('accounts')
      .set({ password_hash: passwordHash, must_change_password: mustChangePassword ? 1 : 0 })
      .where('id', '=', id)
      .execute();
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
