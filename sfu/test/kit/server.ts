import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../../config.ts';
import { createLog } from '../../log.ts';
import { startServer } from '../../server.ts';
import type { RunningServer } from '../../server.ts';
import type { GuardLimits } from '../../signaling/guard.ts';
import { timings as patience } from '../../signaling/timings.ts';
import type { Timings } from '../../signaling/timings.ts';
import { openDatabase } from '../../store/database.ts';
import { createRepositories } from '../../store/repositories.ts';
import type { Repositories } from '../../store/repositories.ts';
import { Page } from './client.ts';
import type { PageOptions } from './client.ts';
import { freePorts } from './ports.ts';

export const adminPassword = 'a password for tests 対面';

const wide = { points: 100_000, duration: 60 };
/** So wide that no story but those about limits ever meets one. */
export const wideLimits: GuardLimits = {
  messages: wide,
  presence: wide,
  faults: wide,
  wrongNumbers: wide,
  wrongNumbersInAll: wide,
  issuedNumbers: wide,
  knocks: wide,
};

export type TestServerOptions = {
  workers?: number;
  timings?: Partial<Timings>;
  guardLimits?: GuardLimits;
  /** Further settings, by the names that operators use. */
  env?: Record<string, string>;
  /** Defects that the server logs fail the test, unless it brings them about itself. */
  expectErrors?: boolean;
};

/** The settings for a server of one's own: on free ports of this machine, keeping everything in `dataDir`. */
export async function testEnvironment(dataDir: string, workers: number): Promise<Record<string, string>> {
  const workerBin = process.env['MEDIASOUP_WORKER_BIN'];
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    RTC_PORT: String(await freePorts(workers)),
    RTC_WORKERS: String(workers),
    RTC_ANNOUNCED_ADDRESS: '127.0.0.1',
    DATA_DIR: dataDir,
    ADMIN_PASSWORD: adminPassword,
    LOG_LEVEL: 'warn',
    ...(workerBin ? { MEDIASOUP_WORKER_BIN: workerBin } : {}),
  };
}

export const newDataDir = () => mkdtemp(path.join(tmpdir(), 'taimen-test-'));

/** The real server, in this process, with the pages that a story opens on it. */
export class TestServer {
  readonly #options: TestServerOptions;
  #env: Record<string, string>;
  readonly #pages = new Set<Page>();
  #running: RunningServer | null = null;
  readonly #logged: string[] = [];
  #store: { repositories: Repositories; close: () => Promise<void> } | null = null;

  private constructor(options: TestServerOptions, env: Record<string, string>) {
    this.#options = options;
    this.#env = env;
  }

  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const env = { ...(await testEnvironment(await newDataDir(), options.workers ?? 1)), ...options.env };
    const server = new TestServer(options, env);
    try {
      await server.up();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get base(): string {
    if (!this.#running) throw new Error('The server is not running.');
    return `http://127.0.0.1:${this.#running.port}`;
  }

  get dataDir(): string {
    return readConfig(this.#env).dataDir;
  }

  get workerPids(): number[] {
    return this.#running?.workerPids() ?? [];
  }

  /** Null while it is being started again. */
  get recorderPid(): number | null {
    return this.#running?.recorderPid() ?? null;
  }

  /** What the server has logged from level `warn` on. */
  get logged(): readonly string[] {
    return this.#logged;
  }

  /** The server's own store, through a connection of the test's. */
  async store(): Promise<Repositories> {
    if (!this.#store) {
      const db = await openDatabase({ url: readConfig(this.#env).databaseUrl });
      this.#store = { repositories: createRepositories(db), close: () => db.destroy() };
    }
    return this.#store.repositories;
  }

  async openPage(options: PageOptions = {}): Promise<Page> {
    const page = await Page.open(this.base, options);
    this.#pages.add(page);
    return page;
  }

  /** Starts with the data that is there, on the ports it had before. */
  async up(): Promise<void> {
    const config = readConfig(this.#env);
    try {
      this.#running = await startServer({
        config,
        log: createLog(config.logLevel, { write: (line) => void this.#logged.push(line) }),
        timings: { ...patience, ...this.#options.timings },
        guardLimits: this.#options.guardLimits ?? wideLimits,
      });
    } catch (error) {
      const hint = config.mediasoupWorkerBin
        ? `MEDIASOUP_WORKER_BIN is ${config.mediasoupWorkerBin}.`
        : 'Without MEDIASOUP_WORKER_BIN the worker is looked for in node_modules/mediasoup; `npm test` sets it.';
      throw new Error(`The server for the tests cannot start. ${hint}`, { cause: error });
    }
    this.#env = { ...this.#env, PORT: String(this.#running.port) };
  }

  /** An orderly stop; `up` starts it again. */
  async down(): Promise<void> {
    await this.#running?.close();
    this.#running = null;
  }

  /** After every test: closes its pages, and fails when one of them was told nonsense. */
  async closePages(): Promise<void> {
    const pages = [...this.#pages];
    this.#pages.clear();
    for (const page of pages) page.close();
    const complaints = pages.flatMap((page) => page.complaints);
    if (complaints.length > 0) throw new Error(`Pages were told nonsense:\n${complaints.join('\n')}`);
    const errors = this.#logged.splice(0).filter((line) => line.includes('"level":"error"'));
    if (errors.length > 0 && !this.#options.expectErrors) {
      throw new Error(`The server has met defects:\n${errors.join('')}`);
    }
  }

  /** Stops for good and leaves nothing behind. */
  async stop(): Promise<void> {
    for (const page of this.#pages) page.close();
    await this.#store?.close();
    await this.down();
    await rm(readConfig(this.#env).dataDir, { recursive: true, force: true });
  }
}
