import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { Refusal } from '../protocol/codes.ts';
import type { ErrorCode } from '../protocol/codes.ts';
import type { ClientToServer, ServerToClient } from '../protocol/events.ts';
import { presence } from '../protocol/notices.ts';
import type { PresenceToServer, PresenceToServerName } from '../protocol/notices.ts';
import { requests } from '../protocol/requests.ts';
import type { RequestName, Sender } from '../protocol/requests.ts';
import type { Banners } from '../accounts/banners.ts';
import type { DocumentLibrary } from '../documents/library.ts';
import type { Tickets } from '../documents/tickets.ts';
import type { Recordings } from '../recording/recordings.ts';
import type { OrganizationRepository } from '../store/organization-repository.ts';
import type { Connection, RepAccount, SeatOf } from './connection.ts';
import type { Context, Handlers } from './context.ts';
import type { DeskHub } from './desk-hub.ts';
import { Guard } from './guard.ts';
import type { GuardLimits } from './guard.ts';
import { deskHandlers } from './handlers/desk.ts';
import { documentHandlers } from './handlers/documents.ts';
import { joiningHandlers } from './handlers/joining.ts';
import { mediaHandlers } from './handlers/media.ts';
import { numberHandlers } from './handlers/numbers.ts';
import { peopleHandlers } from './handlers/people.ts';
import { recordingHandlers } from './handlers/recording.ts';
import type { LiveMeetings } from './live-meetings.ts';

const handlers: Handlers = {
  ...numberHandlers,
  ...joiningHandlers,
  ...peopleHandlers,
  ...documentHandlers,
  ...recordingHandlers,
  ...mediaHandlers,
  ...deskHandlers,
};

const presenceHandlers: {
  [N in PresenceToServerName]: (seat: SeatOf, message: PresenceToServer<N>) => void;
} = {
  'pointer:move': ({ meeting, participantId }, { place }) => {
    meeting.presence.move(participantId, place);
  },
  'document:foresee': ({ meeting, participantId }) => {
    meeting.presence.foresee(participantId);
  },
};

/** Above this a message is refused with `too-large` … */
const messageCharactersMax = 64 * 1024;
/** … and above this socket.io cuts the line before reading it. */
const messageBytesMax = 1024 * 1024;

/* A dead line is noticed after at most the sum of these two, on both sides. */
const pingIntervalMs = 4_000;
const pingTimeoutMs = 4_000;

export type GatewayOptions = {
  http: HttpServer;
  meetings: LiveMeetings;
  organizations: OrganizationRepository;
  banners: Pick<Banners, 'organizationOf'>;
  desks: DeskHub;
  documents: DocumentLibrary;
  tickets: Tickets;
  recordings: Pick<Recordings, 'assertPossible'>;
  /** Whether a handshake comes from a page of this server's own. */
  isAllowed: (request: IncomingMessage) => boolean;
  /** Who is signed in, by the request's cookies; null for customers. */
  signedIn: (request: IncomingMessage) => Promise<(RepAccount & { sessionId: string }) | null>;
  /** The client's address, as far as proxies are trusted. */
  addressOf: (request: IncomingMessage) => string;
  /** Calls back whenever a session ends, with its ID and, where it was somebody else's doing, the reason. */
  onSessionEnded: (listener: (sessionId: string, reason: string | null) => void) => void;
  guardLimits?: GuardLimits;
  /** For how long it is believed that a rep who was signed in still is. */
  sessionCheckMs: number;
  /** After this long without a question of its own, a desk is looked up as well. */
  quietDeskMs: number;
  log: Logger;
};

type OurSocket = Socket<ClientToServer, ServerToClient>;

