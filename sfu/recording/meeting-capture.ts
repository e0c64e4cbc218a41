import type { Log } from '../log.ts';
import type { RecordingTap } from '../media/recording-tap.ts';
import { newId } from '../meeting/identity.ts';
import { Refusal } from '../protocol/codes.ts';
import type { PointerPlace } from '../protocol/documents.ts';
import type { Scene } from '../protocol/recorder.ts';
import { monotonicMs } from './clock.ts';
import type { RecorderProcess } from './recorder-process.ts';
import type { RecordingTimings } from './timings.ts';
import { wantedOf } from './wanted.ts';
import type { RecordableMeeting, Wanted } from './wanted.ts';

export type MeetingCaptureDependencies = {
  recorder: Pick<RecorderProcess, 'canRecord' | 'send'>;
  timings: Pick<RecordingTimings, 'listeningMs' | 'tryAgainMs'>;
  /** How long a part is; recorded time. */
  partMs: number;
  /** Makes room for a recording. @throws when there is none */
  reserve: (capture: { captureId: string; kind: Wanted['kind']; accountId: string | null }) => Promise<void>;
  /** The recording cannot be made for this reason: it is over. */
  failed: (captureId: string, error: unknown) => void;
  /** Nothing more will be recorded of it, and it will be finished. */
  ending: (captureId: string) => void;
  /** Where the PDF of this version lies; null when it is not there any more. */
  documentFile: (documentId: string, version: number) => Promise<string | null>;
  log: Log;
};

/** What the present recorder has been told. A recorder after it knows nothing. */
type Told = {
  captureId: string;
  kind: Wanted['kind'];
  isRunning: boolean;
  listening: PromiseWithResolvers<number | null>;
  tap: RecordingTap | null;
  /** The track of each producer. */
  tracks: Map<string, string>;
  /** By ID and version. `gone`: its file is not there any more; `unknown`: that could not be looked up yet. */
  documents: Map<string, 'added' | 'gone' | 'unknown'>;
  /** As it was written. */
  scene: string;
};

/** The words that the recorder draws, in the organisation's language. */
const words = { host: '担当者', guest: 'お客様' };

/**
 * What is recorded of one meeting. It asks nobody what has happened, only what is missing: with every look it
 * compares what should be with what the recorder has been told, and tells the difference. What must end ends at
 * once; what has to be made ready waits for its turn.
 */
