import { isDeepStrictEqual } from 'node:util';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { z } from 'zod';
import type { ErrorCode } from '../../protocol/codes.ts';
import { notices, presence, whispers } from '../../protocol/notices.ts';
import type {
  Notice,
  NoticeName,
  PresenceToPage,
  PresenceToPageName,
  Whisper,
  WhisperName,
} from '../../protocol/notices.ts';
import { requests, seat } from '../../protocol/requests.ts';
import type { Answer, Input, Output, RequestName } from '../../protocol/requests.ts';
import type { Snapshot } from '../../protocol/view.ts';
import { MeetingView } from './meeting-view.ts';
import { patienceMs } from './waiting.ts';

export type PageOptions = {
  /** The session of a rep who is signed in. */
  cookie?: string;
  /** As the browser would state it; the server's own unless a story is about another site. */
  origin?: string;
  headers?: Record<string, string>;
};

type Heard = { kind: 'notice' | 'whisper' | 'presence'; name: string; body: unknown; taken: boolean };

/** What the server has answered instead of a value. */
export class RequestRefused extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(name: string, answer: Extract<Answer<RequestName>, { ok: false }>) {
    super(`${name} was refused: ${answer.code}: ${answer.message}`);
    this.code = answer.code;
    this.details = answer.details ?? {};
  }
}

/** The code with which a request is refused; 'accepted' when it is not. */
export async function codeOf(request: Promise<unknown>): Promise<ErrorCode | 'accepted'> {
  try {
    await request;
    return 'accepted';
  } catch (error) {
    if (error instanceof RequestRefused) return error.code;
    throw error;
  }
}

/**
 * One open page, as far as signalling goes: a real socket that believes nothing. Whatever the server says is
 * held against the protocol's tables, and each seat's revisions must follow one another without a gap.
 */
