import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

const debianFolder = '/usr/lib/postgresql';
const startTimeoutMs = 20_000;
const pollMs = 50;
/** PostgreSQL refuses to run as root; the first of these that exists is used instead. */
const unprivilegedUsers = ['postgres', 'nobody'];

export type TestPostgres = {
  /** Makes an empty database in this server and gives its URL. */
  createDatabase: () => Promise<string>;
  /** Stops the server and removes its files. Idempotent. */
  stop: () => Promise<void>;
};

/**
 * Starts a PostgreSQL of its own for the tests: temporary files, no port (a socket in its folder), nothing
 * flushed to disk. It ends with the process that started it, however that ends: a small shell holds both
 * the server and one end of a pipe, and cleans up when the other end closes.
 *
 * @throws an Error that says what to install when PostgreSQL is not there.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const binaries = findBinaries();
  const user = process.getuid?.() === 0 ? unprivilegedUser() : null;
  const folder = mkdtempSync(path.join(tmpdir(), 'taimen-postgres-'));
  if (user) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const as = user ? ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--'] : [];
  const superuser = 'taimen';

  let keeper: ChildProcess | null = null;
  let output = '';
  try {
    const initdb = [path.join(binaries, 'initdb'), '-D', data, '-U', superuser, '-A', 'trust', '-E', 'UTF8'];
    run([...as, ...initdb, '--locale=C', '--no-sync', '--no-instructions'], folder);
    // The shell runs in a session of its own, so that Ctrl+C in a terminal ends only the tests.
    const words = [...as, 'sh', '-c', keeperScript, 'sh', path.join(binaries, 'postgres'), data, folder];
    const [command = '', ...rest]: string[] = words;
    keeper = spawn(command, rest, { cwd: folder, detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
    keeper.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    keeper.unref();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }

  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()));
  const stop = async () => {
    keeper.stdin?.end();
    keeper.ref();
    await ended;
  };
  const urlOf = (database: string) =>
    `postgres://${superuser}@localhost/${database}?host=${encodeURIComponent(folder)}`;
  let databases = 0;

  try {
    await untilAnswering(urlOf('postgres'), () => keeper.exitCode !== null);
  } catch (error) {
    await stop();
    throw new Error(`PostgreSQL did not start: ${output}`, { cause: error });
  }
  return {
    createDatabase: async () => {
      const name = `test${++databases}`;
      await query(urlOf('postgres'), `create database ${name}`);
      return urlOf(name);
    },
    stop,
  };
}

/** $1 the server's program, $2 its data, $3 the folder to remove. Standard input closes when the tests end. */
const keeperScript = `
"$1" -D "$2" -k "$3" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off &
server=$!
cat >/dev/null
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$3"
`;

function findBinaries(): string {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : [];
  const newest = versions
    .filter((version) => existsSync(path.join(debianFolder, version, 'bin/initdb')))
    .sort((a, b) => Number(b) - Number(a))[0];
  if (newest) return path.join(debianFolder, newest, 'bin');
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    if (existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres'))) return folder;
  }
  throw new Error(
    'These tests need PostgreSQL: install it with "apt-get install postgresql" (it need not run).',
  );
}

function unprivilegedUser(): { uid: number; gid: number } {
  for (const name of unprivilegedUsers) {
    try {
      const number = (option: string) =>
        Number(execFileSync('id', [option, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: number('-u'), gid: number('-g') };
    } catch {
      // There is no such user: the next.
    }
  }
  throw new Error('PostgreSQL does not run as root, and neither a user "postgres" nor "nobody" exists.');
}

function run(words: string[], cwd: string): void {
  const [command = '', ...rest] = words;
  execFileSync(command, rest, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}

async function untilAnswering(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    try {
      await query(url, 'select 1');
      return;
    } catch (error) {
      if (hasEnded() || Date.now() > deadline) throw error;
      await wait(pollMs);
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // The server may go while the connection idles; that is nobody's failure here.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
