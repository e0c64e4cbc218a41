import type { ArrivedPacket } from './rtp.ts';

const keptMs = 1_000;
const keptPacketsMax = 1_024;
const keptBytesMax = 4_000_000;

/**
 * Packets whose track has not been announced yet: the announcement and the first packets take different ways. They
 * are kept for a second; nobody says that a track will ever come, so there are never many.
 */
export class Strangers {
  #packets: ArrivedPacket[] = [];
  #bytes = 0;

  add(packet: ArrivedPacket): void {
    this.#packets.push(packet);
    this.#bytes += packet.payload.length;
    if (this.#packets.length > keptPacketsMax || this.#bytes > keptBytesMax) this.#forget(1);
  }

  /** Those of one track, in the order in which they came. */
  take(ssrc: number): ArrivedPacket[] {
    const taken = this.#packets.filter((packet) => packet.ssrc === ssrc);
    this.#packets = this.#packets.filter((packet) => packet.ssrc !== ssrc);
    for (const { payload } of taken) this.#bytes -= payload.length;
    return taken;
  }

  forgetBefore(nowMs: number): void {
    const firstToKeep = this.#packets.findIndex(({ arrivalMs }) => arrivalMs > nowMs - keptMs);
    this.#forget(firstToKeep < 0 ? this.#packets.length : firstToKeep);
  }

  #forget(count: number): void {
    for (const { payload } of this.#packets.splice(0, count)) this.#bytes -= payload.length;
  }
}
