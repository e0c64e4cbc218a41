import type { MediaSource, ProducerView } from '../../../sfu/protocol/view.ts';
import { MediaLink } from './media-link.ts';
import type { Person } from './person.svelte.ts';
import { RequestFailure } from './signal.ts';
import type { Signal } from './signal.ts';
import type { Sound } from './sound.svelte.ts';

/** Refusals that trying again does not change; the next change of what should be may. */
const final: ReadonlySet<string> = new Set([
  'not-allowed',
  'media-parameters',
  'meeting-ended',
  'seat-unknown',
  'sign-in-required',
]);

/** What there should be; read anew at every step. */
export type MediaWishes = {
  /** False without a seat or without a line: nothing can be done now. */
  possible: () => boolean;
  /** The meeting's media epoch as far as known; '' while the server has none. */
  epoch: () => string;
  /** Others can be seen and heard; before that only the line is made ready. */
  live: () => boolean;
  microphone: () => { track: MediaStreamTrack | null; on: boolean };
  camera: () => { track: MediaStreamTrack | null; on: boolean };
  screen: () => { picture: MediaStreamTrack | null; sound: MediaStreamTrack | null };
  /** Producers of the other side that will be wanted once the call is live. */
  foreseen: () => readonly ProducerView[];
  others: () => readonly Person[];
  facesShown: () => boolean;
  /** Tells the others the state of the own devices. */
  report: () => Promise<void>;
  stateChanged: () => void;
};

const retryMs = 300;
/** A step that fails again and again is tried less and less often. */
const retryMaxMs = 5_000;
/** By then the first picture is there. */
const widenAfterMs = 1_000;

/**
 * Brings what is sent and received together with what should be, whenever either changes. It asks nobody
 * what happened, only what is missing, so it recovers from whatever it was that broke.
 */
export class MediaSync {
  readonly #signal: Signal;
  readonly #sound: Sound;
  readonly #wishes: MediaWishes;
  #link: MediaLink | null = null;
  #isRunning = false;
  #again = false;
  #silence: MediaStreamAudioDestinationNode | null = null;
  #onceSending: (() => void) | null = null;
  /** What is being played, by producer; another track of the same producer takes its place. */
  readonly #playing = new Map<string, MediaStreamTrack>();
  /** Tracks that this browser cannot send: one camera must not take everybody's sound along. */
  readonly #unusable = new WeakSet<MediaStreamTrack>();
  /** Counts what was dropped, so that what comes too late for it is dropped as well. */
  #generation = 0;
  #widening: ReturnType<typeof setTimeout> | null = null;

  constructor(signal: Signal, sound: Sound, wishes: MediaWishes) {
    this.#signal = signal;
    this.#sound = sound;
    this.#wishes = wishes;
  }

  get isBroken(): boolean {
    return this.#link?.isBroken ?? false;
  }

