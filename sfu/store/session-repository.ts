import type { Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { AccountRole, Schema, SessionEndReason } from './schema.ts';
import { storable } from './text.ts';

export type { SessionEndReason } from './schema.ts';

/** A sign-in. The token itself is in the browser's cookie only. */
export type SessionRecord = {
  id: string;
  tokenHash: string;
  accountId: string;
  createdAt: number;
  lastSeenAt: number;
  /** Where it was begun from. */
  address: string;
  /** Such as 「Chrome · Windows」; '' when the browser says nothing usable. */
  browser: string;
};

/** A session with what is known of the person, read in one go because every request needs it. */
export type SessionWithAccount = SessionRecord & {
  endedAt: number | null;
  endReason: SessionEndReason | null;
  accountName: string;
  login: string;
  role: AccountRole;
  mustChangePassword: boolean;
  organization: { id: string; publicId: string; name: string };
};

export class SessionRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Begins a session, in one transaction with the end of the account's others if it is to be alone: of two sign-ins
   * at the same moment exactly one stays then (A3: the later wins).
   *
   * @param checkedHash of the password that was checked; undefined: none was
   * @returns the IDs of the sessions that were ended; null when the account has been removed, or has another password
   *   since it was checked: nothing has begun then
   */
  begin(
    record: SessionRecord,
    { isAlone, checkedHash }: { isAlone: boolean; checkedHash?: string | undefined },
  ): Promise<string[] | null> {
    return this.#db.transaction().execute(async (db) => {
      // This also locks the account's row, so that two sign-ins, or one and a removal, come one after the other.
      let signingIn = db
        .updateTable('accounts')
        .set({ last_sign_in_at: record.createdAt })
        .where('id', '=', record.accountId)
        .where('removed_at', 'is', null);
      if (checkedHash !== undefined) signingIn = signingIn.where('password_hash', '=', checkedHash);
      const account = await signingIn.returning('id').executeTakeFirst();
      if (!account) return null;
      const ended = isAlone
        ? await endOf(db, record.accountId, null, 'signed-in-elsewhere', record.createdAt)
        : [];
      await db
        .insertInto('sessions')
        .values({
          id: record.id,
          token_hash: record.tokenHash,
          account_id: record.accountId,
          created_at: record.createdAt,
          last_seen_at: record.lastSeenAt,
          ended_at: null,
          end_reason: null,
          address: storable(record.address),
          browser: storable(record.browser),
        })
        .execute();
      return ended;
    });
  }

  /** Also finds sessions that are over, so that their page can be told why. */
  async findByToken(tokenHash: string): Promise<SessionWithAccount | null> {
    const row = await this.#db
      .selectFrom('sessions')
      .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
      .innerJoin('organizations', 'organizations.id', 'accounts.organization_id')
      .where('sessions.token_hash', '=', tokenHash)
      .select([
        'sessions.id as id',
        'sessions.account_id as accountId',
        'sessions.created_at as createdAt',
        'sessions.last_seen_at as lastSeenAt',
        'sessions.ended_at as endedAt',
        'sessions.end_reason as endReason',
        'sessions.address as address',
        'sessions.browser as browser',
        'accounts.name as accountName',
        'accounts.login as login',
        'accounts.role as role',
        'accounts.must_change_password as mustChangePassword',
        'accounts.removed_at as removedAt',
        'organizations.id as organizationId',
        'organizations.public_id as publicId',
        'organizations.name as organizationName',
      ])
      .executeTakeFirst();
    if (!row) return null;
    const { organizationId, publicId, organizationName, mustChangePassword, removedAt, ...session } = row;
    return {
      ...session,
      tokenHash,
      // Whoever removed the account may not have come to end its sessions.
      endedAt: session.endedAt ?? removedAt,
      endReason: session.endReason ?? (removedAt === null ? null : 'account-removed'),
      mustChangePassword: mustChangePassword === 1,
      organization: { id: organizationId, publicId, name: organizationName },
    };
  }

  async touch(id: string, now: number): Promise<void> {
    await this.#db.updateTable('sessions').set({ last_seen_at: now }).where('id', '=', id).execute();
  }

  /**
   * Those of an account that have not ended, the latest sign-in first.
   *
   * @param since only those that have begun, and been used, after these times
   */
  async ofAccount(
    accountId: string,
    since: { createdAt: number; lastSeenAt: number },
  ): Promise<Omit<SessionRecord, 'tokenHash'>[]> {
    return this.#db
      .selectFrom('sessions')
      .where('account_id', '=', accountId)
      .where('ended_at', 'is', null)
      .where('created_at', '>', since.createdAt)
      .where('last_seen_at', '>', since.lastSeenAt)
      .select([
        'id',
        'account_id as accountId',
        'created_at as createdAt',
        'last_seen_at as lastSeenAt',
        'address',
        'browser',
      ])
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute();
  }

  /** @returns whether it was open until now. */
  async end(id: string, reason: SessionEndReason, now: number): Promise<boolean> {
    const ended = await this.#db
      .updateTable('sessions')
      .set({ ended_at: now, end_reason: reason })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    return ended !== undefined;
  }

  /**
   * Ends every session of an account, except one if so wished.
   *
   * @returns the IDs of those that were open until now.
   */
  endAll(
    accountId: string,
    exceptId: string | null,
    reason: SessionEndReason,
    now: number,
  ): Promise<string[]> {
    return endOf(this.#db, accountId, exceptId, reason, now);
  }

  /**
   * Ends every session of several accounts.
   *
   * @returns the IDs of those that were open until now, by account
   */
  async endOfAccounts(
    accountIds: readonly string[],
    reason: SessionEndReason,
    now: number,
  ): Promise<Map<string, string[]>> {
    if (accountIds.length === 0) return new Map();
    const rows = await this.#db
      .updateTable('sessions')
      .set({ ended_at: now, end_reason: reason })
      .where('account_id', 'in', accountIds)
      .where('ended_at', 'is', null)
      .returning(['id', 'account_id as accountId'])
      .execute();
    const ended = new Map<string, string[]>();
    for (const { id, accountId } of rows) ended.set(accountId, [...(ended.get(accountId) ?? []), id]);
    return ended;
  }

  /** Removes what has been over for so long that no page can ask for it any more. */
  async removeCreatedBefore(time: number): Promise<void> {
    await this.#db.deleteFrom('sessions').where('created_at', '<', time).execute();
  }
}

async function endOf(
  db: Database | Transaction<Schema>,
  accountId: string,
  exceptId: string | null,
  reason: SessionEndReason,
  now: number,
): Promise<string[]> {
  let query = db
    .updateTable('sessions')
    .set({ ended_at: now, end_reason: reason })
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null);
  if (exceptId !== null) query = query.where('id', '<>', exceptId);
  const rows = await query.returning('id').execute();
  return rows.map((row) => row.id);
}
