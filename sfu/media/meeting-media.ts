import type { types } from 'mediasoup';
import type { MediaOpening } from '../protocol/media.ts';
import { mediaCodecs } from './codecs.ts';
import { KeyframeRequests } from './keyframe-requests.ts';
import { Peer } from './peer.ts';
import { RecordingTap } from './recording-tap.ts';
import type { WorkerPool } from './workers.ts';

/** How often loudness is looked at; short enough to follow a conversation, long enough not to flicker. */
const speakingIntervalMs = 400;
const speakingThresholdDbov = -55;

export type MeetingMediaEvents = {
  producersChanged: (participantId: string) => void;
  lineChanged: (participantId: string) => void;
  /** Everybody who is heard now; told when it is somebody else than before. */
  speaking: (participantIds: string[]) => void;
  /** The worker died; everything here is gone. */
  lost: () => void;
};

/** A meeting's router and the participants' media in it. Cheap to make anew: nothing here is remembered. */
export class MeetingMedia {
  readonly #router: types.Router;
  readonly #server: types.WebRtcServer;
  readonly #observer: types.AudioLevelObserver;
  readonly #events: MeetingMediaEvents;
  readonly #peers = new Map<string, Peer>();
  readonly #keyframeRequests = new KeyframeRequests();
  readonly #iceServers: () => Record<string, unknown>[];

  private constructor(
    made: { router: types.Router; server: types.WebRtcServer },
    observer: types.AudioLevelObserver,
    events: MeetingMediaEvents,
    iceServers: () => Record<string, unknown>[],
  ) {
    this.#router = made.router;
    this.#server = made.server;
    this.#observer = observer;
    this.#events = events;
    this.#iceServers = iceServers;
  }

  static async create(
    pool: WorkerPool,
    events: MeetingMediaEvents,
    iceServers: () => Record<string, unknown>[] = () => [],
  ): Promise<MeetingMedia> {
    const made = await pool.createRouter(mediaCodecs);
    const observer = await made.router.createAudioLevelObserver({
      maxEntries: 4,
      threshold: speakingThresholdDbov,
      interval: speakingIntervalMs,
    });
    const media = new MeetingMedia(made, observer, events, iceServers);
    let heardBefore = '';
    const hear = (participantIds: string[]) => {
      const heard = participantIds.toSorted().join();
      if (heard === heardBefore) return;
      heardBefore = heard;
      events.speaking(participantIds);
    };
    observer.on('volumes', (volumes) => {
      hear(volumes.map(({ producer }) => producer.appData['participantId'] as string));
    });
    observer.on('silence', () => {
      hear([]);
    });
    made.router.once('workerclose', () => {
      media.#peers.clear();
      events.lost();
    });
    return media;
  }

  /** Differs after every remaking; browsers compare it to know whether their transports still exist. */
  get epoch(): string {
    return this.#router.id;
  }

  peer(participantId: string): Peer | null {
    return this.#peers.get(participantId) ?? null;
  }

  async open(participantId: string): Promise<MediaOpening> {
    let peer = this.#peers.get(participantId);
    if (!peer) {
      peer = new Peer(this.#router, this.#server, this.#keyframeRequests, {
        producersChanged: () => {
          this.#events.producersChanged(participantId);
        },
        lineChanged: () => {
          this.#events.lineChanged(participantId);
        },
      });
      this.#peers.set(participantId, peer);
    }
    const { send, receive } = await peer.open();
    return {
      epoch: this.epoch,
      routerRtpCapabilities: { ...this.#router.rtpCapabilities },
      iceServers: this.#iceServers(),
      send: optionsOf(send),
      receive: optionsOf(receive),
    };
  }

  /** Lets the loudness of a microphone count for who is speaking. */
  async watchVoice(participantId: string, producer: types.Producer): Promise<void> {
    producer.appData['participantId'] = participantId;
    try {
      await this.#observer.addProducer({ producerId: producer.id });
    } catch (error) {
      // Replaced by a later microphone meanwhile: that one counts.
      if (!producer.closed) throw error;
    }
  }

  /** What is recorded of the meeting, sent to the recorder's port; `closed` is called once, however it ends. */
  tap(port: number, closed: () => void): Promise<RecordingTap> {
    return RecordingTap.create(this.#router, port, this.#keyframeRequests, closed);
  }

  closePeer(participantId: string): void {
    const peer = this.#peers.get(participantId);
    this.#peers.delete(participantId);
    peer?.close();
  }

  close(): void {
    for (const participantId of [...this.#peers.keys()]) this.closePeer(participantId);
    this.#router.close();
  }
}

function optionsOf(transport: types.WebRtcTransport): MediaOpening['send'] {
  return {
    id: transport.id,
    iceParameters: { ...transport.iceParameters },
    iceCandidates: transport.iceCandidates.map((candidate) => ({ ...candidate })),
    dtlsParameters: { ...transport.dtlsParameters },
  };
}
