import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import type { MediaSource } from '../../../sfu/protocol/view.ts';
import type { MediaOpening } from '../../../sfu/protocol/media.ts';
import { cameraEncodings, layerCountOf, layerForWidth } from './layers.ts';
import type { Signal } from './signal.ts';

export type MediaLinkEvents = {
  /** Both lines are up, or one of them broke. */
  stateChanged: () => void;
  /** Something that had been made is gone again: look what is missing. */
  incomplete: () => void;
};

/** A line that is not up again after an ICE restart within this time is replaced by a new one. */
const restartTimeoutMs = 6_000;
/** A short gap mends itself; only after this an ICE restart is worth it. */
const disconnectedPatienceMs = 1_500;

/* Starts near what a camera needs, so that the first seconds are not a blur; the estimate takes over. */
const codecOptions = { videoGoogleStartBitrate: 1_000, opusDtx: true, opusFec: true };

/**
 * The own media in one epoch of a meeting: two transports, what is sent, what is received. Made anew when the
 * server's side is; never mended beyond an ICE restart.
 */
export class MediaLink {
  readonly epoch: string;
  readonly #signal: Signal;
  readonly #device: Device;
  readonly #send: types.Transport;
  readonly #receive: types.Transport;
  readonly #producers = new Map<MediaSource, types.Producer>();
  readonly #consumers = new Map<string, types.Consumer>();
  readonly #layers = new Map<string, number>();
  /** Producers that are consumed but not received at the moment. */
  readonly #paused = new Set<string>();
  readonly #events: MediaLinkEvents;
  /** What the server was last told of each producer; told again until it has answered. */
  readonly #toldPaused = new Map<string, boolean>();
  readonly #toClose = new Set<string>();
  /** A closed connection answers nothing any more, not even with an error: waiting for it ends here. */
  readonly #whenClosed: Promise<never>;
  #endWaiting: (reason: Error) => void = () => undefined;
  #closed = false;
  #restartTimer: ReturnType<typeof setTimeout> | null = null;
  /** Set when the line cannot be mended and has to be opened anew. */
  isSpent = false;

  private constructor(signal: Signal, device: Device, opening: MediaOpening, events: MediaLinkEvents) {
    this.#signal = signal;
    this.#device = device;
    this.#events = events;
    this.#whenClosed = new Promise((_, reject) => (this.#endWaiting = reject));
    this.#whenClosed.catch(() => undefined);
    this.epoch = opening.epoch;
    const iceServers = opening.iceServers as unknown as RTCIceServer[];
    this.#send = device.createSendTransport({ ...asOptions(opening.send), iceServers });
    this.#receive = device.createRecvTransport({ ...asOptions(opening.receive), iceServers });
    for (const transport of [this.#send, this.#receive]) this.#watch(transport);
    this.#send.on('produce', ({ rtpParameters, appData }, done, failed) => {
      signal
        .request('media:produce', {
          transportId: this.#send.id,
          source: appData['source'] as MediaSource,
          rtpParameters,
          paused: appData['paused'] === true,
        })
        .then(({ producerId }) => {
          done({ id: producerId });
        }, failed);
    });
  }

  /** @throws RequestFailure, or mediasoup-client's UnsupportedError in a browser without WebRTC */
  static async open(signal: Signal, events: MediaLinkEvents): Promise<MediaLink> {
    const [opening, device] = await Promise.all([signal.request('media:open', {}), Device.factory()]);
    await device.load({ routerRtpCapabilities: opening.routerRtpCapabilities });
    return new MediaLink(signal, device, opening, events);
  }

