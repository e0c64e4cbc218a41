import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startPostgres, type TestPostgres } from './postgres.ts';

export type Backing = {
  name: string;
  /** The URL of an empty database of its own. To be called while tests run, not before. */
  newUrl: () => Promise<string>;
};

/** Both backings of the store, for the tests of one file, which are to run on each; gone after them. */
export function useBackings(): Backing[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'taimen-store-'));
  let files = 0;
  let postgres: TestPostgres | null = null;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await postgres?.stop();
  });

  return [
    { name: 'SQLite', newUrl: () => Promise.resolve(`file:${path.join(folder, `${++files}.db`)}`) },
    { name: 'PostgreSQL', newUrl: () => postgres!.createDatabase() },
  ];
}
