import type { types } from 'mediasoup';
import type { KeyframeRequests } from './keyframe-requests.ts';

/** A stream as it arrives at the recorder. */
export type TappedStream = {
  /** In mediasoup's spelling. */
  mimeType: string;
  clockRate: number;
  ssrc: number;
  payloadType: number;
};

/** How large faces are in the recorded picture: beside a page they are small. */
export type FaceSize = 'small' | 'large';

/**
 * Which of a camera's sizes (web/src/session/layers.ts: 320 and 640, or 320, 640 and 1280 pixels wide) is enough: a
 * face is never wider than 640 in a recorded picture (recorder/timeline/layout.ts), and 224 beside a page. Reading
 * pictures costs more than anything else about them; the smaller ones take a sixth off the whole composition.
 */
const layerFor: Record<FaceSize, number> = { small: 0, large: 1 };

/** A line that was too narrow for a moment may have recovered by then. */
const restoreMs = 15_000;

/**
 * Whoever has just come sends the smallest size first, and the larger ones when the line is known to carry them. Until
 * then somebody small is better than nobody.
 */
const beginSmallMs = 2_000;

/* What the recorder asks for are whole pictures; between two processes on one machine nothing is sent again. */
const keyframeRequests = ['pli', 'fir'];

/**
 * What is recorded of a meeting, on its way to the recorder: plain RTP and RTCP over one port of this machine,
 * the streams told apart by their SSRC. Nothing flows of a stream before `let` it; what a sender pauses or closes
 * pauses and closes here by itself, and with the router everything does.
 */
export class RecordingTap {
  readonly #transport: types.PlainTransport;
  readonly #capabilities: types.RtpCapabilities;
  readonly #keyframeRequests: Pick<KeyframeRequests, 'turn'>;
  readonly #consumers = new Map<string, types.Consumer>();
  /** The tracks that may flow. */
  readonly #flowing = new Set<string>();
  /** The tracks that are faces. */
  readonly #faces = new Set<string>();
  #faceSize: FaceSize = 'large';
  /** Of streams taken in their smallest size for the time being: when they are taken as usual. */
  readonly #restoring = new Map<string, NodeJS.Timeout>();

  private constructor(
    transport: types.PlainTransport,
    capabilities: types.RtpCapabilities,
    keyframeRequests: Pick<KeyframeRequests, 'turn'>,
  ) {
    this.#transport = transport;
    this.#capabilities = capabilities;
    this.#keyframeRequests = keyframeRequests;
  }

