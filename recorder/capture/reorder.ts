import { type ArrivedPacket, unwrapSequence } from './rtp.ts';

export type OrderedPacket = {
  packet: ArrivedPacket;
  /** Packets before this one are missing for good, or the sequence began anew. */
  afterGap: boolean;
};

/** Longer than mediasoup asks for a lost packet and a slow line brings it. */
const waitForMissingMs = 500;
/** The very first packets may have been overtaken, too. */
const waitAtStartMs = 50;
/** RFC 3550, appendix A.1: further than this is no loss but another sequence. */
const forwardPacketsMax = 3_000;
const backwardPacketsMax = 1_000;
/** A sequence that began anew just behind the old one looks late, but the old one has ended. */
const lateForMsMax = 2_000;
const heldPacketsMax = 1_024;

/**
 * Puts the packets of one SSRC in order. Waits for missing ones until the first behind them is 500 ms old; drops
 * duplicates and what comes later than that. Time is what `arrivalMs` and `nowMs` say, nothing else.
 */
export class Reorder {
  readonly #held = new Map<number, ArrivedPacket>();
  /** The sequence number to be given out next, unwrapped; null before the first packet was. */
  #next: number | null = null;
  #highest: number | null = null;
  #acceptedAtMs = 0;
  #stray: ArrivedPacket | null = null;
  #isAfterGap = false;

  /** Packets so far that came twice or too late, and such that never came. */
  readonly counts = { dropped: 0, missing: 0 };

  /** @returns what can be given out now, in order. */
  push(packet: ArrivedPacket): OrderedPacket[] {
    const sequence = unwrapSequence(this.#highest ?? packet.sequenceNumber, packet.sequenceNumber);
    if (this.#isElsewhere(sequence, packet.arrivalMs)) return this.#pushStray(packet);

    this.#stray = null;
    this.#highest = Math.max(this.#highest ?? sequence, sequence);
    if (this.#held.has(sequence) || (this.#next !== null && sequence < this.#next)) {
      this.counts.dropped += 1;
      return [];
    }
    this.#acceptedAtMs = packet.arrivalMs;
    this.#held.set(sequence, packet);
    return this.release(packet.arrivalMs);
  }

  /** To be called now and then, or the packets behind a gap wait for the next one to come. */
  release(nowMs: number): OrderedPacket[] {
    const ordered: OrderedPacket[] = [];
    this.#giveOut(ordered);
    while (this.#held.size > 0 && (this.#hasWaited(nowMs) || this.#held.size > heldPacketsMax)) {
      this.#skip();
      this.#giveOut(ordered);
    }
    return ordered;
  }

  /** Everything that is held, without waiting any longer. */
  flush(): OrderedPacket[] {
    return this.release(Infinity);
  }

  #giveOut(ordered: OrderedPacket[]): void {
    if (this.#next === null) return;
    for (let packet = this.#held.get(this.#next); packet; packet = this.#held.get(this.#next)) {
      this.#held.delete(this.#next);
      this.#next += 1;
      ordered.push({ packet, afterGap: this.#isAfterGap });
      this.#isAfterGap = false;
    }
  }

  #hasWaited(nowMs: number): boolean {
    const waitMs = this.#next === null ? waitAtStartMs : waitForMissingMs;
    for (const { arrivalMs } of this.#held.values()) {
      if (nowMs - arrivalMs >= waitMs) return true;
    }
    return false;
  }

  #skip(): void {
    let lowest = Infinity;
    for (const sequence of this.#held.keys()) lowest = Math.min(lowest, sequence);
    if (this.#next !== null) {
      this.#isAfterGap = true;
      this.counts.missing += lowest - this.#next;
    }
    this.#next = lowest;
  }

  #isElsewhere(sequence: number, arrivalMs: number): boolean {
    if (this.#highest === null) return false;
    const ahead = sequence - this.#highest;
    if (ahead > forwardPacketsMax || ahead < -backwardPacketsMax) return true;
    const isLate = this.#next !== null && sequence < this.#next;
    return isLate && arrivalMs - this.#acceptedAtMs > lateForMsMax;
  }

  /** One packet from elsewhere may be an accident; two in a row are a new sequence (RFC 3550, appendix A.1). */
  #pushStray(packet: ArrivedPacket): OrderedPacket[] {
    const before = this.#stray;
    if (before?.sequenceNumber === packet.sequenceNumber) {
      this.counts.dropped += 1;
      return [];
    }
    if (!before || ((before.sequenceNumber + 1) & 0xffff) !== packet.sequenceNumber) {
      if (before) this.counts.dropped += 1;
      this.#stray = packet;
      return [];
    }
    const rest = this.flush();
    this.#stray = null;
    this.#highest = before.sequenceNumber + 1;
    this.#next = before.sequenceNumber + 2;
    this.#acceptedAtMs = packet.arrivalMs;
    this.#isAfterGap = false;
    return [...rest, { packet: before, afterGap: true }, { packet, afterGap: false }];
  }
}
