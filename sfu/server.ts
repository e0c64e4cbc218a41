import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { Banners } from './accounts/banners.ts';
import { ensureFirstAccount } from './accounts/first-account.ts';
import type { FirstAccount } from './accounts/first-account.ts';
import { UserFiles } from './accounts/import/user-files.ts';
import { OrganizationRules } from './accounts/organization.ts';
import { LogBook } from './accounts/log-book.ts';
import { LogRetention } from './accounts/log-retention.ts';
import { actsBetween, chatAct } from './accounts/meeting-acts.ts';
import { OrganizationLog } from './accounts/organization-log.ts';
import { isOwnOrigin } from './accounts/origin.ts';
import { PasswordChange } from './accounts/password-change.ts';
import { Sessions } from './accounts/sessions.ts';
import { SignInLog } from './accounts/sign-in-log.ts';
import { SignIn } from './accounts/sign-in.ts';
import { Units } from './accounts/units.ts';
import { UserSessions } from './accounts/user-sessions.ts';
import { Usage } from './accounts/usage.ts';
import { Users } from './accounts/users.ts';
import type { Config } from './config.ts';
import { DocumentLibrary } from './documents/library.ts';
import { DocumentPreparation } from './documents/preparation.ts';
import { Tickets } from './documents/tickets.ts';
import { HistoryLibrary } from './history/library.ts';
import { createApp } from './http/app.ts';
import type { Log } from './log.ts';
import { createMail } from './mail.ts';
import { WorkerPool } from './media/workers.ts';
import { mp4MakerOf } from './recording/copies.ts';
import { RecordingLibrary } from './recording/library.ts';
import { RecorderProcess } from './recording/recorder-process.ts';
import { Recordings } from './recording/recordings.ts';
import { RecordingShelf } from './recording/shelf.ts';
import { StorageWarnings } from './recording/warnings.ts';
import { DeskHub } from './signaling/desk-hub.ts';
import { Gateway } from './signaling/gateway.ts';
import type { GuardLimits } from './signaling/guard.ts';
import { LiveMeetings } from './signaling/live-meetings.ts';
import { timings as patience } from './signaling/timings.ts';
import type { Timings } from './signaling/timings.ts';
import { DirectoryBlobs } from './store/blobs.ts';
import { openDatabase } from './store/database.ts';
import { lockFolder } from './store/lock.ts';
import { migrate } from './store/migrate.ts';
import { createRepositories } from './store/repositories.ts';

/** One node today; its name stands in every meeting's record, so that many can share a store later. */
const home = 'node-1';

/** The recorder, a process of its own. */
const recorderMain = path.resolve(import.meta.dirname, '../recorder/main.ts');

/** A large document over a slow line takes this long at the most. */
const uploadMs = 30 * 60_000;

export type ServerOptions = {
  config: Config;
  log: Log;
  /** For tests: less patience, wider limits. */
  timings?: Timings;
  guardLimits?: GuardLimits;
};

export type RunningServer = {
  /** The port that was really opened. */
  port: number;
  /** Set on the very first start. */
  firstAccount: FirstAccount | null;
  /** What guards the conversion of Office files here, in a sentence for the operator. */
  officeGuard: string;
  /** Process IDs of the media workers. */
  workerPids: () => number[];
  /** Process ID of the recorder; null while it is being started again. */
  recorderPid: () => number | null;
  /** Orderly: meetings stay in the store, and the next start goes on with them. */
  close: () => Promise<void>;
};