export class Page {
  readonly #socket: Socket;
  readonly #heard: Heard[] = [];
  readonly #listeners = new Set<() => void>();
  /** What this page knows of its meeting, from snapshots and notices alone. */
  readonly view = new MeetingView();
  /** What the server should not have said; a test with such a page fails. */
  readonly complaints: string[] = [];
  resumeToken: string | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.onAny((name: string, ...parameters: unknown[]) => {
      this.#hear(name, parameters);
      for (const listener of this.#listeners) listener();
    });
    socket.on('disconnect', () => {
      for (const listener of this.#listeners) listener();
    });
  }

  /** @throws Error when the server does not let the page in */
  static async open(base: string, { cookie, origin = base, headers }: PageOptions = {}): Promise<Page> {
    const socket = io(base, {
      path: '/socket',
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      extraHeaders: { Origin: origin, ...(cookie ? { Cookie: cookie } : {}), ...headers },
    });
    const page = new Page(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', (error) => {
        reject(new Error(`The server does not let this page in: ${error.message}`));
      });
      socket.connect();
    });
    return page;
  }

  get isOpen(): boolean {
    return this.#socket.connected;
  }

  get self(): string {
    return this.view.self;
  }

  /** @throws RequestRefused with the server's code */
  async request<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
    const takesSeat = (requests[name].output as z.ZodType) === seat;
    if (takesSeat) this.view.expectSeat();
    const answer = (await this.raw(name, input)) as Answer<N>;
    if (!answer.ok) {
      if (takesSeat) this.view.seatRefused();
      throw new RequestRefused(name, answer);
    }
    this.#check(`the answer to ${name}`, requests[name].output, answer.value);
    if (takesSeat) {
      const taken = answer.value as Output<'room:open'>;
      this.resumeToken = taken.resumeToken;
      this.#look(taken.snapshot);
    } else if (name === 'meeting:snapshot') {
      this.#look(answer.value as Snapshot);
    }
    return answer.value;
  }

  /** Any message at all; resolves with the bare answer. */
  async raw(name: string, ...parameters: unknown[]): Promise<unknown> {
    try {
      return (await this.#socket.timeout(patienceMs).emitWithAck(name, ...parameters)) as unknown;
    } catch (error) {
      const why = this.isOpen ? (error as Error).message : 'the page was cut off';
      throw new Error(`${name} was not answered: ${why}`, { cause: error });
    }
  }

  /** A message for whose answer nobody waits. */
  tell(name: string, ...parameters: unknown[]): void {
    this.#socket.emit(name, ...parameters);
  }

  /** A packet in socket.io's own writing (`2["name",…]`), for what no client library would send. */
  write(packet: string): void {
    (this.#socket.io.engine as unknown as { write: (packet: string) => void }).write(packet);
  }

  nextNotice<N extends NoticeName>(
    name: N,
    predicate: (notice: Notice<N>) => boolean = () => true,
  ): Promise<Notice<N>> {
    return this.#next('notice', name, predicate as (body: unknown) => boolean) as Promise<Notice<N>>;
  }

  nextWhisper<N extends WhisperName>(name: N): Promise<Whisper<N>> {
    return this.#next('whisper', name, () => true) as Promise<Whisper<N>>;
  }

  nextPresence<N extends PresenceToPageName>(name: N): Promise<PresenceToPage<N>> {
    return this.#next('presence', name, () => true) as Promise<PresenceToPage<N>>;
  }

  /** Waits until the last whisper of this name is as described. */
  async reads<N extends WhisperName>(
    what: string,
    name: N,
    holds: (whisper: Whisper<N>) => boolean,
  ): Promise<void> {
    const last = () => this.#heard.findLast((each) => each.name === name)?.body as Whisper<N> | undefined;
    await this.#wait(
      () => {
        const whisper = last();
        return (whisper !== undefined && holds(whisper)) || null;
      },
      () => `the page reads ${what}; ${name} was last ${JSON.stringify(last())}`,
    );
  }

  /** Waits until the meeting, as this page knows it, is as described. */
  async sees(what: string, holds: (view: MeetingView) => boolean): Promise<void> {
    await this.#wait(
      () => holds(this.view) || null,
      () => `the page sees ${what}; it sees ${this.view.describe()}`,
    );
  }

  async cutOff(): Promise<void> {
    await this.#wait(
      () => !this.isOpen || null,
      () => 'the page is cut off',
    );
  }

  /** How many notices of this name have come so far. */
  countOf(name: NoticeName | WhisperName | PresenceToPageName): number {
    return this.#heard.filter((each) => each.name === name).length;
  }

  /** The notices of this name that have come so far, in their order. */
  noticesOf<N extends NoticeName>(name: N): Notice<N>[] {
    return this.#heard.flatMap((each) => (each.name === name ? [each.body as Notice<N>] : []));
  }

  /** The page is closed, or its line is gone: the server sees the same. */
  close(): void {
    this.#socket.disconnect();
  }

  #hear(name: string, parameters: unknown[]): void {
    if (Object.hasOwn(notices, name)) {
      const [revision, body] = parameters as [number, unknown];
      this.#check(`the notice ${name}`, notices[name as NoticeName], body);
      this.#complain(this.view.notice(name as NoticeName, revision, body as Notice<NoticeName>));
      this.#heard.push({ kind: 'notice', name, body, taken: false });
    } else if (Object.hasOwn(whispers, name)) {
      const [body] = parameters;
      this.#check(`the whisper ${name}`, whispers[name as WhisperName], body);
      if (name === 'seat:admitted') this.#look((body as Whisper<'seat:admitted'>).snapshot);
      this.#heard.push({ kind: 'whisper', name, body, taken: false });
    } else if (Object.hasOwn(presence.toPage, name)) {
      const [body] = parameters;
      this.#check(`the presence ${name}`, presence.toPage[name as PresenceToPageName], body);
      this.#heard.push({ kind: 'presence', name, body, taken: false });
    } else {
      this.complaints.push(`nobody knows the message ${name}`);
    }
  }

  #look(snapshot: Snapshot): void {
    this.#complain(this.view.look(snapshot));
    for (const listener of this.#listeners) listener();
  }

  #complain(complaint: string | null): void {
    if (complaint) this.complaints.push(complaint);
  }

  /** Not only must everything be there that the schema says: nothing else may be. */
  #check(what: string, schema: z.ZodType, value: unknown): void {
    const result = schema.safeParse(value);
    if (!result.success) this.complaints.push(`${what} is malformed: ${result.error.message}`);
    else if (!isDeepStrictEqual(result.data, value)) {
      this.complaints.push(`${what} says more than it should: ${JSON.stringify(value)}`);
    }
  }

  async #next(kind: Heard['kind'], name: string, predicate: (body: unknown) => boolean): Promise<unknown> {
    const heard = await this.#wait(
      () =>
        this.#heard.find(
          (each) => each.kind === kind && each.name === name && !each.taken && predicate(each.body),
        ) ?? null,
      () => {
        const last = this.#heard.slice(-8).map((each) => `${each.name} ${JSON.stringify(each.body)}`);
        return `the ${kind} ${name} comes; the last ones were:\n${last.join('\n')}`;
      },
    );
    heard.taken = true;
    return heard.body;
  }

  #wait<T>(look: () => T | null, what: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(again);
        reject(new Error(`Waited ${patienceMs} ms in vain until ${what()}`));
      }, patienceMs);
      const again = () => {
        const found = look();
        if (found === null) return;
        clearTimeout(timer);
        this.#listeners.delete(again);
        resolve(found);
      };
      this.#listeners.add(again);
      again();
    });
  }
}
