import { Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import { migrations } from './migrations/index.ts';

/**
 * Brings the tables to the shape this version needs. Several processes may do so at the same moment: one
 * works, in one transaction, and the others wait for it and find nothing left to do.
 *
 * @returns the names of the migrations that were carried out now.
 * @throws an Error with a sentence for the operator; nothing has been changed then.
 */
export async function migrate(db: Database): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) {
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    const reason = error instanceof Error ? error.message : JSON.stringify(error);
    throw new Error(
      `The database could not be brought up to date${failed ? ` (migration ${failed})` : ''}: ${reason}. ` +
        'If a newer version of Taimen has used this database, run that version.',
      { cause: error },
    );
  }
  return (results ?? []).map((result) => result.migrationName);
}