export class MeetingCapture {
  readonly #live: RecordableMeeting;
  readonly #deps: MeetingCaptureDependencies;
  #wanted: Wanted | null = null;
  #told: Told | null = null;
  #isAdvancing = false;
  #hasMore = false;
  #tryingAgain: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(live: RecordableMeeting, deps: MeetingCaptureDependencies) {
    this.#live = live;
    this.#deps = deps;
  }

  get live(): RecordableMeeting {
    return this.#live;
  }

  /** What is recorded, or should be. */
  get captureId(): string | null {
    return this.#wanted?.captureId ?? null;
  }

  /** Whether the present recorder has been told of it: from then on it says how far it is, also in a pause. */
  get isTold(): boolean {
    return this.#told !== null && this.#told.captureId === this.captureId;
  }

  /** Whether it is with a recorder, or should be. */
  get isAtWork(): boolean {
    return this.isTold || (this.#wanted?.isRunning ?? false);
  }

  /** To be called after every change of the meeting, its lines and its media, and with each new recorder. */
  look(): void {
    const before = this.#wanted;
    this.#wanted = wantedOf(this.#live, before);
    if (before && before.captureId !== this.#wanted?.captureId) this.#end(before);
    if (this.#told && this.#wanted) this.#holdBack(this.#told, this.#wanted);
    if (this.#wanted) this.#advanceSoon();
  }

  /** The recorder has gone, and with it all that it was told. */
  forget(): void {
    if (this.#tryingAgain) clearTimeout(this.#tryingAgain);
    this.#tryingAgain = null;
    const told = this.#told;
    this.#told = null;
    told?.listening.resolve(null);
    told?.tap?.close();
  }

  /** The server stops. */
  close(): void {
    this.#isClosed = true;
    this.forget();
  }

  listening(captureId: string, port: number): void {
    if (this.#told?.captureId === captureId) this.#told.listening.resolve(port);
  }

  keyframe(trackId: string, isStarving: boolean): void {
    const tap = this.#told?.tap;
    const asking = isStarving ? tap?.takeSmallest(trackId) : tap?.requestKeyFrame(trackId);
    asking?.catch((error: unknown) => {
      this.#deps.log.debug({ error }, 'a whole picture could not be asked for');
    });
  }

  /** Somebody's pointer, which has passed all checks; null: it is nowhere. */
  pointer(participantId: string, place: PointerPlace | null): void {
    const [told, wanted] = [this.#told, this.#wanted];
    if (!told?.isRunning || wanted?.captureId !== told.captureId) return;
    if (!wanted.scene.people.some((each) => each.participantId === participantId)) return;
    if (place && place.documentId !== wanted.scene.shown?.documentId) return;
    const { captureId } = told;
    this.#deps.recorder.send('pointer', { captureId, at: monotonicMs(), participantId, place });
  }

  /** A recorder that knows nothing of it, because it came later, finds what there is on the disk. */
  #end({ captureId, kind }: Wanted): void {
    const { recorder, partMs, ending } = this.#deps;
    ending(captureId);
    if (this.#told?.captureId === captureId) {
      this.forget();
      recorder.send('capture:end', { captureId, at: monotonicMs() });
    } else {
      recorder.send('capture:finish', { captureId, kind, partMs });
    }
  }

  /** Nothing that is not wanted any more flows on while something else is made ready. */
  #holdBack(told: Told, wanted: Wanted): void {
    const { captureId } = told;
    if (told.isRunning && !wanted.isRunning) {
      told.isRunning = false;
      this.#deps.recorder.send('capture:pause', { captureId, at: monotonicMs() });
      for (const trackId of told.tracks.values()) this.#let(told, trackId, false);
    }
    for (const [producerId, trackId] of told.tracks) {
      if (wanted.streams.has(producerId)) continue;
      told.tracks.delete(producerId);
      told.tap?.remove(trackId);
      this.#deps.recorder.send('track:remove', { captureId, trackId });
    }
  }

  #advanceSoon(): void {
    this.#hasMore = true;
    if (!this.#isAdvancing) void this.#advanceAll();
  }

  async #advanceAll(): Promise<void> {
    this.#isAdvancing = true;
    while (this.#hasMore && !this.#isClosed) {
      this.#hasMore = false;
      try {
        await this.#advance();
      } catch (error) {
        this.#deps.log.error({ error, captureId: this.captureId }, 'a recording does not follow its meeting');
        this.#tryAgain();
      }
    }
    this.#isAdvancing = false;
  }

  /** Nothing else may change in the meeting for a long time. */
  #tryAgain(): void {
    if (this.#isClosed) return;
    this.#tryingAgain ??= setTimeout(() => {
      this.#tryingAgain = null;
      const documents = this.#told?.documents ?? new Map<string, string>();
      for (const [key, state] of documents) if (state === 'unknown') documents.delete(key);
      if (this.#wanted) this.#advanceSoon();
    }, this.#deps.timings.tryAgainMs);
  }

  async #advance(): Promise<void> {
    const told = this.#told ?? (await this.#begin());
    if (!told) return;
    await this.#tellScene(told);
    this.#goOn(told);
    const tap = await this.#connect(told);
    if (tap) await this.#tapStreams(told, tap);
  }

  async #begin(): Promise<Told | null> {
    const { recorder, partMs, reserve, failed } = this.#deps;
    const wanted = this.#wanted;
    if (!wanted?.isRunning || !recorder.canRecord) return null;
    const { captureId, kind, accountId } = wanted;
    try {
      await reserve({ captureId, kind, accountId });
    } catch (error) {
      if (this.captureId === captureId) failed(captureId, error);
      return null;
    }
    const now = this.#wanted;
    if (now?.captureId !== captureId) {
      // What has been reserved for it goes again.
      recorder.send('capture:finish', { captureId, kind, partMs });
      return null;
    }
    // Paused, or without a recorder, in this very moment: the look that follows begins it.
    if (!now.isRunning || !this.#deps.recorder.canRecord) return null;
    // No document has been handed over yet.
    const scene: Scene = { ...now.scene, shown: null };
    const told: Told = {
      captureId,
      kind,
      isRunning: true,
      listening: Promise.withResolvers(),
      tap: null,
      tracks: new Map(),
      documents: new Map(),
      scene: JSON.stringify(scene),
    };
    this.#told = told;
    recorder.send('capture:begin', {
      captureId,
      kind,
      partMs,
      at: monotonicMs(),
      wallAt: Date.now(),
      scene,
      words,
    });
    return told;
  }

  async #tellScene(told: Told): Promise<void> {
    const { captureId, documents } = told;
    // What is wanted may be something else after each wait.
    for (;;) {
      const wanted = this.#wantedFor(told);
      if (!wanted) return;
      const { shown } = wanted.scene;
      const key = shown ? `${shown.documentId}-${shown.version}` : '';
      if (shown && !documents.has(key)) {
        const { documentId, version } = shown;
        const file = await this.#fileOf(documentId, version);
        if (!this.#wantedFor(told)) return;
        if (file === undefined) {
          documents.set(key, 'unknown');
          this.#tryAgain();
        } else {
          documents.set(key, file === null ? 'gone' : 'added');
        }
        if (file != null) this.#deps.recorder.send('document:add', { captureId, documentId, version, file });
        continue;
      }
      // Where it was replaced or deleted in this very moment, the meeting will say so.
      const scene = documents.get(key) === 'added' ? wanted.scene : { ...wanted.scene, shown: null };
      const written = JSON.stringify(scene);
      if (written === told.scene) return;
      told.scene = written;
      this.#deps.recorder.send('scene', { captureId, at: monotonicMs(), scene });
      return;
    }
  }

  /** @returns null when it is not there any more, undefined when nobody can say now: everything else goes on */
  async #fileOf(documentId: string, version: number): Promise<string | null | undefined> {
    try {
      return await this.#deps.documentFile(documentId, version);
    } catch (error) {
      this.#deps.log.error({ error, documentId }, 'a document could not be looked up for a recording');
      return undefined;
    }
  }

  #goOn(told: Told): void {
    if (!this.#wantedFor(told)?.isRunning || told.isRunning) return;
    told.isRunning = true;
    this.#deps.recorder.send('capture:resume', { captureId: told.captureId, at: monotonicMs() });
    for (const trackId of told.tracks.values()) this.#let(told, trackId, true);
  }

  /** @returns null without media, which says when it is there */
  async #connect(told: Told): Promise<RecordingTap | null> {
    if (told.tap) return told.tap;
    const port = await this.#portOf(told);
    const media = this.#live.media.current;
    if (port === null || !media || !this.#wantedFor(told)) return null;
    let made: RecordingTap | null = null;
    const closed = () => {
      if (made && told.tap === made) this.#tapClosed(told);
    };
    try {
      made = await media.tap(port, closed);
    } catch (error) {
      // Mostly the media worker has gone: there will be new media, and another look.
      this.#deps.log.warn({ error: (error as Error).message }, 'a meeting could not be tapped');
      this.#tryAgain();
      return null;
    }
    if (made.isClosed) return null;
    if (!this.#wantedFor(told)) {
      made.close();
      return null;
    }
    told.tap = made;
    return made;
  }

  /** A recorder that does other recordings and not this one is not to lose those: this one has failed. */
  async #portOf(told: Told): Promise<number | null> {
    const { timings, failed } = this.#deps;
    const tooLong = setTimeout(() => {
      told.listening.resolve(null);
      const { captureId } = told;
      if (!this.#wantedFor(told)) return;
      this.#deps.log.error({ captureId }, 'the recorder has not opened a port for a recording');
      failed(captureId, new Refusal('recording-failed', 'The recorder does not take this recording.'));
    }, timings.listeningMs);
    const port = await told.listening.promise;
    clearTimeout(tooLong);
    return port;
  }

  #tapClosed(told: Told): void {
    told.tap = null;
    const { captureId } = told;
    const trackIds = [...told.tracks.values()];
    told.tracks.clear();
    if (this.#told !== told) return;
    for (const trackId of trackIds) this.#deps.recorder.send('track:remove', { captureId, trackId });
  }

  async #tapStreams(told: Told, tap: RecordingTap): Promise<void> {
    const { captureId } = told;
    const scene = this.#wantedFor(told)?.scene;
    // recorder/timeline/layout.ts puts them beside whatever has the middle.
    if (scene) await tap.showFaces(scene.shown || scene.screens.length > 0 ? 'small' : 'large');
    for (const [producerId, { participantId, source }] of this.#wantedFor(told)?.streams ?? []) {
      if (told.tracks.has(producerId)) continue;
      const trackId = newId();
      const stream = await tap.add(trackId, producerId, source === 'camera');
      if (told.tap !== tap) return;
      if (!stream) continue;
      if (!this.#wantedFor(told)?.streams.has(producerId)) {
        tap.remove(trackId);
        continue;
      }
      told.tracks.set(producerId, trackId);
      const track = { trackId, participantId, source, ...stream };
      this.#deps.recorder.send('track:add', { captureId, track });
      if (told.isRunning) this.#letFlow(told, tap, producerId, trackId);
    }
  }

  /** Nothing waits for it. When the media worker does not obey, the next try makes another track of it. */
  #letFlow(told: Told, tap: RecordingTap, producerId: string, trackId: string): void {
    tap.let(trackId, true).catch((error: unknown) => {
      this.#deps.log.error({ error, captureId: told.captureId }, 'a stream does not flow to the recorder');
      tap.remove(trackId);
      if (this.#told !== told || told.tracks.get(producerId) !== trackId) return;
      told.tracks.delete(producerId);
      this.#deps.recorder.send('track:remove', { captureId: told.captureId, trackId });
      this.#tryAgain();
    });
  }

  /** Null when the recording it was told of is not the one that is wanted, or the recorder is another one. */
  #wantedFor(told: Told): Wanted | null {
    return this.#told === told && this.#wanted?.captureId === told.captureId ? this.#wanted : null;
  }

  #let(told: Told, trackId: string, flows: boolean): void {
    told.tap?.let(trackId, flows).catch((error: unknown) => {
      this.#deps.log.error({ error, flows }, 'a stream on its way to the recorder does not obey');
    });
  }
}