  /** Something may be different from what it should be. */
  reconcile(): void {
    this.#again = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run().finally(() => {
      this.#isRunning = false;
      // Asked for between the last look and here.
      if (this.#again && this.#wishes.possible()) this.reconcile();
    });
  }

  /** Resolves when the media port has answered; rejects when it has not within the time given. */
  async reachable(timeoutMs: number): Promise<void> {
    this.reconcile();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#onceSending = null;
        reject(new Error('The media port does not answer.'));
      }, timeoutMs);
      this.#onceSending = () => {
        this.#onceSending = null;
        clearTimeout(timer);
        resolve();
      };
      if (this.#link?.isSending) this.#onceSending();
    });
  }

  /** The line was gone: new ways to the server if the old ones do not carry. */
  async mend(): Promise<void> {
    const link = this.#link;
    if (link?.isBroken && link.epoch === this.#wishes.epoch()) await link.restartIce();
    this.reconcile();
  }

  /** Drops everything; the next `reconcile` opens anew. */
  drop(): void {
    this.#link?.close();
    this.#link = null;
    this.#generation += 1;
    for (const id of this.#playing.keys()) this.#sound.stop(id);
    this.#playing.clear();
  }

  close(): void {
    this.drop();
    if (this.#silence) void (this.#silence.context as AudioContext).close();
    this.#silence = null;
  }

  async #run(): Promise<void> {
    let delayMs = retryMs;
    while (this.#again && this.#wishes.possible()) {
      this.#again = false;
      try {
        await this.#step();
        delayMs = retryMs;
      } catch (error) {
        if (!this.#wishes.possible()) break;
        const code = error instanceof RequestFailure ? error.failure.code : null;
        // The server's side was made anew, or a line is half open: begin again from the start.
        if (code === 'media-stale' || code === null) this.drop();
        if (code !== null && final.has(code)) break;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        delayMs = Math.min(delayMs * 2, retryMaxMs);
        this.#again = true;
      }
      this.#wishes.stateChanged();
    }
  }

  async #step(): Promise<void> {
    const epoch = this.#wishes.epoch();
    if (this.#link && (this.#link.isSpent || (epoch !== '' && this.#link.epoch !== epoch))) this.drop();
    const link = this.#link ?? (await this.#open());
    if (!link) return;
    await Promise.all([this.#sendSide(link), this.#wishes.live() ? this.#receiveSide(link) : undefined]);
    await this.#wishes.report();
    if (!this.#wishes.live()) await this.#warmUp(link);
  }

  async #open(): Promise<MediaLink | null> {
    const generation = this.#generation;
    const link = await MediaLink.open(this.#signal, {
      stateChanged: () => {
        if (this.#link?.isSpent) this.reconcile();
        if (this.#link?.isSending) this.#onceSending?.();
        this.#wishes.stateChanged();
      },
      incomplete: () => {
        this.reconcile();
      },
    });
    if (generation !== this.#generation) {
      link.close();
      return null;
    }
    this.#link = link;
    return link;
  }

  async #sendSide(link: MediaLink): Promise<void> {
    const microphone = this.#wishes.microphone();
    const camera = this.#wishes.camera();
    const screen = this.#wishes.screen();
    // Without a microphone silence is sent, paused: it opens the line, and a device can step in later.
    await link.produce('microphone', this.#usable(microphone.track) ?? this.#silent(), !microphone.on);
    await link.setPaused('microphone', !microphone.on);
    const picture = this.#usable(camera.track);
    if (picture) await this.#produce(link, 'camera', picture, !camera.on);
    await link.setPaused('camera', !camera.on || !picture);
    this.#widen(link);
    await this.#sendOrStop(link, 'screen', screen.picture);
    await this.#sendOrStop(link, 'screen-audio', screen.sound);
  }

  async #sendOrStop(link: MediaLink, source: MediaSource, track: MediaStreamTrack | null): Promise<void> {
    const usable = this.#usable(track);
    if (usable) await this.#produce(link, source, usable, false);
    else await link.stopProducing(source);
  }

  async #produce(
    link: MediaLink,
    source: MediaSource,
    track: MediaStreamTrack,
    paused: boolean,
  ): Promise<void> {
    try {
      await link.produce(source, track, paused);
    } catch (error) {
      // A refusal of the server's concerns the line; anything else, if the line still stands, this track.
      if (error instanceof RequestFailure || this.#link !== link) throw error;
      this.#unusable.add(track);
    }
  }

  #usable(track: MediaStreamTrack | null): MediaStreamTrack | null {
    return track?.readyState === 'live' && !this.#unusable.has(track) ? track : null;
  }

  async #receiveSide(link: MediaLink): Promise<void> {
    const others = this.#wishes.others();
    const wanted = new Set(others.flatMap((person) => person.view.producers.map(({ id }) => id)));
    for (const id of link.consumedProducers) {
      if (!wanted.has(id) && !link.isOwn(id)) this.#stop(link, id);
    }
    const missing = [...wanted].filter((id) => !link.consumerOf(id));
    if (missing.length > 0) {
      const faces = new Set(others.map((person) => person.producerOf('camera')));
      await link.consume(missing, (id) => faces.has(id) && !this.#wishes.facesShown());
    }
    for (const person of others) this.#show(link, person);
    await Promise.all(others.map((person) => this.#adjust(link, person)));
  }

  /** Puts what has arrived on the screen and in the speaker; no waiting, a face is looked forward to. */
  #show(link: MediaLink, person: Person): void {
    for (const { id, source } of person.view.producers) {
      const track = link.consumerOf(id)?.track;
      if (!track) continue;
      if (source === 'camera' || source === 'screen') {
        person.setPicture(source, track);
      } else if (this.#playing.get(id) !== track) {
        this.#playing.set(id, track);
        this.#sound.play(id, track);
      }
    }
    if (!person.producerOf('screen')) person.clearScreen();
  }

  /** Asks for as much of each picture as is looked at. */
  async #adjust(link: MediaLink, person: Person): Promise<void> {
    const camera = person.producerOf('camera');
    const screen = person.producerOf('screen');
    for (const source of ['microphone', 'screen', 'screen-audio'] as const) {
      const id = person.producerOf(source);
      if (id) await link.setReceiving(id, true);
    }
    if (camera) {
      await link.setReceiving(camera, this.#wishes.facesShown());
      await link.showAt(camera, person.widths.camera);
    }
    if (screen) await link.showAt(screen, person.widths.screen);
  }

  /**
   * Opens the receiving direction on the own sound, paused, and makes ready what the other side will send, so
   * that nothing but frames is left to come when the call begins.
   */
  async #warmUp(link: MediaLink): Promise<void> {
    const own = link.producer('microphone');
    const wanted = [...(own ? [own.id] : []), ...this.#wishes.foreseen().map(({ id }) => id)];
    for (const id of link.consumedProducers) if (!wanted.includes(id)) this.#stop(link, id);
    const missing = wanted.filter((id) => !link.consumerOf(id));
    if (missing.length > 0) await link.consume(missing, () => true);
  }

  /**
   * While nobody watches, only the smallest picture is sent. It is also the first that the others see; the
   * larger ones join it a moment later, because starting them delays the first.
   */
  #widen(link: MediaLink): void {
    const isLive = this.#wishes.live();
    if (!isLive) void link.setSmallest(true).catch(() => undefined);
    else if (!this.#widening) {
      this.#widening = setTimeout(() => {
        this.#widening = null;
        if (this.#link === link && this.#wishes.live()) void link.setSmallest(false).catch(() => undefined);
      }, widenAfterMs);
    }
  }

  #stop(link: MediaLink, producerId: string): void {
    link.stopConsuming(producerId);
    if (this.#playing.delete(producerId)) this.#sound.stop(producerId);
  }

  #silent(): MediaStreamTrack {
    this.#silence ??= new AudioContext().createMediaStreamDestination();
    const [track] = this.#silence.stream.getAudioTracks();
    if (!track) throw new Error('This browser cannot make a silent track.');
    return track;
  }
}
