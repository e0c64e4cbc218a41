import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kysely, sql } from 'kysely';
import { openPostgres } from './postgres-dialect.ts';
import type { Schema } from './schema.ts';
import { NodeSqliteDialect, openSqlite } from './sqlite-dialect.ts';

export type Database = Kysely<Schema>;

export type OpenOptions = {
  /** `file:` and a path, or `:memory:` (SQLite); `postgres://…` or `postgresql://…`. */
  url: string;
  /** Told when a connection breaks while nobody uses it. Nothing has to be done. */
  onError?: (error: Error) => void;
};

/**
 * Opens the database and makes sure that it answers. Close it with `destroy()`, which is idempotent.
 *
 * @throws an Error with a sentence for the operator, without the password that the URL may hold.
 */
export async function openDatabase({ url, onError = () => undefined }: OpenOptions): Promise<Database> {
  if (url === ':memory:' || url.startsWith('file:')) return openFile(url);
  if (/^postgres(ql)?:\/\//.test(url)) return openServer(url, onError);
  throw new Error(
    'DATABASE_URL is not understood: it has to begin with postgres://, postgresql:// or file:, or be :memory:.',
  );
}

function openFile(url: string): Database {
  const path = sqlitePath(url);
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    return new Kysely<Schema>({ dialect: new NodeSqliteDialect(openSqlite(path)) });
  } catch (error) {
    throw new Error(
      `The database file ${path} could not be opened: ${reasonOf(error)}. Check that the folder exists, that ` +
        'this user may write to it and that the disk is not full.',
      { cause: error },
    );
  }
}

/** Both `file:///a/b` and the shorter `file:b` are understood; the latter is relative to the working folder. */
function sqlitePath(url: string): string {
  if (url === ':memory:') return url;
  return url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
}

async function openServer(url: string, onError: (error: Error) => void): Promise<Database> {
  let db: Database | null = null;
  try {
    db = new Kysely<Schema>({ dialect: await openPostgres(url, onError) });
    const answer = await sql<{ server_encoding: string }>`show server_encoding`.execute(db);
    const encoding = answer.rows[0]?.server_encoding;
    if (encoding !== 'UTF8') {
      throw new Error(`its encoding is ${encoding ?? 'unknown'}; create it with ENCODING 'UTF8'`);
    }
    return db;
  } catch (error) {
    await db?.destroy();
    throw new Error(`The database ${withoutPassword(url)} cannot be used: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** What may be shown of a database's URL: where it is, not the way in. */
function withoutPassword(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'at DATABASE_URL';
  }
}

function reasonOf(error: unknown): string {
  // A host name with several addresses, all of which refuse, gives an error with an empty message of its own.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
