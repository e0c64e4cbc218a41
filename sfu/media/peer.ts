import type { types } from 'mediasoup';
import { Refusal } from '../protocol/codes.ts';
import type { ConsumerOptions } from '../protocol/media.ts';
import type { MediaSource, ProducerView } from '../protocol/view.ts';
import type { KeyframeRequests } from './keyframe-requests.ts';

/*
 * The server's own guess of a line before it has measured it. High enough that a guest on an ordinary line
 * sees the larger layer at once; the bandwidth estimate corrects it within seconds.
 */
const initialOutgoingBitrate = 1_500_000;

/** Above what three cameras and a shared screen need at their best; a bound on what one browser may send. */
const maxIncomingBitrate = 6_000_000;

/* A browser checks consent every few seconds (RFC 7675); three missed in a row mean that the line is gone. */
const iceConsentTimeoutSeconds = 12;

export type PeerEvents = {
  /** Something of theirs can be consumed, or no longer. */
  producersChanged: () => void;
  /** Their sending line came up or broke. */
  lineChanged: () => void;
};

type SourceData = { source: MediaSource };

const kindOf: Record<MediaSource, types.MediaKind> = {
  microphone: 'audio',
  camera: 'video',
  screen: 'video',
  'screen-audio': 'audio',
};

/** One participant's transports, what they send and what they receive, in one router. */
export class Peer {
  readonly #router: types.Router;
  readonly #server: types.WebRtcServer;
  readonly #keyframeRequests: KeyframeRequests;
  readonly #events: PeerEvents;
  #send: types.WebRtcTransport | null = null;
  #receive: types.WebRtcTransport | null = null;
  readonly #connectAsked = new WeakSet<types.WebRtcTransport>();
  readonly #producers = new Map<string, types.Producer<SourceData>>();
  readonly #consumers = new Map<string, types.Consumer>();
  #closed = false;

  constructor(
    router: types.Router,
    server: types.WebRtcServer,
    keyframeRequests: KeyframeRequests,
    events: PeerEvents,
  ) {
    this.#router = router;
    this.#server = server;
    this.#keyframeRequests = keyframeRequests;
    this.#events = events;
  }

