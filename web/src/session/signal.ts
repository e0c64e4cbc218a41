import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { ClientToServer, ServerToClient } from '../../../sfu/protocol/events.ts';
import type { PresenceToServer, PresenceToServerName } from '../../../sfu/protocol/notices.ts';
import type { Answer, Input, Output, RequestName } from '../../../sfu/protocol/requests.ts';
import type { Failure } from './api.ts';

/** A request that did not succeed, with the reason to show. */
export class RequestFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.name = 'RequestFailure';
    this.failure = failure;
  }
}

const answerTimeoutMs = 8_000;
/** How long a first request waits for the line before it says that there is none. */
const connectTimeoutMs = 8_000;
/** A line that does not answer this within is treated as broken when there is a reason to doubt it. */
const probeTimeoutMs = 2_500;

/** The line to the server: one socket, whose breaking and coming back is told, and requests with answers. */
export class Signal {
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  #probing = false;

  constructor() {
    this.#socket = io({
      path: '/socket',
      autoConnect: false,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      // Quick at first, because a restarted server is back within seconds; never slower than one in a second or so.
      reconnectionDelay: 150,
      reconnectionDelayMax: 1_000,
      randomizationFactor: 0.3,
      timeout: 5_000,
    });
    // The system knows of a changed network before a ping has failed.
    addEventListener('online', () => {
      this.doubt();
    });
    // Taken out of the browser's cache, with its line long gone.
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.doubt();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.doubt();
    });
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  open(): void {
    this.#socket.connect();
  }

  close(): void {
    this.#socket.disconnect();
  }

  get on(): Socket<ServerToClient, ClientToServer>['on'] {
    return this.#socket.on.bind(this.#socket);
  }

  onConnection(listener: (connected: boolean) => void): void {
    this.#socket.on('connect', () => {
      listener(true);
    });
    this.#socket.on('disconnect', () => {
      listener(false);
    });
  }

  /** Presence: now or never. */
  pass<N extends PresenceToServerName>(name: N, message: PresenceToServer<N>): void {
    const socket = this.#socket.volatile as unknown as { emit(name: string, message: unknown): void };
    socket.emit(name, message);
  }

  /** @throws RequestFailure */
  async request<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
    await this.#connect();
    let answer: Answer<N>;
    try {
      // The event map ties name and input together; a name that is a type parameter cannot show it.
      const socket = this.#socket.timeout(answerTimeoutMs) as unknown as {
        emitWithAck(name: string, input: unknown): Promise<Answer<N>>;
      };
      answer = await socket.emitWithAck(name, input);
    } catch {
      throw new RequestFailure({ code: this.connected ? 'timeout' : 'offline', details: {} });
    }
    if (answer.ok) return answer.value;
    throw new RequestFailure({ code: answer.code, details: answer.details ?? {} });
  }

  /** Something speaks for a broken line: find out at once instead of waiting for the next ping. */
  doubt(): void {
    if (!this.#socket.active) return;
    if (!this.#socket.connected) {
      // Without waiting for the next try.
      this.#socket.disconnect().connect();
      return;
    }
    if (this.#probing) return;
    this.#probing = true;
    // Any answer will do, a refusal too.
    this.#socket.timeout(probeTimeoutMs).emit('meeting:snapshot', {}, (error: Error | null) => {
      this.#probing = false;
      if (error && this.#socket.connected) this.#socket.io.engine.close();
    });
  }

  async #connect(): Promise<void> {
    if (this.#socket.connected) return;
    // Asked twice for the same connection, socket.io would open it twice, and the server would cut it.
    if (!this.#socket.active) this.#socket.connect();
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#socket.off('connect', done);
        reject(new RequestFailure({ code: 'offline', details: {} }));
      }, connectTimeoutMs);
      this.#socket.once('connect', done);
    });
  }
}