/**
 * Puts the server together: store, accounts, media, meetings, then HTTP and sockets.
 *
 * @throws Error with a sentence for the operator when a port, the store or a worker cannot be had.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { log } = options;
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    return await assemble(options, closers, close);
  } catch (error) {
    await close().catch((nested: unknown) => {
      log.error({ error: nested }, 'closing after a failed start failed as well');
    });
    throw error;
  }
}

async function assemble(
  { config, log, timings = patience, guardLimits }: ServerOptions,
  closers: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<RunningServer> {
  await mkdir(config.dataDir, { recursive: true });
  closers.push(await lockFolder(config.dataDir));

  // Workers take the longest to start: everything else happens meanwhile.
  const startingPool = WorkerPool.create({
    count: config.rtcWorkers,
    port: config.rtcPort,
    announcedAddress: config.rtcAnnouncedAddress ?? undefined,
    workerBin: config.mediasoupWorkerBin ?? undefined,
    log,
  });
  // Whatever fails first is reported; the other must not be an unhandled rejection.
  startingPool.catch(() => undefined);
  closers.push(async () => {
    const pool = await startingPool.catch(() => null);
    pool?.close();
  });

  const db = await openDatabase({ url: config.databaseUrl });
  closers.push(() => db.destroy());
  await migrate(db);
  const store = createRepositories(db);
  await store.connectionNumbers.releaseAbandoned(Date.now());
  const releasing = setInterval(() => {
    store.connectionNumbers.releaseAbandoned(Date.now()).catch((error: unknown) => {
      log.error({ error }, 'abandoned connection numbers could not be released');
    });
  }, timings.releaseNumbersMs);
  releasing.unref();
  closers.push(() => {
    clearInterval(releasing);
  });
  const firstAccount = await ensureFirstAccount(store, config.adminPassword);

  const signIn = new SignIn(store.accounts);
  const sessions = new Sessions(store.sessions);
  const passwordChange = new PasswordChange(store.accounts, signIn, sessions);
  const organizationLog = new OrganizationLog({ ...store, entries: store.logs, log });
  closers.push(() => organizationLog.close());

  const mail = createMail({ url: config.smtpUrl, from: config.mailFrom, log });
  closers.push(() => mail?.close());
  const rules = new OrganizationRules(store.organizations, {
    quotaBytes: config.recordingQuotaBytes,
    documentBytesMax: config.documentBytesMax,
    documentPagesMax: config.documentPagesMax,
    canMail: mail !== null,
  });
  const logRetention = LogRetention.open({
    entries: store.logs,
    retentionOf: async (organizationId) => (await rules.settings(organizationId)).retentionMonths,
    log,
  });
  closers.push(() => logRetention.close());

  const preparation = await DocumentPreparation.create({
    jobsDir: path.join(config.dataDir, 'conversions'),
    filesDir: path.join(config.dataDir, 'blobs'),
    limits: { pages: config.documentPagesMax },
    sandbox: config.officeSandbox,
    log,
  });
  closers.push(() => preparation.close());
  const blobs = await DirectoryBlobs.open(path.join(config.dataDir, 'blobs'));
  const documents = await DocumentLibrary.open({
    documents: store.documents,
    blobs,
    preparation,
    limitsOf: (owner) => rules.documentLimits(owner),
    log,
  });
  closers.push(() => documents.close());
  const tickets = new Tickets();

  const recordingsDir = path.join(config.dataDir, 'recordings');
  const warnings = new StorageWarnings({
    accounts: store.accounts,
    whomToWarn: (accountId) => rules.whomToWarn(accountId),
    mail,
    publicOrigin: config.publicOrigin,
    log,
  });
  const recordingBlobs = await DirectoryBlobs.open(path.join(recordingsDir, 'files'), {
    // Nothing of recordings is deleted but by their owners.
    keepsAside: true,
    onTrouble: (error) => {
      log.error({ err: error }, 'the folder of recordings cannot be used: nothing can be recorded');
    },
  });
  const shelf = await RecordingShelf.open({
    recordings: store.recordings,
    blobs: recordingBlobs,
    rulesOf: (accountId) => rules.storageRules(accountId),
    partMs: config.recordingPartMs,
    onWarning: (warning) => {
      warnings.warn(warning);
    },
    log,
  });
  const recorder = new RecorderProcess({
    main: recorderMain,
    recordingsDir,
    reserveBytes: config.recordingReserveBytes,
    sandbox: config.officeSandbox,
    logLevel: config.logLevel,
    log,
  });
  const recordings = await Recordings.create({
    recorder,
    shelf,
    recordingsDir,
    reserveBytes: config.recordingReserveBytes,
    partMs: config.recordingPartMs,
    documentFile: async (documentId, version) => {
      const found = await store.documents.load(documentId);
      return found?.version === version && found.pdfBlob ? blobs.file(found.pdfBlob) : null;
    },
    log,
  });
  const recordingLibrary = await RecordingLibrary.open({
    recordings: store.recordings,
    accounts: store.accounts,
    shelf,
    blobs: recordingBlobs,
    maker: mp4MakerOf(recorder),
    reserveBytes: config.recordingReserveBytes,
    canMail: mail !== null,
    log,
  });
  closers.push(() => {
    recordingLibrary.close();
  });

  const desks = new DeskHub({
    bannerName: async (key) => (await store.banners.find(key))?.name ?? null,
    accounts: store.accounts,
    log,
  });
  closers.push(() => {
    desks.stop();
  });
  const banners = new Banners({ banners: store.banners, callbacks: store.callbacks, desks });

  const pool = await startingPool;
  const meetings = await LiveMeetings.restore({
    home,
    meetings: store.meetings,
    chat: store.chat,
    numbers: store.connectionNumbers,
    organizations: store.organizations,
    pool,
    recordings,
    timings,
    log,
    changed: (live) => {
      desks.meetingChanged(live);
    },
    acted: (before, after) => {
      for (const act of actsBetween(before, after)) organizationLog.write(act);
    },
    said: (meeting, who, text) => {
      for (const act of chatAct(meeting, who, text)) organizationLog.write(act);
    },
    ended: (meetingId) => {
      documents.forgetMeeting(meetingId).catch((error: unknown) => {
        log.error({ error }, 'what guests brought to a meeting could not be removed');
      });
    },
  });
  documents.isAllowed = (owner) =>
    owner.kind === 'account' || meetings.isPresent(owner.meetingId, owner.participantId);
  await documents.forgetMeetingsBut((meetingId) => meetings.isLive(meetingId));
  documents.onChange((document) => {
    meetings.documentChanged(document).catch((error: unknown) => {
      log.error({ error }, 'a changed document could not be told');
    });
  });
  closers.push(async () => {
    await meetings.settle().catch((error: unknown) => {
      log.error({ error }, 'how long documents were on show could not be stored');
    });
    meetings.close();
  });
  closers.push(() => recordings.close());
  recordings.start();

  sessions.onEnded(({ accountId, reason }) => {
    if (reason !== 'account-removed') return;
    meetings.accountRemoved(accountId).catch((error: unknown) => {
      log.error({ error }, 'a removed account could not be taken out of its meetings');
    });
  });

  const app = createApp({
    config,
    log,
    ready: () => pool.ready,
    signIn,
    sessions,
    passwordChange,
    rules,
    userSessions: new UserSessions({ ...store, sessions }),
    users: new Users({ ...store, sessions }),
    units: new Units(store),
    organizationLog,
    signInLog: new SignInLog({ ...store, organizationLog, sessions, log }),
    logBook: new LogBook({ ...store, entries: store.logs, organizationLog }),
    usage: new Usage({ ...store, organizationLog }),
    userFiles: new UserFiles({ imports: store.userImports }),
    banners,
    documents,
    blobs,
    tickets,
    seats: {
      find: (meetingId, resumeToken) => meetings.seatOf(meetingId, resumeToken),
      shows: (meetingId, documentId) => meetings.shows(meetingId, documentId),
      uses: (documentId) => meetings.uses(documentId),
      documentRemoved: (documentId) => meetings.documentRemoved(documentId),
      isInMeeting: (accountId) => meetings.isInMeeting(accountId),
    },
    recordings: recordingLibrary,
    history: new HistoryLibrary({
      history: store.history,
      meetings: store.recordings,
      recordings: recordingLibrary,
    }),
    recordingBlobs,
    organizations: store.organizations,
  });
  const http = createServer({ requestTimeout: uploadMs }, app);
  const gateway = new Gateway({
    http,
    meetings,
    organizations: store.organizations,
    banners,
    desks,
    documents,
    tickets,
    recordings,
    isAllowed: (request) => isOwnOrigin(request.headers, config),
    signedIn: async (request) => {
      const found = await sessions.signedIn(request.headers.cookie);
      if (!found || found.mustChangePassword) return null;
      const { sessionId, accountId, accountName, organization } = found;
      return {
        sessionId,
        accountId,
        name: accountName,
        organizationId: organization.id,
        organizationName: organization.name,
      };
    },
    addressOf: (request) => clientAddress(request, config.trustProxy),
    onSessionEnded: (listener) => {
      sessions.onEnded(({ sessionIds, reason }) => {
        for (const sessionId of sessionIds) listener(sessionId, reason === 'signed-out' ? null : reason);
      });
    },
    ...(guardLimits ? { guardLimits } : {}),
    sessionCheckMs: timings.sessionCheckMs,
    quietDeskMs: timings.quietDeskMs,
    log,
  });
  closers.push(() => gateway.close());

  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `Port ${config.port} is in use: stop the other server, or choose another one with PORT.`
          : `Port ${config.port} cannot be opened: ${error.message}`;
      reject(new Error(reason, { cause: error }));
    });
    http.listen({ port: config.port, ...(config.host === undefined ? {} : { host: config.host }) }, resolve);
  });
  closers.push(() => {
    http.closeAllConnections();
  });

  return {
    port: (http.address() as AddressInfo).port,
    firstAccount,
    officeGuard: preparation.guard.says,
    workerPids: () => pool.pids,
    recorderPid: () => recorder.pid,
    close,
  };
}

/** As express does it with `trust proxy`: as many steps back in X-Forwarded-For as proxies are trusted. */
function clientAddress(request: IncomingMessage, trustProxy: number): string {
  const direct = request.socket.remoteAddress ?? 'unknown';
  const header = request.headers['x-forwarded-for'];
  if (trustProxy === 0 || header === undefined) return direct;
  const chain = [
    ...String(header)
      .split(',')
      .map((each) => each.trim()),
    direct,
  ];
  return chain[Math.max(0, chain.length - 1 - trustProxy)] ?? direct;
}
