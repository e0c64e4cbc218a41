import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Banners } from '../accounts/banners.ts';
import { ensureFirstAccount } from '../accounts/first-account.ts';
import { UserFiles } from '../accounts/import/user-files.ts';
import { OrganizationRules } from '../accounts/organization.ts';
import { LogBook } from '../accounts/log-book.ts';
import { OrganizationLog } from '../accounts/organization-log.ts';
import { PasswordChange } from '../accounts/password-change.ts';
import { Sessions } from '../accounts/sessions.ts';
import { SignInLog } from '../accounts/sign-in-log.ts';
import { SignIn } from '../accounts/sign-in.ts';
import { Units } from '../accounts/units.ts';
import { UserSessions } from '../accounts/user-sessions.ts';
import { Usage } from '../accounts/usage.ts';
import { Users } from '../accounts/users.ts';
import { HistoryLibrary } from '../history/library.ts';
import { createApp } from '../http/app.ts';
import type { HttpSettings } from '../http/deps.ts';
import { createLog } from '../log.ts';
import { limits } from '../protocol/limits.ts';
import type { Mp4Maker, Mp4Report } from '../recording/copies.ts';
import { RecordingLibrary } from '../recording/library.ts';
import { RecordingShelf } from '../recording/shelf.ts';
import { DirectoryBlobs } from '../store/blobs.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';

export const password = 'first password 対面';
export const html = (page: string) => `<!doctype html><title>${page}</title>`;

export type Answer = { status: number; headers: Headers; text: string; json: Record<string, unknown> | null };

/** In place of the recorder: takes orders for copies, and reports what the test says. */
export class StandInMaker implements Mp4Maker {
  isUp = true;
  readonly orders: Parameters<Mp4Maker['make']>[0][] = [];
  readonly cancelled: string[] = [];
  #listener: (report: Mp4Report) => void = () => undefined;

  isThere = async () => this.isUp;

  make(order: Parameters<Mp4Maker['make']>[0]): void {
    this.orders.push(order);
  }

  cancel(job: string): void {
    this.cancelled.push(job);
  }

  onReport(listener: (report: Mp4Report) => void): void {
    this.#listener = listener;
  }

  report(report: Mp4Report): void {
    this.#listener(report);
  }
}

