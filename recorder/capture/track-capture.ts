import type { Track } from '../../sfu/protocol/recorder.ts';
import { TrackClock } from './clock.ts';
import { H264Depacketizer } from './depacketize-h264.ts';
import { OpusDepacketizer } from './depacketize-opus.ts';
import { Vp8Depacketizer } from './depacketize-vp8.ts';
import type { Depacketizer, EncodedFrame } from './depacketizer.ts';
import type { Codec } from './raw.ts';
import { RawWriter } from './raw-writer.ts';
import { type OrderedPacket, Reorder } from './reorder.ts';
import type { ArrivedPacket } from './rtp.ts';

/** A camera sends many pictures a second. */
const starvingMs = 1_000;
/** A keyframe is large: asking again before it can have come would only make the line slower. */
const askAgainMs = 1_000;

export type TrackCaptureOptions = {
  track: Track;
  trackDir: string;
  /** `isStarving`: nothing at all comes of it. */
  onKeyframeNeeded: (isStarving: boolean) => void;
  onTrouble: (error: Error) => void;
};

/** One track from its packets to its files. All times are take time. */
export class TrackCapture {
  readonly track: Track;
  readonly #options: TrackCaptureOptions;
  readonly #depacketizer: Depacketizer;
  readonly #writer: RawWriter;
  #reorder = new Reorder();
  #clock: TrackClock;
  /** Frames whose time is not certain yet. */
  #waiting: EncodedFrame[] = [];
  #isAfterPause = false;
  #isPaused = false;
  #askedAtMs = -Infinity;
  /** When something came, or could have come for the first time; null while nothing is to come. */
  #lastSignMs: number | null = null;

  /** @throws when we do not know the codec: the server offers none but those. */
  constructor(options: TrackCaptureOptions) {
    const { track, trackDir, onTrouble } = options;
    const { trackId, participantId, source } = track;
    const codec = codecOf(track.mimeType);
    this.track = track;
    this.#options = options;
    this.#depacketizer = makeDepacketizer(codec);
    this.#clock = new TrackClock(track.clockRate);
    this.#writer = new RawWriter({ trackDir, info: { trackId, participantId, source, codec }, onTrouble });
  }

  /** The time of the last frame that was written; -Infinity before there is one. */
  get lastTimeMs(): number {
    return this.#clock.lastMs;
  }

  receive(packet: ArrivedPacket): void {
    // Comfort noise, retransmissions in their own format: not agreed upon.
    if (packet.payloadType !== this.track.payloadType) return;
    this.#lastSignMs = packet.arrivalMs;
    if (packet.payload.length > 0) this.#clock.observe(packet.timestamp, packet.arrivalMs);
    this.#take(this.#reorder.push(packet));
    this.#write(packet.arrivalMs);
    if (this.#depacketizer.needsKeyframe || this.#isAfterPause) this.askForKeyframe(packet.arrivalMs);
  }

  /** To be called often: what waits for packets that never come is let go by time. */
  tick(nowMs: number): void {
    this.#take(this.#reorder.release(nowMs));
    this.#write(nowMs);
    if (this.#isPaused) return;
    this.#lastSignMs ??= nowMs;
    // A shared screen on which nothing changes is silent by right.
    const isStarving = this.track.source === 'camera' && nowMs - this.#lastSignMs > starvingMs;
    if (isStarving) this.askForKeyframe(nowMs, true);
  }

  /** At most once a second; not for sound. */
  askForKeyframe(nowMs: number, isStarving = false): void {
    if (codecOf(this.track.mimeType) === 'opus' || nowMs - this.#askedAtMs < askAgainMs) return;
    this.#askedAtMs = nowMs;
    this.#options.onKeyframeNeeded(isStarving);
  }

  /** What came until now is written; until `resume` nothing may come. */
  pause(): void {
    this.#take(this.#reorder.flush());
    this.#clock.settle();
    this.#write(Infinity);
    this.#reorder = new Reorder();
    this.#clock = new TrackClock(this.track.clockRate, this.#clock.lastMs);
    this.#isAfterPause = true;
    this.#isPaused = true;
    this.#lastSignMs = null;
  }

  resume(nowMs: number): void {
    this.#isPaused = false;
    this.askForKeyframe(nowMs);
  }

  /** What was written can be read when it is done. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** All that came is on the disk when it is done. Idempotent. */
  async close(): Promise<void> {
    this.pause();
    await this.#writer.close();
  }

  #take(packets: OrderedPacket[]): void {
    for (const { packet, afterGap } of packets) {
      this.#waiting.push(...this.#depacketizer.push(packet, afterGap || this.#isAfterPause));
      this.#isAfterPause = false;
    }
  }

  #write(nowMs: number): void {
    if (this.#waiting.length === 0 || !this.#clock.isSettled(nowMs)) return;
    for (const { timestamp, arrivalMs, ...frame } of this.#waiting) {
      this.#writer.write({ timeMs: this.#clock.timeOf(timestamp, arrivalMs), ...frame });
    }
    this.#waiting = [];
  }
}

function codecOf(mimeType: string): Codec {
  switch (mimeType.toLowerCase()) {
    case 'audio/opus':
      return 'opus';
    case 'video/vp8':
      return 'vp8';
    case 'video/h264':
      return 'h264';
    default:
      throw new Error(`Cannot record ${mimeType}: offer the recorder Opus, VP8 or H.264 only.`);
  }
}

function makeDepacketizer(codec: Codec): Depacketizer {
  switch (codec) {
    case 'opus':
      return new OpusDepacketizer();
    case 'vp8':
      return new Vp8Depacketizer();
    case 'h264':
      return new H264Depacketizer();
  }
}
