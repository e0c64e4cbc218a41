import { rm } from 'node:fs/promises';
import type { Log } from '../log.ts';
import { newId } from '../meeting/identity.ts';
import { Refusal } from '../protocol/codes.ts';
import type { ErrorCode } from '../protocol/codes.ts';
import type { RecorderCommand, RecorderReport } from '../protocol/recorder.ts';
import type { Mp4View } from '../protocol/recording.ts';
import type { BlobStore, FutureBlob } from '../store/blobs.ts';
import type { PartRecord, RecordingRepository } from '../store/recording-repository.ts';
import type { RecorderProcess } from './recorder-process.ts';

/** Who makes copies in MP4, one after the other. */
export interface Mp4Maker {
  /** Whether there is anybody to ask. */
  isThere(): Promise<boolean>;
  make(order: RecorderCommand<'mp4:make'>): void;
  cancel(job: string): void;
  /** Calls back with what becomes of jobs. `died`: nothing becomes of those that were asked for before. */
  onReport(listener: (report: Mp4Report) => void): void;
}

export type Mp4Report =
  | ({ type: 'progress' } & RecorderReport<'mp4:progress'>)
  | ({ type: 'done' } & RecorderReport<'mp4:done'>)
  | ({ type: 'failed' } & RecorderReport<'mp4:failed'>)
  | { type: 'died' };

/** For as long somebody who wants a copy waits for a recorder that is being started. */
const startMs = 6_000;

/** The recorder, as far as it makes copies. */
export function mp4MakerOf(
  recorder: Pick<RecorderProcess, 'awaitStart' | 'canRecord' | 'send' | 'on'>,
): Mp4Maker {
  return {
    isThere: async () => {
      await recorder.awaitStart(startMs);
      return recorder.canRecord;
    },
    make: (order) => {
      recorder.send('mp4:make', order);
    },
    cancel: (job) => {
      recorder.send('mp4:cancel', { job });
    },
    onReport: (listener) => {
      recorder.on('mp4:progress', (report) => {
        listener({ type: 'progress', ...report });
      });
      recorder.on('mp4:done', (report) => {
        listener({ type: 'done', ...report });
      });
      recorder.on('mp4:failed', (report) => {
        listener({ type: 'failed', ...report });
      });
      recorder.on('died', () => {
        listener({ type: 'died' });
      });
    },
  };
}

export type CopiesOptions = {
  recordings: RecordingRepository;
  blobs: BlobStore;
  maker: Mp4Maker;
  /** What has to stay free on the disk besides. */
  reserveBytes: number;
  log: Log;
  now?: () => number;
};

type Job = { job: string; part: PartRecord; place: FutureBlob; done: number };

/** Copies do not count against the owner's space: they are kept for this long, and made again when asked for. */
const keptMs = 24 * 60 * 60_000;
/** A copy is about as large as the recording; with another codec sometimes larger. */
const sizeFactor = 2;
/** What the recorder calls a copy while it writes it (recorder/finish/mp4.ts); killed, it leaves that behind. */
const unfinishedSuffix = '.unfinished';

/** Copies of recordings in MP4, for devices that cannot play WebM (R6). At most one of each. */
export class Copies {
  readonly #recordings: RecordingRepository;
  readonly #blobs: BlobStore;
  readonly #maker: Mp4Maker;
  readonly #reserveBytes: number;
  readonly #log: Log;
  readonly #now: () => number;
  /** By the recording's ID. */
  readonly #making = new Map<string, Job>();
  readonly #failed = new Map<string, ErrorCode>();
  /** Cancelled ones that may still be written to. */
  readonly #cancelled = new Map<string, FutureBlob>();

