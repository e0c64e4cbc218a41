import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Track } from '../../sfu/protocol/recorder.ts';
import { monotonicMs } from './monotonic.ts';
import { trackDirOf } from './raw-files.ts';
import { isRtcp, parseRtp } from './rtp.ts';
import { Strangers } from './strangers.ts';
import { TrackCapture } from './track-capture.ts';

export type CaptureOptions = {
  /** The folder of the take; `tracks/` is made in it. */
  takeDir: string;
  /** When the take begins, on the machine's monotonic clock, milliseconds. */
  beginAt: number;
  /** `isStarving`: nothing at all has come of it for a second or longer. */
  onKeyframeNeeded: (trackId: string, isStarving: boolean) => void;
  /** Something cannot be written or received any more. Told once; the take should be ended. */
  onTrouble: (error: Error) => void;
};

/** Datagrams, by what became of them. */
export type CaptureCounts = {
  taken: number;
  rtcp: number;
  malformed: number;
  /** Of tracks that were not announced when they came; some may have been taken later. */
  unknown: number;
  paused: number;
};

/** What the kernel keeps while this process is busy: seconds of a meeting. It may give less. */
const receiveBufferBytes = 8 * 1024 * 1024;
const tickMs = 100;
/** Where pieces of composition begin, when nothing else happens, counted from the start of their span. */
const keyframeGridMs = 10_000;
/** So long before such a line keyframes are asked for, that they have come when it does. */
const keyframeLeadMs = 600;

/** One take's capture: RTP that comes to a port of its own, on 127.0.0.1, to raw files. */
export class Capture {
  readonly counts: CaptureCounts = { taken: 0, rtcp: 0, malformed: 0, unknown: 0, paused: 0 };
  readonly #options: CaptureOptions;
  readonly #socket: Socket;
  readonly #ticking: NodeJS.Timeout;
  readonly #tracks = new Map<string, TrackCapture>();
  readonly #bySsrc = new Map<number, TrackCapture>();
  readonly #strangers = new Strangers();
  /** Tracks that are removed and still being written. */
  readonly #leaving = new Map<TrackCapture, Promise<void>>();
  #isPaused = false;
  #hasTrouble = false;
  #lastTimeMs = 0;
  #gridFromMs: number | null = null;
  #askAtMs = Infinity;
  #closing: Promise<void> | null = null;

  private constructor(options: CaptureOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    socket.on('message', (datagram) => this.#receive(datagram));
    socket.on('error', (error) => this.#trouble(error));
    this.#ticking = setInterval(() => this.#tick(), tickMs);
  }

  /** @throws when there is no port. */
  static async create(options: CaptureOptions): Promise<Capture> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: receiveBufferBytes });
    socket.bind({ address: '127.0.0.1', port: 0, exclusive: true });
    await once(socket, 'listening');
    return new Capture(options, socket);
  }

  /** RTP and RTCP. */
  get port(): number {
    return this.#socket.address().port;
  }

  /** What the kernel gave of what was asked for; Linux counts its own records in it (`net.core.rmem_max`). */
  get receiveBufferBytes(): number {
    return this.#socket.getRecvBufferSize();
  }

  /** Take time of the last frame that was written. */
  get lastTimeMs(): number {
    for (const { lastTimeMs } of this.#tracks.values())
      this.#lastTimeMs = Math.max(this.#lastTimeMs, lastTimeMs);
    return this.#lastTimeMs;
  }

  /** @throws when the track is of a kind that cannot be recorded. */
  addTrack(track: Track): void {
    if (this.#closing || this.#tracks.has(track.trackId)) return;
    const { takeDir, onKeyframeNeeded } = this.#options;
    const added = new TrackCapture({
      track,
      trackDir: trackDirOf(takeDir, track.trackId),
      onKeyframeNeeded: (isStarving) => onKeyframeNeeded(track.trackId, isStarving),
      onTrouble: (error) => this.#trouble(error),
    });
    this.#tracks.set(track.trackId, added);
    this.#bySsrc.set(track.ssrc, added);
    for (const packet of this.#strangers.take(track.ssrc)) this.#give(added, packet);
    if (!this.#isPaused) added.askForKeyframe(this.#nowMs);
  }

  /** What came of it is kept. */
  removeTrack(trackId: string): void {
    const track = this.#tracks.get(trackId);
    if (!track) return;
    this.#tracks.delete(trackId);
    if (this.#bySsrc.get(track.track.ssrc) === track) this.#bySsrc.delete(track.track.ssrc);
    const closing = track.close().then(() => void this.#leaving.delete(track));
    this.#leaving.set(track, closing);
    this.#lastTimeMs = Math.max(this.#lastTimeMs, track.lastTimeMs);
  }

  /** Nothing of what comes is taken until `resume`. Idempotent, as that is. */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#strangers.forgetBefore(Infinity);
    for (const track of this.#tracks.values()) track.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    const nowMs = this.#nowMs;
    if (this.#gridFromMs !== null) this.gridFrom(this.#gridFromMs);
    for (const track of this.#tracks.values()) track.resume(nowMs);
  }

  /** From where on every 10 s are counted: shortly before each of these lines, keyframes are asked for. Take time. */
  gridFrom(fromMs: number): void {
    this.#gridFromMs = fromMs;
    const lines = Math.max(1, Math.floor((this.#nowMs + keyframeLeadMs - fromMs) / keyframeGridMs) + 1);
    this.#askAtMs = fromMs + lines * keyframeGridMs - keyframeLeadMs;
  }

  /** What was captured until now can be read when it is done. */
  async flush(): Promise<void> {
    await Promise.all([...this.#tracks.values(), ...this.#leaving.keys()].map((track) => track.flush()));
  }

  /** All that came is on the disk when it is done. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#ticking);
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
    for (const trackId of [...this.#tracks.keys()]) this.removeTrack(trackId);
    await Promise.all(this.#leaving.values());
  }

  get #nowMs(): number {
    return monotonicMs() - this.#options.beginAt;
  }

  /** Nobody vouches for what comes: nothing in here throws, whatever it is. */
  #receive(datagram: Buffer): void {
    const arrivalMs = this.#nowMs;
    if (this.#isPaused) {
      this.counts.paused += 1;
      return;
    }
    if (isRtcp(datagram)) {
      this.counts.rtcp += 1;
      return;
    }
    const packet = parseRtp(datagram);
    if (!packet) {
      this.counts.malformed += 1;
      return;
    }
    const track = this.#bySsrc.get(packet.ssrc);
    if (track) {
      this.#give(track, { ...packet, arrivalMs });
      return;
    }
    this.counts.unknown += 1;
    this.#strangers.add({ ...packet, arrivalMs });
  }

  #give(track: TrackCapture, packet: Parameters<TrackCapture['receive']>[0]): void {
    this.counts.taken += 1;
    track.receive(packet);
  }

  #tick(): void {
    if (this.#isPaused) return;
    const nowMs = this.#nowMs;
    this.#strangers.forgetBefore(nowMs);
    for (const track of this.#tracks.values()) track.tick(nowMs);
    if (nowMs < this.#askAtMs) return;
    if (this.#gridFromMs !== null) this.gridFrom(this.#gridFromMs);
    for (const track of this.#tracks.values()) track.askForKeyframe(nowMs);
  }

  #trouble(error: Error): void {
    if (this.#hasTrouble) return;
    this.#hasTrouble = true;
    this.#options.onTrouble(error);
  }
}
