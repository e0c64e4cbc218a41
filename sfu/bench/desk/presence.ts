import { once } from 'node:events';
import type { Socket as NetSocket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { DeskView } from '../../protocol/desk.ts';
import type { Answer } from '../../protocol/requests.ts';
import type { Filled } from './filling.ts';

/** How many reps have their desk open. */
export const reps = 200;
const patienceMs = 10_000;

export type Presence = {
  /** From the press of one to the last of all who read it, in milliseconds. */
  toldMs: number[];
  /** Per rep and minute, both directions, all that the sockets carry while nothing happens. */
  idleBytes: { in: number; out: number; seconds: number };
};

/** Desks on real sockets, as the dashboard opens them. */
export async function measurePresence(
  origin: string,
  { organization, accounts }: Pick<Filled, 'organization' | 'accounts'>,
  { changes, idleSeconds }: { changes: number; idleSeconds: number },
): Promise<Presence> {
  const desks: Desk[] = [];
  try {
    for (const account of accounts.slice(0, reps)) {
      desks.push(await Desk.open(origin, (await organization.signIn(account)).cookie));
    }
    await Promise.all(desks.map((desk) => desk.reads(reps - 1)));

    const toldMs: number[] = [];
    for (let change = 0; change < changes; change += 1) {
      // In turn away and back; who it is makes no difference.
      const isAway = change % 2 === 0;
      const actor = desks[(change >> 1) % reps]!;
      const told = desks.map((desk) =>
        desk === actor
          ? desk.reads(reps - 1, isAway ? 'away' : 'available')
          : desk.reads(reps - (isAway ? 2 : 1)),
      );
      const began = performance.now();
      actor.choose(isAway ? 'away' : 'available');
      const at = await Promise.all(told);
      toldMs.push(Math.max(...at) - began);
    }

    const before = desks.map((desk) => desk.bytes);
    const began = performance.now();
    await delay(idleSeconds * 1_000);
    const seconds = (performance.now() - began) / 1_000;
    const sum = (way: 'in' | 'out') =>
      desks.reduce((total, desk, index) => total + desk.bytes[way] - before[index]![way], 0);
    const perRepAndMinute = (bytes: number) => (bytes / reps / seconds) * 60;
    return {
      toldMs,
      idleBytes: { in: perRepAndMinute(sum('in')), out: perRepAndMinute(sum('out')), seconds },
    };
  } finally {
    for (const desk of desks) desk.close();
  }
}

type Reading = Pick<DeskView, 'presence' | 'available'>;

class Desk {
  readonly #socket: Socket;
  #reading: Reading;
  #onReading: () => void = () => undefined;

  private constructor(socket: Socket, reading: Reading) {
    this.#socket = socket;
    this.#reading = reading;
    socket.on('desk:presence', (told: Reading) => {
      this.#reading = told;
      this.#onReading();
    });
  }

  static async open(origin: string, cookie: string): Promise<Desk> {
    const socket = io(origin, {
      path: '/socket',
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { Origin: origin, Cookie: cookie },
    });
    await once(socket as unknown as NodeJS.EventEmitter, 'connect');
    const answer = (await socket.timeout(patienceMs).emitWithAck('desk:watch', {})) as Answer<'desk:watch'>;
    if (!answer.ok) throw new Error(`The desk is refused: ${answer.code}`);
    return new Desk(socket, answer.value);
  }

  /** When this desk reads that so many others are there; with the own presence, if it is the own that changes. */
  async reads(available: number, presence: Reading['presence'] = 'available'): Promise<number> {
    const isRead = () => this.#reading.available === available && this.#reading.presence === presence;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const timer = setTimeout(() => {
      reject(new Error(`A desk waits for ${available} others and reads ${JSON.stringify(this.#reading)}.`));
    }, patienceMs);
    this.#onReading = () => {
      if (isRead()) resolve(performance.now());
    };
    this.#onReading();
    return promise.finally(() => clearTimeout(timer));
  }

  choose(presence: 'available' | 'away'): void {
    this.#socket.emit('presence:set', { presence }, () => undefined);
  }

  /** All that its TCP connection has carried, with WebSocket's frames, ping and pong. */
  get bytes(): { in: number; out: number } {
    const { transport } = this.#socket.io.engine as unknown as {
      transport: { ws: { _socket: NetSocket } };
    };
    const { bytesRead, bytesWritten } = transport.ws._socket;
    return { in: bytesRead, out: bytesWritten };
  }

  close(): void {
    this.#socket.disconnect();
  }
}
