import type { Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * Keeps everybody else who asks for this lock waiting until the transaction ends: another call, and another process.
 * Whoever changes the users or the units of an organisation holds it, because the rules look at all of them: the last
 * admin stays, units lie in no circle. Asked for before anything else is locked, so that no two wait for each other.
 *
 * Writing locks the row on both backings; accounts can be made and people can sign in meanwhile.
 */
export async function lockOrganization(db: Transaction<Schema>, organizationId: string): Promise<void> {
  await db
    .updateTable('organizations')
    .set((eb) => ({ name: eb.ref('name') }))
    .where('id', '=', organizationId)
    .execute();
}
