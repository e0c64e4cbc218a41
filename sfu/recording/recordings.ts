import { mkdir, readdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { Refusal } from '../protocol/codes.ts';
import type { ErrorCode } from '../protocol/codes.ts';
import type { PointerPlace } from '../protocol/documents.ts';
import type { RecorderReport } from '../protocol/recorder.ts';
import type { RecordingKind, StorageView } from '../protocol/recording.ts';
import { MeetingCapture } from './meeting-capture.ts';
import { leastBytes } from './quota.ts';
import type { RecorderProcess } from './recorder-process.ts';
import { RecorderWatch } from './recorder-watch.ts';
import type { RecordingShelf } from './shelf.ts';
import { recordingTimings } from './timings.ts';
import type { RecordingTimings } from './timings.ts';
import type { RecordableMeeting } from './wanted.ts';

export type RecordingsOptions = {
  recorder: RecorderProcess;
  shelf: RecordingShelf;
  /** An absolute path; its disk is looked at. */
  recordingsDir: string;
  /** With less than this free on the disk, nothing new is begun. */
  reserveBytes: number;
  /** How long a part is; recorded time. */
  partMs: number;
  documentFile: (documentId: string, version: number) => Promise<string | null>;
  log: Log;
  timings?: RecordingTimings;
};

/** For as long somebody who presses 録画 waits for a recorder that is being started; their page gives up after 8 s. */
const recorderStartMs = 6_000;
/** How often the host is told what is left of the space while something is recorded. */
const tellStorageMs = 20_000;

/**
 * Sees to it that what should be recorded is. Meetings say what should be; for each that is recorded a
 * `MeetingCapture` tells the recorder. What the recorder says is passed on here, to the shelf and to the meetings.
 */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #log: Log;
  readonly #captures = new Map<string, MeetingCapture>();
  /** Of captures that are not done yet, the meeting, while it lasts. */
  readonly #meetingOf = new Map<string, RecordableMeeting>();
  readonly #beginnings = new Map<string, NodeJS.Timeout>();
  readonly #storageToldAt = new WeakMap<RecordableMeeting, number>();
  /** Captures that have failed, while their meetings are being told. */
  readonly #failing = new Set<string>();
  readonly #timings: RecordingTimings;
  readonly #watch: RecorderWatch;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  private constructor(options: RecordingsOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#timings = options.timings ?? recordingTimings;
    this.#watch = new RecorderWatch({
      recorder: options.recorder,
      timings: this.#timings,
      isWanted: () => this.#wanted().length > 0,
      isTold: () => this.#wanted().some((each) => each.isTold),
      isAtWork: () => this.#wanted().some((each) => each.isAtWork),
      giveUp: (why) => {
        this.#log.error({ why }, 'what is recorded has to end');
        for (const { captureId } of this.#wanted())
          if (captureId) this.#fail(captureId, 'recording-unavailable');
      },
    });
  }

  static async create(options: RecordingsOptions): Promise<Recordings> {
    await mkdir(options.recordingsDir, { recursive: true }).catch((error: unknown) => {
      options.log.error({ error }, 'the folder of recordings cannot be made: nothing can be recorded');
    });
    const recordings = new Recordings(options);
    recordings.#listen();
    return recordings;
  }

  /** Once the meetings that go on are known: what belongs to none of them is finished. */
  start(): void {
    this.#do(this.#startForOthers(), 'what was left unfinished could not be looked up');
  }

  /** To be called after every change of a meeting, its lines and its media. */
  look(live: RecordableMeeting): void {
    if (this.#closed) return;
    const { state, captureId } = live.meeting.recording;
    this.#awaitBeginning(live);
    if (live.meeting.isEnded) this.#letGo(live);
    const capture = this.#captures.get(live.id);
    if (state === 'off' || state === 'announced') {
      capture?.look();
      this.#captures.delete(live.id);
      return;
    }
    if (captureId !== null) this.#meetingOf.set(captureId, live);
    const known = capture ?? this.#captureOf(live);
    known.look();
    // While none is there the lamp stays on: it is about to be back, or the watch will see that it is not.
    this.#options.recorder.start();
  }

  pointer(live: RecordableMeeting, participantId: string, place: PointerPlace | null): void {
    if (!this.#closed) this.#captures.get(live.id)?.pointer(participantId, place);
  }

  storageOf(accountId: string): Promise<StorageView> {
    return this.#options.shelf.storageOf(accountId);
  }

  /**
   * Whether something new can be recorded, before anything is announced.
   *
   * @throws Refusal recording-unavailable, recording-quota, recording-disk
   */
  async assertPossible(accountId: string | null, kind: RecordingKind): Promise<void> {
    const { recorder, recordingsDir, reserveBytes } = this.#options;
    if (accountId === null || !(await this.#isUp())) {
      const reason = recorder.problem ?? 'The recorder is not running at the moment.';
      throw new Refusal('recording-unavailable', reason);
    }
    const { limitBytes, usedBytes, reservedBytes } = await this.storageOf(accountId);
    if (limitBytes - usedBytes - reservedBytes < leastBytes(kind)) {
      throw new Refusal('recording-quota', 'The space for recordings is used up: delete some first.');
    }
    if ((await freeBytes(recordingsDir)) < reserveBytes) {
      throw new Refusal('recording-disk', 'The disk of the server is too full for a recording.');
    }
  }

  /** Lets the recorder go; what is recorded goes on after the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.abort();
    this.#watch.close();
    for (const timer of this.#beginnings.values()) clearTimeout(timer);
    await this.#options.recorder.close();
    for (const capture of this.#captures.values()) capture.close();
    await Promise.all(this.#underWay);
  }

  #listen(): void {
    const { recorder, shelf } = this.#options;
    recorder.on('started', () => {
      for (const capture of this.#captures.values()) capture.look();
      this.#do(this.#finishOthers(), 'what was left unfinished could not be taken up');
    });
    recorder.on('died', () => {
      for (const capture of this.#captures.values()) capture.forget();
      this.#watch.died();
    });
    recorder.on('capture:listening', ({ captureId, port }) => {
      this.#captureBy(captureId)?.listening(captureId, port);
    });
    recorder.on('track:keyframe', ({ captureId, trackId, isStarving }) => {
      this.#captureBy(captureId)?.keyframe(trackId, isStarving);
    });
    recorder.on('capture:progress', (progress) => {
      this.#watch.heard();
      this.#do(this.#progress(progress), 'the progress of a recording could not be noted');
    });
    recorder.on('capture:trouble', ({ captureId, code, message }) => {
      this.#log.error({ captureId, code, message }, 'a recording had to end');
      this.#fail(captureId, code);
    });
    recorder.on('part:done', ({ captureId, part, ...finished }) => {
      const done = shelf.done(captureId, part, finished).then(() => {
        recorder.send('part:taken', { captureId, part });
        return this.#meetingOf.get(captureId)?.storageChanged();
      });
      this.#do(done, 'a recording could not be put on the shelf');
    });
    recorder.on('part:failed', ({ captureId, part, code, message }) => {
      this.#log.error({ captureId, part, code, message }, 'a recording could not be finished');
      this.#do(shelf.failed(captureId, part, code), 'a recording that failed could not be noted');
    });
    recorder.on('capture:done', ({ captureId, parts }) => {
      this.#do(shelf.captureDone(captureId, parts), 'the end of a recording could not be noted');
      this.#meetingOf.delete(captureId);
    });
    shelf.onAbandoned = (captureId) => {
      recorder.send('capture:discard', { captureId });
    };
  }

  async #startForOthers(): Promise<void> {
    const { recorder, shelf } = this.#options;
    const left = [
      ...(await shelf.unfinished()),
      ...(await shelf.abandoned()),
      ...(await this.#finishedOnDisk()),
    ];
    if (left.length > 0) recorder.start();
  }

  /**
   * Folders of captures that are finished, all their files taken: their recorder died before it could remove them,
   * and with them what people said and showed. What this store knows nothing of is left alone: it may be another's.
   */
  async #finishedOnDisk(): Promise<string[]> {
    const { shelf, recordingsDir } = this.#options;
    const found = await readdir(path.join(recordingsDir, 'captures')).catch(() => []);
    const open = [
      ...(await shelf.unfinished()).map(({ captureId }) => captureId),
      ...(await shelf.abandoned()),
    ];
    const finished: string[] = [];
    for (const captureId of found) {
      if (open.includes(captureId) || this.#captureBy(captureId)) continue;
      if (await shelf.knows(captureId)) finished.push(captureId);
      else this.#log.warn({ captureId }, 'nobody knows whose this recording is; its folder is left alone');
    }
    return finished;
  }

  /** What no meeting goes on with is to be finished; what nobody wants any more goes. */
  async #finishOthers(): Promise<void> {
    const { recorder, shelf, partMs } = this.#options;
    for (const { captureId, kind } of await shelf.unfinished()) {
      if (this.#captureBy(captureId)) continue;
      await shelf.ending(captureId);
      recorder.send('capture:finish', { captureId, kind, partMs });
    }
    for (const captureId of await shelf.abandoned()) recorder.send('capture:discard', { captureId });
    // It tells of what is done once more, and clears up when that is taken.
    for (const captureId of await this.#finishedOnDisk()) {
      recorder.send('capture:finish', { captureId, kind: 'video', partMs });
    }
  }

  async #progress({ captureId, recordedMs, parts }: RecorderReport<'capture:progress'>): Promise<void> {
    const outcome = await this.#options.shelf.progress(captureId, parts);
    const live = this.#captureBy(captureId)?.live;
    if (!live) return;
    if (outcome === 'full') {
      this.#fail(captureId, 'recording-quota');
      return;
    }
    const now = Date.now();
    if (live.meeting.recording.isWrong(recordedMs, now)) {
      await live.change((meeting) => {
        if (meeting.recording.captureId === captureId) meeting.recording.correct(recordedMs, now);
      });
    }
    if (now - (this.#storageToldAt.get(live) ?? 0) < tellStorageMs) return;
    this.#storageToldAt.set(live, now);
    await live.storageChanged();
  }

  #captureOf(live: RecordableMeeting): MeetingCapture {
    const { recorder, shelf, partMs, documentFile } = this.#options;
    const capture = new MeetingCapture(live, {
      recorder,
      timings: this.#timings,
      partMs,
      documentFile,
      log: this.#log,
      reserve: async ({ captureId, kind, accountId }) => {
        if (accountId === null) throw new Refusal('recording-failed', 'Nobody would own this recording.');
        const meetingId = live.id;
        await shelf.begin({ captureId, part: 1, kind, meetingId, accountId, beganAt: Date.now() });
      },
      failed: (captureId, error) => {
        if (!(error instanceof Refusal)) this.#log.error({ error, captureId }, 'a recording could not begin');
        this.#fail(captureId, error instanceof Refusal ? error.code : 'recording-failed');
      },
      ending: (captureId) => {
        this.#do(shelf.ending(captureId), 'the end of a recording could not be noted');
      },
    });
    this.#captures.set(live.id, capture);
    return capture;
  }

  #captureBy(captureId: string): MeetingCapture | null {
    const capture = this.#captures.values().find((each) => each.captureId === captureId);
    return capture ?? null;
  }

  /** The captures of meetings that do not know yet of a failure. */
  #wanted(): MeetingCapture[] {
    return [...this.#captures.values()].filter(
      ({ captureId }) => captureId !== null && !this.#failing.has(captureId),
    );
  }

  /** The meeting goes on without this recording, and everybody in it reads why. */
  #fail(captureId: string, code: ErrorCode): void {
    const live = this.#captureBy(captureId)?.live;
    if (!live || this.#failing.has(captureId)) return;
    this.#failing.add(captureId);
    const failing = this.#tellFailure(live, captureId, code).finally(() => this.#failing.delete(captureId));
    this.#do(failing, 'that a recording has ended could not be told');
  }

  /** The store may be on the very disk that is full. The lamp must not lie for good: it is tried until it is told. */
  async #tellFailure(live: RecordableMeeting, captureId: string, code: ErrorCode): Promise<void> {
    const { signal } = this.#closing;
    const isLying = () => live.meeting.recording.captureId === captureId;
    while (isLying() && !signal.aborted) {
      try {
        await live.change((meeting, now) => {
          if (isLying()) meeting.recording.fail(code, now);
        });
      } catch (error) {
        this.#log.error({ error, captureId }, 'that a recording has ended could not be told yet');
        await delay(this.#timings.tryAgainMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Whose meeting is over need not be told anything more of it. */
  #letGo(live: RecordableMeeting): void {
    for (const [captureId, each] of this.#meetingOf) if (each === live) this.#meetingOf.delete(captureId);
  }

  /** What is announced begins when everybody has been told for long enough. */
  #awaitBeginning(live: RecordableMeeting, delayMs?: number): void {
    clearTimeout(this.#beginnings.get(live.id));
    this.#beginnings.delete(live.id);
    const { state, startsAt } = live.meeting.recording;
    if (state !== 'announced' || startsAt === null || this.#closed) return;
    const timer = setTimeout(
      () => {
        const beginning = live
          .change((meeting, now) => {
            meeting.recording.begin(now, (id) => live.isConnected(id));
          })
          .catch((error: unknown) => {
            this.#awaitBeginning(live, this.#timings.tryAgainMs);
            throw error;
          });
        this.#do(beginning, 'an announced recording could not begin');
      },
      delayMs ?? Math.max(0, startsAt - Date.now()),
    );
    this.#beginnings.set(live.id, timer);
  }

  async #isUp(): Promise<boolean> {
    const { recorder } = this.#options;
    await recorder.awaitStart(recorderStartMs);
    return recorder.canRecord;
  }

  /** Nobody waits for it, but the stop of the server does. */
  #do(work: Promise<unknown>, complaint: string): void {
    const settled = work
      .catch((error: unknown) => {
        this.#log.error({ error }, complaint);
      })
      .finally(() => this.#underWay.delete(settled));
    this.#underWay.add(settled);
  }
}

/** Of a disk that cannot be used, nothing is free. */
async function freeBytes(folder: string): Promise<number> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
}