/** The one door for socket messages: checks, authorises, limits, answers. Handlers see only what passed. */
export class Gateway {
  readonly #io: Server<ClientToServer, ServerToClient>;
  readonly #options: GatewayOptions;
  readonly #guard: Guard;
  readonly #pages = new Map<Connection, OurSocket>();
  readonly #lookingAfterDesks: NodeJS.Timeout;
  readonly #bySession = new Map<string, Set<Connection>>();
  /** When it was last asked who is behind a connection; milliseconds since 1970. */
  readonly #identifiedAt = new WeakMap<Connection, number>();

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#guard = new Guard(options.guardLimits);
    this.#io = new Server(options.http, {
      path: '/socket',
      serveClient: false,
      maxHttpBufferSize: messageBytesMax,
      pingInterval: pingIntervalMs,
      pingTimeout: pingTimeoutMs,
      perMessageDeflate: false,
      allowRequest: (request, decide) => {
        decide(null, options.isAllowed(request));
      },
    });
    this.#io.on('connection', (socket) => {
      this.#welcome(socket);
    });
    this.#lookingAfterDesks = setInterval(() => {
      this.#lookAfterQuietDesks();
    }, options.sessionCheckMs);
    this.#lookingAfterDesks.unref();
    options.onSessionEnded((sessionId, reason) => {
      // The meeting goes on: the seat has its own token. Only the desk's rights end here.
      for (const connection of this.#bySession.get(sessionId) ?? []) {
        this.#forgetAccount(connection, reason);
      }
      this.#bySession.delete(sessionId);
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#lookingAfterDesks);
    await this.#io.close();
  }

  #welcome(socket: OurSocket): void {
    const connection: Connection = {
      id: socket.id,
      address: this.#options.addressOf(socket.request),
      get isOpen() {
        return socket.connected;
      },
      account: null,
      seat: null,
      notice: (name, revision, notice) => {
        emit(socket, name, revision, notice);
      },
      whisper: (name, whisper) => {
        emit(socket, name, whisper);
      },
      presence: (name, message) => {
        emit(socket.volatile, name, message);
      },
    };
    this.#pages.set(connection, socket);
    // Requests wait for this: who is asking decides what they may.
    const identified = this.#identify(socket, connection);
    let seatTurn: Promise<void> = identified;
    socket.onAny((name: string, ...parameters: unknown[]) => {
      if (Object.hasOwn(presence.toServer, name)) {
        void this.#pass(socket, connection, name as PresenceToServerName, parameters);
        return;
      }
      const answer = () => this.#answer(socket, connection, name, parameters);
      if (changesSeat(name)) seatTurn = seatTurn.then(answer);
      else void identified.then(answer);
    });
    socket.on('disconnect', () => {
      connection.seat?.meeting.detach(connection);
      this.#options.desks.leave(connection);
      this.#pages.delete(connection);
      this.#guard.forget(connection.id);
      for (const [sessionId, connections] of this.#bySession) {
        if (connections.delete(connection) && connections.size === 0) this.#bySession.delete(sessionId);
      }
    });
  }

  async #identify(socket: OurSocket, connection: Connection): Promise<void> {
    try {
      const found = await this.#options.signedIn(socket.request);
      // Meanwhile the page may have gone, and nobody would take it off the list any more.
      if (!connection.isOpen) return;
      this.#identifiedAt.set(connection, Date.now());
      if (!found) {
        this.#forgetAccount(connection, null);
        return;
      }
      const { sessionId, ...account } = found;
      connection.account = account;
      const connections = this.#bySession.get(sessionId) ?? new Set();
      this.#bySession.set(sessionId, connections.add(connection));
    } catch (error) {
      this.#options.log.error({ error }, 'a session could not be looked up');
    }
  }

  /**
   * A desk that nobody uses says nothing, and must not count as somebody who can take a call once its session has run
   * out. Asked more often, this would itself be the use that keeps a session open.
   */
  #lookAfterQuietDesks(): void {
    const before = Date.now() - this.#options.quietDeskMs;
    for (const [connection, socket] of this.#pages) {
      const isQuiet = (this.#identifiedAt.get(connection) ?? 0) <= before;
      if (isQuiet && this.#options.desks.isWatching(connection)) void this.#identify(socket, connection);
    }
  }

  /** Nobody is signed in there any more: the desk's rights end. */
  #forgetAccount(connection: Connection, reason: string | null): void {
    connection.account = null;
    this.#options.desks.close(connection, reason);
  }

  /** A session runs out without a word, and one that is used must not run out. */
  async #identifyAgain(socket: OurSocket, connection: Connection): Promise<void> {
    const sinceMs = Date.now() - (this.#identifiedAt.get(connection) ?? 0);
    if (connection.account && sinceMs >= this.#options.sessionCheckMs) {
      await this.#identify(socket, connection);
    }
  }

  async #answer(
    socket: OurSocket,
    connection: Connection,
    name: string,
    parameters: unknown[],
  ): Promise<void> {
    const acknowledge = parameters.at(-1);
    const answer = (value: unknown) => {
      if (typeof acknowledge === 'function') (acknowledge as (value: unknown) => void)(value);
    };
    try {
      await this.#guard.message(connection.id);
      if (typeof acknowledge !== 'function') throw new Refusal('bad-request', 'A request needs an answer.');
      if (isForReps(name)) await this.#identifyAgain(socket, connection);
      answer({ ok: true, value: await this.#handle(connection, name, parameters.slice(0, -1)) });
    } catch (error) {
      const refusal = error instanceof Refusal ? error : this.#defect(error, name);
      const { code, message, details } = refusal;
      answer({ ok: false, code, message, ...(Object.keys(details).length > 0 ? { details } : {}) });
      if (faults.has(code) && !(await this.#guard.fault(connection.id))) {
        this.#options.log.warn({ address: connection.address }, 'a page that sends nonsense is cut off');
        socket.disconnect(true);
      }
    }
  }

  async #handle(connection: Connection, name: string, parameters: unknown[]): Promise<unknown> {
    if (!Object.hasOwn(requests, name)) throw new Refusal('unknown-message', 'There is no such request.');
    if (parameters.length !== 1) throw new Refusal('bad-request', 'A request carries one object.');
    const [input] = parameters;
    if (sizeOf(input) > messageCharactersMax) {
      throw new Refusal('too-large', 'This message is too large.');
    }
    const known = name as RequestName;
    assertMay(connection, requests[known].from);
    const checked = requests[known].input.safeParse(input);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const where = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
      throw new Refusal('bad-request', `This message is malformed${where}: ${issue?.message ?? 'unknown'}.`);
    }
    const context: Context = { ...this.#options, connection, guard: this.#guard };
    // The table ties each name to its input; the type of a union of functions cannot say so.
    const handler = handlers[known] as (context: Context, input: unknown) => Promise<unknown>;
    return handler(context, checked.data);
  }

  /**
   * Presence is passed on or dropped, without a word; whoever wants to know why may ask with an
   * acknowledgement. What comes out of turn is dropped, what is malformed counts as a fault.
   */
  async #pass(
    socket: OurSocket,
    connection: Connection,
    name: PresenceToServerName,
    [input, acknowledge]: unknown[],
  ): Promise<void> {
    try {
      await this.#guard.presence(connection.id);
      assertMay(connection, presence.toServer[name].from);
      const checked = presence.toServer[name].input.safeParse(input);
      if (!checked.success) throw new Refusal('bad-request', 'This message is malformed.');
      const { seat } = connection;
      // The table ties each name to its message; the type of a union of functions cannot say so.
      const handler = presenceHandlers[name] as (seat: SeatOf, message: unknown) => void;
      if (seat) handler(seat, checked.data);
    } catch (error) {
      const { code, message } = error instanceof Refusal ? error : this.#defect(error, name);
      if (typeof acknowledge === 'function') {
        (acknowledge as (answer: unknown) => void)({ ok: false, code, message });
      }
      if (code === 'bad-request' && !(await this.#guard.fault(connection.id))) socket.disconnect(true);
    }
  }

  #defect(error: unknown, name: string): Refusal {
    this.#options.log.error({ error, name }, 'a request failed unexpectedly');
    return new Refusal('internal', 'Something went wrong on the server; it has been noted.');
  }
}

/** Refusals that a page of ours never causes in good faith. */
const faults: ReadonlySet<ErrorCode> = new Set([
  'bad-request',
  'too-large',
  'too-many',
  'unknown-message',
  'not-allowed',
  'media-parameters',
]);

/**
 * Requests that take or give up a seat wait for one another: a button pressed twice must not seat somebody
 * twice, one of them as a ghost.
 */
function changesSeat(name: string): boolean {
  if (!Object.hasOwn(requests, name)) return false;
  const { from } = requests[name as RequestName];
  return from === 'anyone' || from === 'rep' || name === 'meeting:leave';
}

function isForReps(name: string): boolean {
  return Object.hasOwn(requests, name) && requests[name as RequestName].from === 'rep';
}

/** @throws Refusal sign-in-required, not-allowed */
function assertMay(connection: Connection, sender: Sender): void {
  if (sender === 'anyone') return;
  if (sender === 'rep') {
    if (!connection.account) throw new Refusal('sign-in-required', 'Sign in first.');
    return;
  }
  const { seat } = connection;
  if (!seat) throw new Refusal('not-allowed', 'This page holds no seat in a meeting.');
  if (sender === 'seat') return;
  const who = seat.preparing ? null : seat.meeting.meeting.participant(seat.participantId);
  if (who?.standing !== 'present') throw new Refusal('not-allowed', 'Only for those in the meeting.');
  if (sender === 'host' && who.role !== 'host') throw new Refusal('not-allowed', 'Only for the host.');
}

/**
 * In characters of JSON; what JSON cannot say (a lone `undefined`) has no size, and what is nested too deeply
 * to be written down again is too large.
 */
function sizeOf(input: unknown): number {
  try {
    const json = JSON.stringify(input) as string | undefined;
    return json?.length ?? 0;
  } catch {
    return Infinity;
  }
}

/* socket.io's emit cannot follow a name that is itself a type parameter. */
function emit(socket: { emit: unknown }, name: string, ...parameters: unknown[]): void {
  (socket.emit as (name: string, ...parameters: unknown[]) => void).call(socket, name, ...parameters);
}
