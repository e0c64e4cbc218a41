import type { Input, Output, RequestName, Requests, Seat } from '../../../sfu/protocol/requests.ts';
import type { EndReason, LeaveReason } from '../../../sfu/protocol/view.ts';
import type { Failure } from './api.ts';
import { forgetSeat, forgetSeatOfTab, rememberSeat } from './seats.ts';
import type { RememberedSeat } from './seats.ts';
import { RequestFailure } from './signal.ts';
import type { Signal } from './signal.ts';

/** An act of the person's is tried again after a broken line for this long. */
const actTimeoutMs = 25_000;
const resumeRetryMs = 500;

/** Requests that are answered with a seat. */
export type WayIn = {
  [N in RequestName]: Output<N> extends Output<'room:open'> ? N : never;
}[keyof Requests];

export type SeatLineEvents = {
  /** The line is back and the seat taken again. */
  resumed: (seat: Seat) => void;
  /** The line is back, and there is no seat to take. */
  unseated: () => void;
  /** The seat is no more. */
  lost: (reason: LeaveReason, endReason: EndReason | null) => void;
};

/**
 * Holds a seat in a meeting over a line that may break at any time (C7): takes it again by its resume token
 * whenever the line comes back, and lets acts of the person's wait until then.
 */
export class SeatLine {
  readonly #signal: Signal;
  readonly #events: SeatLineEvents;
  #seat: RememberedSeat | null = null;
  #waiters: (() => void)[] = [];
  everConnected = $state(false);
  /** The server knows this page as the seat's. */
  seated = $state(false);

  constructor(signal: Signal, events: SeatLineEvents) {
    this.#signal = signal;
    this.#events = events;
    signal.onConnection((connected) => {
      if (connected) {
        this.everConnected = true;
        void this.#comeBack();
      } else {
        this.seated = false;
      }
    });
  }

  /** What shows the server which seat asks. */
  get seat(): RememberedSeat | null {
    return this.#seat;
  }

  /** @throws RequestFailure */
  async enter<N extends WayIn>(name: N, input: Input<N>): Promise<Seat> {
    const seat: Seat = await this.#signal.request(name, input);
    this.#take(seat);
    return seat;
  }

  /**
   * An act of the person's: waits out a broken line, and is safe to be done twice.
   *
   * @param input asked for when it is sent, if what counts is the latest
   */
  async act<N extends RequestName>(
    name: N,
    input: Input<N> | (() => Input<N>),
    done: (value: Output<N>) => void = () => undefined,
  ): Promise<Failure | null> {
    const deadline = Date.now() + actTimeoutMs;
    for (;;) {
      try {
        if (!this.seated) await this.#untilSeated(deadline - Date.now());
        const latest = typeof input === 'function' ? input() : input;
        done(await this.#signal.request(name, latest));
        return null;
      } catch (error) {
        const failure = failureOf(error);
        const isLine = failure.code === 'offline' || failure.code === 'timeout';
        if (!isLine || Date.now() >= deadline || !this.#seat) return failure;
      }
    }
  }

  /** The seat has ended: nobody shall come back to it. */
  forget(): void {
    if (this.#seat) forgetSeat(this.#seat.meetingId);
    this.#seat = null;
    this.seated = false;
  }

  /** Another tab holds the seat now. */
  handOver(): void {
    forgetSeatOfTab();
    this.#seat = null;
    this.seated = false;
  }

  #take(seat: Seat): void {
    this.#seat = { meetingId: seat.snapshot.meetingId, resumeToken: seat.resumeToken };
    rememberSeat(this.#seat);
    this.seated = true;
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  async #comeBack(): Promise<void> {
    const seat = this.#seat;
    if (!seat) {
      this.#events.unseated();
      return;
    }
    try {
      const taken = await this.#signal.request('seat:resume', { resumeToken: seat.resumeToken });
      if (this.#seat !== seat) return;
      this.#take(taken);
      this.#events.resumed(taken);
    } catch (error) {
      if (this.#seat !== seat) return;
      const { code } = failureOf(error);
      if (code === 'meeting-ended') this.#events.lost('ended', null);
      else if (code === 'seat-unknown' || code === 'meeting-full') this.#events.lost('lost', null);
      else if (this.#signal.connected) setTimeout(() => void this.#comeBack(), resumeRetryMs);
    }
  }

  async #untilSeated(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new RequestFailure({ code: 'offline', details: {} }));
      }, timeoutMs);
      this.#waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

export function failureOf(error: unknown): Failure {
  return error instanceof RequestFailure ? error.failure : { code: 'internal', details: {} };
}