  get producers(): ProducerView[] {
    return [...this.#producers.values()].map(({ id, appData }) => ({ id, source: appData.source }));
  }

  producer(source: MediaSource): types.Producer<SourceData> | null {
    return [...this.#producers.values()].find((each) => each.appData.source === source) ?? null;
  }

  /** Media could flow from or to this participant now. */
  get isConnected(): boolean {
    return [this.#send, this.#receive].some(
      (transport) =>
        transport !== null &&
        (transport.iceState === 'connected' || transport.iceState === 'completed') &&
        transport.dtlsState !== 'closed' &&
        transport.dtlsState !== 'failed',
    );
  }

  /** Media flowed and stopped: consent was not renewed, or the browser closed its side. */
  get isBroken(): boolean {
    return [this.#send, this.#receive].some(
      (transport) =>
        transport !== null &&
        (transport.iceState === 'disconnected' ||
          transport.dtlsState === 'closed' ||
          transport.dtlsState === 'failed'),
    );
  }

  /** Fresh transports; what was there before, from an earlier page or line, is closed. */
  async open(): Promise<{ send: types.WebRtcTransport; receive: types.WebRtcTransport }> {
    this.#closeTransports();
    const [send, receive] = await Promise.all([this.#createTransport(), this.#createTransport()]);
    if (this.#closed) {
      send.close();
      receive.close();
      throw new Refusal('media-stale', 'This seat was closed meanwhile.');
    }
    // Two openings at once: the later wins, whole.
    this.#closeTransports();
    this.#send = send;
    this.#receive = receive;
    for (const transport of [send, receive]) {
      transport.on('icestatechange', this.#events.lineChanged);
      transport.on('dtlsstatechange', this.#events.lineChanged);
    }
    await send.setMaxIncomingBitrate(maxIncomingBitrate);
    return { send, receive };
  }

  async connect(transportId: string, dtlsParameters: types.DtlsParameters): Promise<void> {
    const transport = this.#transport(transportId);
    // Asked twice after a broken line: the first time counted. (mediasoup's own state changes only later.)
    if (this.#connectAsked.has(transport)) return;
    this.#connectAsked.add(transport);
    try {
      await asParameters(transport, () => transport.connect({ dtlsParameters }));
    } catch (error) {
      this.#connectAsked.delete(transport);
      throw error;
    }
  }

  async restartIce(transportId: string): Promise<types.IceParameters> {
    return this.#transport(transportId).restartIce();
  }

  async produce(options: {
    transportId: string;
    source: MediaSource;
    rtpParameters: types.RtpParameters;
    paused: boolean;
  }): Promise<types.Producer<SourceData>> {
    const { transportId, source, rtpParameters, paused } = options;
    const transport = this.#transport(transportId);
    if (transport !== this.#send) throw new Refusal('media-stale', 'This transport does not send.');
    this.producer(source)?.close();
    const producer = await asParameters(transport, () =>
      transport.produce<SourceData>({
        kind: kindOf[source],
        rtpParameters,
        paused,
        appData: { source },
        // Many guests joining at once would otherwise ask for a keyframe each.
        keyFrameRequestDelay: source === 'camera' || source === 'screen' ? 500 : 0,
      }),
    );
    if (producer.kind === 'video') this.#keyframeRequests.watch(producer);
    // Two at once from the same source: the later one stays.
    this.producer(source)?.close();
    this.#producers.set(producer.id, producer);
    producer.observer.once('close', () => {
      this.#producers.delete(producer.id);
      this.#events.producersChanged();
    });
    this.#events.producersChanged();
    return producer;
  }

  async pauseProducer(producerId: string, paused: boolean): Promise<void> {
    const producer = this.#producers.get(producerId);
    if (!producer) throw new Refusal('media-stale', 'There is no such producer any more.');
    await (paused ? producer.pause() : producer.resume());
  }

  closeProducer(producerId: string): void {
    this.#producers.get(producerId)?.close();
  }

  /**
   * Consumers, paused, for producers of others; asked again for the same producer, the earlier one is closed.
   * A producer that has gone meanwhile is left out: the notice that says so is on its way.
   */
  async consume(producerIds: string[], rtpCapabilities: types.RtpCapabilities): Promise<ConsumerOptions[]> {
    const transport = this.#receive;
    if (!transport) throw new Refusal('media-stale', 'Open media first.');
    const made = await Promise.all(
      producerIds.map(async (producerId) => {
        for (const each of this.#consumers.values()) if (each.producerId === producerId) each.close();
        // On nonsense in the capabilities this answers false or throws; either way nothing can be sent.
        return asParameters(transport, async () =>
          this.#router.canConsume({ producerId, rtpCapabilities })
            ? transport.consume({ producerId, rtpCapabilities, paused: true })
            : null,
        );
      }),
    );
    return made.flatMap((consumer) => {
      if (!consumer || consumer.closed) return [];
      this.#consumers.set(consumer.id, consumer);
      consumer.observer.once('close', () => this.#consumers.delete(consumer.id));
      const { id, producerId, kind, rtpParameters } = consumer;
      return [{ id, producerId, kind, rtpParameters: { ...rtpParameters } }];
    });
  }

  /** Those that have gone with their producer are left out: there is nothing to do. */
  async pauseConsumers(consumerIds: string[]): Promise<void> {
    const found = consumerIds.flatMap((consumerId) => this.#consumers.get(consumerId) ?? []);
    await Promise.all(found.map((consumer) => consumer.pause()));
  }

  /** As above, and only what comes from these producers: the others' were made ready, but are not to flow. */
  async resumeConsumers(consumerIds: string[], producerIds: ReadonlySet<string>): Promise<void> {
    const found = consumerIds.flatMap((consumerId) => this.#consumers.get(consumerId) ?? []);
    const allowed = found.filter(({ producerId }) => producerIds.has(producerId));
    await Promise.all(allowed.map((consumer) => consumer.resume()));
  }

  /** Lets flow what was made ready from these producers; the own ones stay silent. */
  async resumeConsumersOf(producerIds: ReadonlySet<string>): Promise<void> {
    const ready = [...this.#consumers.values()].filter(
      ({ producerId, paused }) => paused && producerIds.has(producerId) && !this.#producers.has(producerId),
    );
    await Promise.all(ready.map((consumer) => consumer.resume()));
  }

  async preferLayers(consumerId: string, spatialLayer: number, temporalLayer: number): Promise<void> {
    const consumer = this.#consumers.get(consumerId);
    if (consumer?.type === 'simulcast') await consumer.setPreferredLayers({ spatialLayer, temporalLayer });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeTransports();
  }

  #createTransport(): Promise<types.WebRtcTransport> {
    return this.#router.createWebRtcTransport({
      webRtcServer: this.#server,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      initialAvailableOutgoingBitrate: initialOutgoingBitrate,
      iceConsentTimeout: iceConsentTimeoutSeconds,
    });
  }

  #transport(transportId: string): types.WebRtcTransport {
    const found = [this.#send, this.#receive].find((transport) => transport?.id === transportId);
    if (!found || found.closed) throw new Refusal('media-stale', 'There is no such transport any more.');
    return found;
  }

  #closeTransports(): void {
    this.#send?.close();
    this.#receive?.close();
    this.#send = null;
    this.#receive = null;
  }
}

/**
 * mediasoup throws for parameters that make no sense: the sender's fault. It throws as well when the transport
 * has gone meanwhile, with its worker or because media was opened anew; that is nobody's.
 */
async function asParameters<T>(transport: types.WebRtcTransport, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (transport.closed) throw new Refusal('media-stale', 'There is no such transport any more.');
    const reason = (error as Error).message;
    throw new Refusal('media-parameters', `These media parameters cannot be used: ${reason}`);
  }
}
