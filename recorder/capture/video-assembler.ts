import type { Depacketizer, EncodedFrame } from './depacketizer.ts';
import type { ArrivedPacket } from './rtp.ts';

/** A frame that is whole. */
export type AssembledFrame = Pick<EncodedFrame, 'isKeyframe' | 'width' | 'height' | 'data'>;

/** What is particular to a codec. It holds the frame that is being put together. */
export interface VideoFormat {
  /** Whether a frame can begin with this payload: without it, what went before is missing. */
  begins(payload: Buffer): boolean;
  /** Takes one payload. @returns false when it is malformed. */
  add(payload: Buffer): boolean;
  /** Ends the frame: null when there is nothing in it to be shown, `malformed` when it is of no use. */
  finish(): AssembledFrame | 'malformed' | null;
  /** Forgets the frame. */
  discard(): void;
}

/** More than any keyframe of a screen takes; who sends more fills our memory. */
const frameBytesMax = 8_000_000;
/** Larger than a 5K screen. A decoder takes memory by what the header says. */
const framePixelsMax = 16_777_216;

/**
 * Frames of video. A frame ends with the marker, or where the timestamp changes. When one is lost or damaged,
 * whatever refers to it is of no use: all are dropped until the next keyframe.
 */
export class VideoAssembler implements Depacketizer {
  readonly #format: VideoFormat;
  #open: { timestamp: number; arrivalMs: number; bytes: number } | null = null;
  /** The timestamp of a frame whose rest is of no use. */
  #spoilt: number | null = null;
  #needsKeyframe = true;

  readonly counts = { malformed: 0, dropped: 0 };

  constructor(format: VideoFormat) {
    this.#format = format;
  }

  get needsKeyframe(): boolean {
    return this.#needsKeyframe;
  }

  push(packet: ArrivedPacket, afterGap: boolean): EncodedFrame[] {
    const frames: EncodedFrame[] = [];
    if (afterGap) this.#lose(this.#open?.timestamp ?? this.#spoilt);
    // Padding that fills the line.
    if (packet.payload.length === 0) return frames;
    if (this.#open && this.#open.timestamp !== packet.timestamp) this.#finish(frames);
    this.#take(packet);
    if (packet.marker && this.#open) this.#finish(frames);
    return frames;
  }

  #take(packet: ArrivedPacket): void {
    const { timestamp, arrivalMs, payload } = packet;
    if (timestamp === this.#spoilt) return;
    this.#spoilt = null;
    if (!this.#open) {
      if (!this.#format.begins(payload)) {
        this.#lose(timestamp);
        return;
      }
      this.#open = { timestamp, arrivalMs, bytes: 0 };
    }
    this.#open.arrivalMs = Math.min(this.#open.arrivalMs, arrivalMs);
    this.#open.bytes += payload.length;
    if (this.#format.add(payload) && this.#open.bytes <= frameBytesMax) return;
    this.counts.malformed += 1;
    this.#lose(timestamp);
  }

  #finish(frames: EncodedFrame[]): void {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    const frame = this.#format.finish();
    if (frame === null) return;
    if (frame === 'malformed' || frame.width * frame.height > framePixelsMax) {
      this.counts.malformed += 1;
      this.#lose(open.timestamp);
      return;
    }
    if (frame.isKeyframe) this.#needsKeyframe = false;
    if (this.#needsKeyframe) this.counts.dropped += 1;
    else frames.push({ ...frame, timestamp: open.timestamp, arrivalMs: open.arrivalMs });
  }

  #lose(timestamp: number | null): void {
    this.#format.discard();
    this.#open = null;
    this.#spoilt = timestamp;
    this.#needsKeyframe = true;
    this.counts.dropped += 1;
  }
}