/** The HTTP interface listening on a free port, over a database in memory and a small folder of pages. */
export class HttpServer {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'taimen-http-'));
  readonly webDir = path.join(this.folder, 'web');
  readonly db: Database;
  readonly store: Repositories;
  readonly mp4Maker = new StandInMaker();
  /** What the server takes for the time; forwards it for tests. */
  clockMs = Date.now();
  ready = true;
  logged: string[] = [];
  base = '';
  #sessions: Sessions;
  #organizationLog: OrganizationLog | null = null;
  #recordings: {
    blobs: DirectoryBlobs;
    shelf: RecordingShelf;
    library: RecordingLibrary;
    rules: OrganizationRules;
  } | null = null;
  #server: http.Server | null = null;

  private constructor(db: Database) {
    this.db = db;
    this.store = createRepositories(db);
    this.#sessions = new Sessions(this.store.sessions);
  }

  static async start(): Promise<HttpServer> {
    const db = await openDatabase({ url: ':memory:' });
    await migrate(db);
    const server = new HttpServer(db);
    await server.openRecordings();
    await ensureFirstAccount(server.store, password);
    writePages(server.folder, server.webDir);
    await server.listen({});
    return server;
  }

  get shelf(): RecordingShelf {
    return this.#recordings!.shelf;
  }

  get recordingBlobs(): DirectoryBlobs {
    return this.#recordings!.blobs;
  }

  /** What is to stay free on the disk besides copies; `openRecordings` makes it known. */
  reserveBytes = 0;

  /** As at a start of the server; `listen` makes it known. */
  async openRecordings(quotaBytes = 5_000_000_000): Promise<void> {
    this.#recordings?.library.close();
    const blobs = await DirectoryBlobs.open(path.join(this.folder, 'recordings'), { keepsAside: true });
    const log = createLog('info', { write: (line) => void this.logged.push(line) });
    const { recordings, accounts } = this.store;
    const now = () => this.clockMs;
    const rules = new OrganizationRules(this.store.organizations, {
      quotaBytes,
      documentBytesMax: limits.documentBytesMax,
      documentPagesMax: limits.documentPagesMax,
      canMail: false,
    });
    const rulesOf = (accountId: string) => rules.storageRules(accountId);
    const shelf = await RecordingShelf.open({ recordings, blobs, rulesOf, log, now });
    const library = await RecordingLibrary.open({
      recordings,
      accounts,
      shelf,
      blobs,
      maker: this.mp4Maker,
      reserveBytes: this.reserveBytes,
      canMail: false,
      log,
      now,
    });
    this.#recordings = { blobs, shelf, library, rules };
  }

  get sessions(): Sessions {
    return this.#sessions;
  }

  get organizationLog(): OrganizationLog {
    return this.#organizationLog!;
  }

  /** Listens, anew if need be, with other settings. */
  async listen(config: Partial<HttpSettings>): Promise<void> {
    await this.#close();
    this.logged = [];
    const now = () => this.clockMs;
    const { accounts, organizations } = this.store;
    const signIn = new SignIn(accounts, now);
    this.#sessions = new Sessions(this.store.sessions, now);
    const sessions = this.#sessions;
    const log = createLog('info', { write: (line) => void this.logged.push(line) });
    const organizationLog = new OrganizationLog({ ...this.store, entries: this.store.logs, log, now });
    this.#organizationLog = organizationLog;
    const app = createApp({
      config: { publicOrigin: null, trustProxy: 0, webDir: this.webDir, ...config },
      log,
      ready: () => this.ready,
      signIn,
      sessions: this.#sessions,
      passwordChange: new PasswordChange(accounts, signIn, this.#sessions),
      rules: this.#recordings!.rules,
      userSessions: new UserSessions({ ...this.store, sessions: this.#sessions }),
      users: new Users({ ...this.store, sessions: this.#sessions, now }),
      units: new Units({ ...this.store, now }),
      organizationLog,
      signInLog: new SignInLog({ ...this.store, organizationLog, sessions, log, now }),
      logBook: new LogBook({ ...this.store, entries: this.store.logs, organizationLog, now }),
      usage: new Usage({ ...this.store, organizationLog, now }),
      userFiles: new UserFiles({ imports: this.store.userImports }),
      organizations,
      banners: new Banners({
        banners: this.store.banners,
        callbacks: this.store.callbacks,
        // Nobody is at a desk: there are no sockets here.
        desks: { isAvailable: () => false, callbacksChanged: () => {}, bannerChanged: () => {} },
        now,
      }),
      // Documents are tried on the whole server, where meetings are.
      documents: null as never,
      blobs: null as never,
      tickets: null as never,
      recordings: this.#recordings!.library,
      history: new HistoryLibrary({
        history: this.store.history,
        meetings: this.store.recordings,
        recordings: this.#recordings!.library,
      }),
      recordingBlobs: this.#recordings!.blobs,
      seats: {
        find: () => null,
        shows: () => false,
        uses: () => false,
        documentRemoved: async () => {},
        isInMeeting: () => false,
      },
    });
    this.#server = http.createServer(app).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.base = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await this.#close();
    this.#recordings?.library.close();
    await this.db.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** As a page of ours would ask; a text goes as it is, anything else as JSON. */
  async ask(
    method: string,
    to: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(this.base + to, {
      method,
      headers: { origin: this.base, 'content-type': 'application/json', ...headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    // HEAD tells of JSON and brings none.
    const json = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : null;
    return { status: response.status, headers: response.headers, text, json };
  }

  /** Asks for a path as it is, without the tidying that fetch does. */
  async askRaw(
    rawPath: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> {
    const request = http.get({ host: '127.0.0.1', port: new URL(this.base).port, path: rawPath, headers });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const text = (await response.toArray()).join('');
    return { status: response.statusCode ?? 0, text };
  }

  async #close(): Promise<void> {
    if (!this.#server) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
    this.#server = null;
    await this.#organizationLog?.close();
  }
}

/** A build in small, with a secret beside it and one hidden inside. */
function writePages(folder: string, webDir: string): void {
  for (const page of ['start', 'join', 'meeting', 'dashboard']) {
    mkdirSync(path.join(webDir, 'pages', page), { recursive: true });
    writeFileSync(path.join(webDir, 'pages', page, 'index.html'), html(page));
  }
  mkdirSync(path.join(webDir, 'assets'));
  const script = 'console.log("対面");\n'.repeat(100);
  writeFileSync(path.join(webDir, 'assets/app-1a2b.js'), script);
  writeFileSync(path.join(webDir, 'assets/app-1a2b.js.br'), brotliCompressSync(script));
  writeFileSync(path.join(webDir, 'assets/app-1a2b.js.gz'), gzipSync(script));
  writeFileSync(path.join(webDir, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(path.join(webDir, '.hidden'), 'secret');
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
}
