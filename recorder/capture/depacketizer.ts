import type { RawFrame } from './raw.ts';
import type { ArrivedPacket } from './rtp.ts';

/** A frame as the sender made it, before it has a time. */
export type EncodedFrame = Omit<RawFrame, 'timeMs'> & {
  /** RTP, 32 bits. */
  timestamp: number;
  /** Of the first of its packets that came. */
  arrivalMs: number;
};

/** Makes frames of the packets of one track. */
export interface Depacketizer {
  /** Nothing of what comes is of use before a keyframe has come. */
  readonly needsKeyframe: boolean;
  /** Packets whose payload makes no sense, and frames that were lost or could not be used. */
  readonly counts: { malformed: number; dropped: number };
  /**
   * Takes the next packet in order.
   *
   * @param afterGap packets before it are missing.
   * @returns the frames that are whole now; mostly one or none.
   */
  push(packet: ArrivedPacket, afterGap: boolean): EncodedFrame[];
}