  /**
   * @param port where the recorder listens on 127.0.0.1
   * @param closed called once, when the router has gone or `close` was called
   */
  static async create(
    router: types.Router,
    port: number,
    keyframeRequests: Pick<KeyframeRequests, 'turn'>,
    closed: () => void,
  ): Promise<RecordingTap> {
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      rtcpMux: true,
      comedia: false,
    });
    transport.observer.once('close', closed);
    await transport.connect({ ip: '127.0.0.1', port });
    return new RecordingTap(transport, capabilitiesOf(router), keyframeRequests);
  }

  get isClosed(): boolean {
    return this.#transport.closed;
  }

  /**
   * Makes a producer's stream ready; nothing flows yet. Asked again under the same ID, the earlier one is closed.
   *
   * @param trackId the caller's name for it
   * @param isFace of a camera
   * @returns null when the producer, or everything, has gone meanwhile
   */
  async add(trackId: string, producerId: string, isFace: boolean): Promise<TappedStream | null> {
    this.remove(trackId);
    let consumer: types.Consumer;
    try {
      consumer = await this.#transport.consume({
        producerId,
        rtpCapabilities: this.#capabilities,
        paused: true,
        // Streams of one size have no layers and take no notice.
        preferredLayers: { spatialLayer: layerFor[isFace ? 'small' : 'large'] },
      });
    } catch {
      // Of a producer that exists everything here can be received: it has gone in this very moment.
      return null;
    }
    if (consumer.closed) return null;
    this.#consumers.set(trackId, consumer);
    if (isFace) {
      this.#faces.add(trackId);
      this.#usualAfter(trackId, beginSmallMs);
    }
    consumer.observer.once('close', () => {
      if (this.#consumers.get(trackId) === consumer) this.#forget(trackId);
    });
    const [codec] = consumer.rtpParameters.codecs;
    const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc;
    if (!codec || ssrc === undefined) throw new Error('mediasoup has made a consumer without a stream.');
    const { mimeType, clockRate, payloadType } = codec;
    return { mimeType, clockRate, payloadType, ssrc };
  }

  /**
   * Lets a stream flow, or holds it back. A picture begins with a whole one each time, which is asked for when the
   * sender listens: where it was not, the first second was missing.
   */
  async let(trackId: string, flows: boolean): Promise<void> {
    if (flows) this.#flowing.add(trackId);
    else this.#flowing.delete(trackId);
    await this.#ask(trackId, async (consumer) => {
      if (!flows) return consumer.pause();
      if (consumer.kind === 'video') await this.#keyframeRequests.turn(consumer.producerId);
      // Meanwhile it may have been held back again.
      if (this.#flowing.has(trackId) && this.#consumers.get(trackId) === consumer) await consumer.resume();
    });
  }

  /** Takes all cameras in the size that this needs. Each goes on as it is until its first picture of that size. */
  async showFaces(size: FaceSize): Promise<void> {
    if (this.#faceSize === size) return;
    this.#faceSize = size;
    // What is taken in its smallest size for the time being comes back to this by itself.
    const others = [...this.#faces].filter((trackId) => !this.#restoring.has(trackId));
    await Promise.all(others.map((trackId) => this.#preferUsual(trackId)));
  }

  /** Asks the sender for a whole picture. */
  async requestKeyFrame(trackId: string): Promise<void> {
    await this.#ask(trackId, (consumer) => consumer.requestKeyFrame());
  }

  /**
   * A sender whose line is narrow lets go of the larger sizes: the smallest is better than none. After a while the
   * usual one is tried again.
   */
  async takeSmallest(trackId: string): Promise<void> {
    await this.#ask(trackId, async (consumer) => {
      if (consumer.producerPaused) return;
      if (consumer.type === 'simulcast') {
        await consumer.setPreferredLayers({ spatialLayer: layerFor.small });
        this.#usualAfter(trackId, restoreMs);
      }
      await consumer.requestKeyFrame();
    });
  }

  remove(trackId: string): void {
    this.#consumers.get(trackId)?.close();
  }

  close(): void {
    this.#transport.close();
  }

  #forget(trackId: string): void {
    clearTimeout(this.#restoring.get(trackId));
    this.#restoring.delete(trackId);
    this.#faces.delete(trackId);
    this.#flowing.delete(trackId);
    this.#consumers.delete(trackId);
  }

  #usualAfter(trackId: string, ms: number): void {
    clearTimeout(this.#restoring.get(trackId));
    const restore = () => {
      this.#restoring.delete(trackId);
      this.#preferUsual(trackId).catch(() => undefined);
    };
    this.#restoring.set(trackId, setTimeout(restore, ms).unref());
  }

  async #preferUsual(trackId: string): Promise<void> {
    const spatialLayer = layerFor[this.#faces.has(trackId) ? this.#faceSize : 'large'];
    await this.#ask(trackId, async (consumer) => {
      if (consumer.type === 'simulcast') await consumer.setPreferredLayers({ spatialLayer });
    });
  }

  async #ask(trackId: string, act: (consumer: types.Consumer) => Promise<void>): Promise<void> {
    const consumer = this.#consumers.get(trackId);
    if (!consumer) return;
    try {
      await act(consumer);
    } catch (error) {
      // It has gone while it was asked: there is nothing to do.
      if (!consumer.closed) throw error;
    }
  }
}

/** The codecs that the router speaks, without what is for lossy lines: retransmission, estimation. */
function capabilitiesOf({ rtpCapabilities }: types.Router): types.RtpCapabilities {
  const codecs = (rtpCapabilities.codecs ?? []).filter(({ mimeType }) => !mimeType.endsWith('/rtx'));
  return {
    codecs: codecs.map((codec) => ({
      ...codec,
      rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ parameter }) =>
        keyframeRequests.includes(parameter ?? ''),
      ),
    })),
    headerExtensions: [],
  };
}
