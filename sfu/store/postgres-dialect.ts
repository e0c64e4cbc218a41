import { PostgresDialect, type Dialect } from 'kysely';
import type { CustomTypesConfig, PoolConfig } from 'pg';

/** One process of Taimen rarely waits for the database; this leaves room for others on the same server. */
const connectionsMax = 10;
const connectTimeoutMs = 10_000;

type ReadValue = (text: string) => unknown;

/**
 * A pool of connections to PostgreSQL. `pg` is loaded only here, so that those who use SQLite do not pay for it.
 *
 * @param url `postgres://user:password@host:port/database`, with pg's parameters (`?sslmode=`, `?host=` for a socket).
 * @param onError told when an idle connection breaks; the pool replaces it by itself.
 */
export async function openPostgres(url: string, onError: (error: Error) => void): Promise<Dialect> {
  const { default: pg } = await import('pg');
  const options: PoolConfig = {
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'taimen',
    // pg hands out int8 as text for fear of lost digits; ours are times and counts, all exact in a number.
    types: {
      getTypeParser: ((type, format) =>
        type === pg.types.builtins.INT8 && format !== 'binary'
          ? readInt8
          : (pg.types.getTypeParser(type, format) as ReadValue)) satisfies CustomTypesConfig['getTypeParser'],
    },
  };
  const pool = new pg.Pool(options);
  // Without a listener a database that restarts would take this process with it.
  pool.on('error', onError);
  return new PostgresDialect({ pool });
}

function readInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`The database holds ${text}, too large a number to be exact.`);
  return value;
}