  constructor({ recordings, blobs, maker, reserveBytes, log, now = Date.now }: CopiesOptions) {
    this.#recordings = recordings;
    this.#blobs = blobs;
    this.#maker = maker;
    this.#reserveBytes = reserveBytes;
    this.#log = log;
    this.#now = now;
    maker.onReport((report) => {
      this.#hear(report).catch((error: unknown) => {
        log.error({ err: error }, 'a copy of a recording could not be kept');
      });
    });
  }

  view({ id, mp4 }: Pick<PartRecord, 'id' | 'mp4'>): Mp4View {
    const making = this.#making.get(id);
    if (making) return { state: 'making', done: making.done };
    if (mp4) return { state: 'ready', bytes: mp4.bytes };
    const code = this.#failed.get(id);
    return code ? { state: 'failed', code } : { state: 'none' };
  }

  /**
   * Begins one; where there is one, or it is being made, nothing happens.
   *
   * @throws Refusal recording-unavailable, recording-disk
   */
  async make(part: PartRecord & { blob: string }): Promise<void> {
    if (part.mp4 || this.#making.has(part.id)) return;
    if (!(await this.#maker.isThere()))
      throw new Refusal('recording-unavailable', 'No copy can be made now.');
    const room = await this.#blobs.room();
    // While all that was looked up, the same may have been asked for once more. From here on nothing is waited for:
    // of two that ask at the same moment, the second counts the first.
    if (this.#making.has(part.id)) return;
    const promised = this.#making.values().reduce((sum, job) => sum + job.part.bytes, 0);
    if (room < sizeFactor * (promised + part.bytes) + this.#reserveBytes) {
      throw new Refusal('recording-disk', 'There is no room on the disk for a copy.');
    }
    this.#failed.delete(part.id);
    const job: Job = { job: newId(), part, place: this.#blobs.place(), done: 0 };
    this.#making.set(part.id, job);
    this.#maker.make({
      job: job.job,
      from: this.#blobs.file(part.blob),
      to: job.place.path,
      durationMs: part.durationMs,
    });
  }

  /** Stops making one, or forgets that it has failed. One that is there stays. */
  async cancel(recordingId: string): Promise<void> {
    this.#failed.delete(recordingId);
    const making = this.#making.get(recordingId);
    if (!making) return;
    this.#making.delete(recordingId);
    this.#cancelled.set(making.job, making.place);
    this.#maker.cancel(making.job);
    await discard(making.place);
  }

  /** Removes those that have been there for a day. */
  async sweep(): Promise<void> {
    for (const { id, mp4 } of await this.#recordings.copiesMadeBefore(this.#now() - keptMs)) {
      if (mp4) await this.#blobs.remove(mp4.blob);
      await this.#recordings.change(id, { mp4: null });
    }
  }

  async #hear(report: Mp4Report): Promise<void> {
    if (report.type === 'died') {
      const [lost, cancelled] = [[...this.#making.values()], [...this.#cancelled.values()]];
      this.#cancelled.clear();
      for (const each of lost) await this.#fail(each, 'recording-unavailable');
      for (const place of cancelled) await discard(place);
      return;
    }
    const job = this.#making.values().find((each) => each.job === report.job);
    if (!job) {
      if (report.type === 'progress') return;
      const place = this.#cancelled.get(report.job);
      this.#cancelled.delete(report.job);
      if (place) await discard(place);
    } else if (report.type === 'progress') {
      job.done = Math.min(1, Math.max(job.done, report.done));
    } else if (report.type === 'failed') {
      this.#log.warn({ recordingId: job.part.id, reason: report.message }, 'no copy could be made');
      await this.#fail(job, 'recording-failed');
    } else {
      await this.#keep(job);
    }
  }

  async #keep(job: Job): Promise<void> {
    const { part, place } = job;
    try {
      await place.keep();
      const bytes = (await this.#blobs.size(place.key)) ?? 0;
      const copy = { blob: place.key, bytes, madeAt: this.#now() };
      const isWanted =
        this.#isMaking(job) && (await this.#recordings.change(part.id, { mp4: copy }, ['ready']));
      // Cancelled, or deleted with its recording, in this very moment.
      if (!isWanted) await this.#blobs.remove(place.key);
      if (this.#isMaking(job)) this.#making.delete(part.id);
    } catch (error) {
      await this.#fail(job, 'recording-failed');
      throw error;
    }
  }

  async #fail(job: Job, code: ErrorCode): Promise<void> {
    if (this.#isMaking(job)) {
      this.#making.delete(job.part.id);
      this.#failed.set(job.part.id, code);
    }
    await discard(job.place);
  }

  #isMaking(job: Job): boolean {
    return this.#making.get(job.part.id) === job;
  }
}

/** Also what is written to it at this moment. */
async function discard(place: FutureBlob): Promise<void> {
  await place.discard();
  await rm(`${place.path}${unfinishedSuffix}`, { force: true });
}
