import { opusSamples } from '../formats/opus.ts';
import type { Depacketizer, EncodedFrame } from './depacketizer.ts';
import type { ArrivedPacket } from './rtp.ts';

/** RFC 6716, section 3.4: 120 ms. */
const packetSamplesMax = 5_760;

/** Opus: one packet is one frame (RFC 7587, section 4.2). Where the sender is silent (DTX), none come. */
export class OpusDepacketizer implements Depacketizer {
  readonly needsKeyframe = false;
  readonly counts = { malformed: 0, dropped: 0 };

  push(packet: ArrivedPacket): EncodedFrame[] {
    // Padding that fills the line.
    if (packet.payload.length === 0) return [];
    const samples = opusSamples(packet.payload);
    if (samples === 0 || samples > packetSamplesMax) {
      this.counts.malformed += 1;
      return [];
    }
    const { timestamp, arrivalMs, payload: data } = packet;
    return [{ timestamp, arrivalMs, isKeyframe: true, width: 0, height: 0, data }];
  }
}