  /** Both directions carry media, or would if there were any. */
  get isConnected(): boolean {
    const used = [this.#send, this.#receive].filter((transport) => transport.connectionState !== 'new');
    return used.length > 0 && used.every((transport) => transport.connectionState === 'connected');
  }

  /** The way to the media port has been found. */
  get isSending(): boolean {
    return this.#send.connectionState === 'connected';
  }

  get isBroken(): boolean {
    return (
      this.isSpent ||
      [this.#send, this.#receive].some(({ connectionState }) =>
        ['disconnected', 'failed', 'closed'].includes(connectionState),
      )
    );
  }

  async #connected(timeoutMs: number): Promise<void> {
    if (this.isConnected) return;
    await new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        for (const each of [this.#send, this.#receive]) each.off('connectionstatechange', look);
        settle();
      };
      const look = () => {
        if (this.isConnected) finish(resolve);
      };
      const timer = setTimeout(() => {
        finish(() => {
          reject(new Error('The media port cannot be reached.'));
        });
      }, timeoutMs);
      for (const each of [this.#send, this.#receive]) each.on('connectionstatechange', look);
    });
  }

  producer(source: MediaSource): types.Producer | null {
    return this.#producers.get(source) ?? null;
  }

  /** Sends a track, in place of the one that was sent from this source before. */
  async produce(source: MediaSource, track: MediaStreamTrack, paused: boolean): Promise<void> {
    const existing = this.#producers.get(source);
    if (existing && !existing.closed) {
      if (existing.track !== track) await this.#whileOpen(existing.replaceTrack({ track }));
      return;
    }
    const isCamera = source === 'camera';
    const producing = this.#send.produce({
      track,
      stopTracks: false,
      disableTrackOnPause: false,
      zeroRtpOnPause: true,
      appData: { source, paused },
      codecOptions: track.kind === 'video' ? codecOptions : { opusDtx: true, opusFec: true },
      ...(isCamera ? { encodings: cameraEncodings(track.getSettings().width ?? 640) } : {}),
      ...(source === 'screen' ? { encodings: [{ maxBitrate: 2_500_000 }] } : {}),
    });
    const producer = await this.#whileOpen(producing);
    if (paused) producer.pause();
    this.#toldPaused.set(producer.id, paused);
    this.#producers.set(source, producer);
  }

  /** Mutes on both sides: nothing is sent, and the server knows that it is meant so. */
  async setPaused(source: MediaSource, paused: boolean): Promise<void> {
    const producer = this.#producers.get(source);
    if (!producer || producer.closed) return;
    if (paused && !producer.paused) producer.pause();
    if (!paused && producer.paused) producer.resume();
    if (this.#toldPaused.get(producer.id) === paused) return;
    await this.#signal.request('media:pause', { producerId: producer.id, paused });
    this.#toldPaused.set(producer.id, paused);
  }

  /** While nobody watches, only the smallest picture is sent. */
  async setSmallest(smallest: boolean): Promise<void> {
    const camera = this.#producers.get('camera');
    const count = camera?.rtpParameters.encodings?.length ?? 1;
    if (!camera || camera.closed || count < 2) return;
    const layer = smallest ? 0 : count - 1;
    if ((camera.maxSpatialLayer ?? count - 1) !== layer) await camera.setMaxSpatialLayer(layer);
  }

  async stopProducing(source: MediaSource): Promise<void> {
    const producer = this.#producers.get(source);
    if (producer) {
      this.#producers.delete(source);
      producer.close();
      this.#toClose.add(producer.id);
    }
    for (const producerId of this.#toClose) {
      await this.#signal.request('media:close', { producerId });
      this.#toClose.delete(producerId);
    }
  }

  consumerOf(producerId: string): types.Consumer | null {
    return this.#consumers.get(producerId) ?? null;
  }

  /** One of our own, consumed to open the line. */
  isOwn(producerId: string): boolean {
    return [...this.#producers.values()].some(({ id }) => id === producerId);
  }

  get consumedProducers(): string[] {
    return [...this.#consumers.keys()];
  }

  /** Receives these producers; what has gone meanwhile is left out. Resolves when media is on its way. */
  async consume(producerIds: string[], paused: (producerId: string) => boolean): Promise<void> {
    const { consumers } = await this.#signal.request('media:consume', {
      producerIds,
      rtpCapabilities: this.#device.recvRtpCapabilities,
    });
    // Consumed in one go, the browser negotiates once.
    const received = await this.#whileOpen(
      Promise.all(
        consumers.map((options) =>
          this.#receive.consume({ ...options, rtpParameters: options.rtpParameters as never }),
        ),
      ),
    );
    if (this.#closed) return;
    for (const consumer of received) {
      this.#consumers.get(consumer.producerId)?.close();
      this.#consumers.set(consumer.producerId, consumer);
    }
    for (const { producerId } of received) if (paused(producerId)) this.#paused.add(producerId);
    const wanted = received.filter(({ producerId }) => !this.#paused.has(producerId)).map(({ id }) => id);
    if (wanted.length === 0) return;
    // Not waited for: the picture can be put on the screen while its first frame is on the way.
    this.#signal.request('media:resume', { consumerIds: wanted, paused: false }).catch(() => {
      for (const { producerId } of received) this.stopConsuming(producerId);
      this.#events.incomplete();
    });
  }

  async setReceiving(producerId: string, receiving: boolean): Promise<void> {
    const consumer = this.#consumers.get(producerId);
    if (!consumer || this.#paused.has(producerId) === !receiving) return;
    await this.#signal.request('media:resume', { consumerIds: [consumer.id], paused: !receiving });
    if (receiving) this.#paused.delete(producerId);
    else this.#paused.add(producerId);
  }

  stopConsuming(producerId: string): void {
    this.#consumers.get(producerId)?.close();
    this.#consumers.delete(producerId);
    this.#layers.delete(producerId);
    this.#paused.delete(producerId);
  }

  /** Asks for the layer that fits a picture shown at this width (device pixels). */
  async showAt(producerId: string, width: number): Promise<void> {
    const consumer = this.#consumers.get(producerId);
    const count = layerCountOf(consumer?.rtpParameters.encodings?.[0]?.scalabilityMode);
    if (!consumer || count < 2 || width <= 0) return;
    const spatial = layerForWidth(width, count);
    if (this.#layers.get(producerId) === spatial) return;
    await this.#signal.request('media:layers', { consumerId: consumer.id, spatial, temporal: 2 });
    this.#layers.set(producerId, spatial);
  }

  /** The network changed or the line went quiet: new ways to the server, on the same transports. */
  async restartIce(): Promise<void> {
    if (this.#closed || this.isSpent) return;
    const used = [this.#send, this.#receive].filter((transport) => transport.connectionState !== 'new');
    try {
      await Promise.all(
        used.map(async (transport) => {
          const { iceParameters } = await this.#signal.request('media:restart-ice', {
            transportId: transport.id,
          });
          await transport.restartIce({ iceParameters: iceParameters as never });
        }),
      );
      await this.#connected(restartTimeoutMs);
    } catch {
      this.isSpent = true;
    }
  }

  close(): void {
    this.#closed = true;
    this.#endWaiting(new Error('The line has been closed.'));
    if (this.#restartTimer) clearTimeout(this.#restartTimer);
    this.#send.close();
    this.#receive.close();
    this.#producers.clear();
    this.#consumers.clear();
  }

  async #whileOpen<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#whenClosed]);
  }

  #watch(transport: types.Transport): void {
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      this.#signal.request('media:connect', { transportId: transport.id, dtlsParameters }).then(done, failed);
    });
    transport.on('connectionstatechange', (state) => {
      if (this.#closed) return;
      if (state === 'failed') {
        void this.restartIce().then(this.#events.stateChanged);
      } else if (state === 'disconnected') {
        this.#restartTimer ??= setTimeout(() => {
          this.#restartTimer = null;
          if (this.isBroken) void this.restartIce().then(this.#events.stateChanged);
        }, disconnectedPatienceMs);
      }
      this.#events.stateChanged();
    });
  }
}

function asOptions(options: MediaOpening['send']): types.TransportOptions {
  return options as unknown as types.TransportOptions;
}
