import { access, rm } from 'node:fs/promises';
import type { Log } from '../log.ts';
import { newId } from '../meeting/identity.ts';
import { Refusal } from '../protocol/codes.ts';
import type { ErrorCode } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { StorageThreshold } from '../protocol/organization.ts';
import type { Chapter, RecordingKind, StorageView } from '../protocol/recording.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { PartRecord, PartState, RecordingRepository } from '../store/recording-repository.ts';
import { InOrder } from './in-order.ts';
import {
  compareToWarned,
  leastBytes,
  markOf,
  neededBytes,
  reserveAhead,
  storageView,
  thresholdPassed,
} from './quota.ts';
import type { PartProgress, StorageRules } from './quota.ts';
import { reconcile, removeFiles } from './reconcile.ts';

/** An owner's space has passed a threshold (R5). */
export type StorageWarning = { accountId: string; threshold: StorageThreshold; storage: StorageView };

export type ShelfOptions = {
  recordings: RecordingRepository;
  /** Of recordings alone: what no recording uses is put aside at the start. */
  blobs: BlobStore;
  /** What an account may keep; asked again each time, as it can be changed while somebody records. */
  rulesOf: (accountId: string) => Promise<StorageRules>;
  /** How long a part is; recorded time. */
  partMs?: number;
  log: Log;
  /** Told once for each threshold that is passed, until the space falls below it again. Has to return at once. */
  onWarning?: (warning: StorageWarning) => void;
  now?: () => number;
};

export type FinishedFile = { file: string; bytes: number; durationMs: number; chapters: Chapter[] };

/** With enough held back, the store is written only this often while a part runs. */
const writeEveryMs = 5_000;
/** A part as long as this is not forgotten when the recorder knows nothing of it: it is shown as failed. */
const worthTellingMs = 1_000;
/** With nothing heard for this long, nobody finishes a capture any more: even a slow machine says something by then. */
const quietMs = 30 * 60_000;

const begun = { state: 'recording', failure: null, durationMs: 0 } as const;
const unfinished: readonly PartState[] = ['recording', 'finishing', 'failed'];
const notDeleted: readonly PartState[] = [...unfinished, 'ready'];

/**
 * Where recordings are kept: part by part, each one file, with the owner's space counted and held back in time
 * (R5). Every step can be told again: after a death at any moment, the recorder tells it again, and nothing is
 * lost or there twice.
 */
export class RecordingShelf {
  readonly #recordings: RecordingRepository;
  readonly #blobs: BlobStore;
  readonly #rulesOf: ShelfOptions['rulesOf'];
  readonly #partMs: number;
  readonly #log: Log;
  readonly #onWarning: (warning: StorageWarning) => void;
  readonly #now: () => number;
  readonly #inOrder = new InOrder();
  /** Captures with enough held back for a while: when that was written, and for which parts. */
  readonly #ample = new Map<string, { at: number; parts: string }>();
  /** When a recorder or its meeting told something of a capture; before that, the start counts. */
  readonly #heardAt = new Map<string, number>();
  readonly #openedAt: number;
  #onAbandoned: (captureId: string) => void = () => undefined;

  private constructor(options: ShelfOptions) {
    this.#recordings = options.recordings;
    this.#blobs = options.blobs;
    this.#rulesOf = options.rulesOf;
    this.#partMs = options.partMs ?? limits.recordingPartMs;
    this.#log = options.log;
    this.#onWarning = options.onWarning ?? (() => undefined);
    this.#now = options.now ?? Date.now;
    this.#openedAt = this.#now();
  }

  /** Makes store and disk agree first; only one server at a time has them. */
  static async open(options: ShelfOptions): Promise<RecordingShelf> {
    await reconcile(options);
    return new RecordingShelf(options);
  }

  /** Called back with a capture of which the owner has deleted all that was not finished: it can be discarded. */
  set onAbandoned(listener: (captureId: string) => void) {
    this.#onAbandoned = listener;
  }

  /**
   * Before anything is recorded, or goes on; what has begun already just goes on.
   *
   * @throws Refusal recording-quota when the owner's space is used up
   */
  async begin(
    of: Pick<PartRecord, 'captureId' | 'part' | 'kind' | 'meetingId' | 'accountId' | 'beganAt'>,
  ): Promise<void> {
    this.#heard(of.captureId);
    await this.#inOrder.do(of.captureId, () =>
      this.#counting(of.accountId, async (recordings, quotaBytes) => {
        const rows = await recordings.ofCapture(of.captureId);
        const newest = rows.at(-1);
        if (newest && newest.state !== 'deleted' && rows.some(({ part }) => part === of.part)) {
          // It goes on after all, for instance with the recorder that has taken a dead one's place.
          if (newest.blob === null) await recordings.change(newest.id, { state: 'recording' }, ['finishing']);
          return;
        }
        const { usedBytes, reservedBytes } = await recordings.space(of.accountId);
        const left = quotaBytes - usedBytes - reservedBytes;
        const least = leastBytes(of.kind);
        if (left < least) {
          throw new Refusal('recording-quota', 'The space for recordings is used up: delete some first.');
        }
        const ahead = Math.max(least, reserveAhead(of.kind, left).bytes);
        if (await recordings.insert({ ...of, id: newId(), reservedBytes: ahead })) return;
        // Its owner has deleted what there was, and now there is more of it.
        if (newest) await recordings.change(newest.id, { ...begun, reservedBytes: ahead }, ['deleted']);
      }),
    );
  }

  /**
   * Told about once a second while a capture runs or is being finished. Holds space back for what comes next, and
   * takes note of parts that have begun.
   *
   * @returns `full`: recording has to stop now, so that the file stays within the owner's space
   */
  async progress(captureId: string, parts: readonly PartProgress[]): Promise<'ok' | 'full'> {
    this.#heard(captureId);
    return this.#inOrder.do(captureId, async () => {
      const numbers = parts.map(({ part }) => part).join();
      const ample = this.#ample.get(captureId);
      if (ample?.parts === numbers && this.#now() - ample.at < writeEveryMs) return 'ok';
      const [sibling] = await this.#recordings.ofCapture(captureId);
      if (!sibling || parts.length === 0) return 'ok';
      const { isFull, isAmple } = await this.#counting(sibling.accountId, (recordings, quotaBytes) =>
        this.#reserve(recordings, quotaBytes, captureId, parts),
      );
      if (isAmple) this.#ample.set(captureId, { at: this.#now(), parts: numbers });
      else this.#ample.delete(captureId);
      return isFull ? 'full' : 'ok';
    });
  }

  /** No more is recorded; what there is is being finished. */
  async ending(captureId: string): Promise<void> {
    await this.#inOrder.do(captureId, async () => {
      this.#ample.delete(captureId);
      for (const { id } of await this.#recordings.ofCapture(captureId)) {
        // Told again by each recorder that comes after another one, it is no news.
        if (await this.#recordings.change(id, { state: 'finishing' }, ['recording'])) this.#heard(captureId);
      }
    });
  }

  /**
   * A part is finished: its file is moved here. When this has returned, what it was made of can go.
   *
   * @throws Error when the file is nowhere, or cannot be moved: what it was made of has to stay
   */
  async done(captureId: string, part: number, finished: FinishedFile): Promise<void> {
    this.#heard(captureId);
    await this.#inOrder.do(captureId, async () => {
      this.#ample.delete(captureId);
      const { file } = finished;
      const isThere = await exists(file);
      const known = await this.#find(captureId, part);
      if (known?.state === 'deleted') {
        await rm(file, { force: true });
        return;
      }
      // The owner has deleted the recording, after its file had been moved.
      if (!known && !isThere) return;
      const row = known ?? (await this.#add(captureId, part));
      if (!row) throw new Error(`Nobody knows whose the recording ${captureId} is.`);
      const key = row.blob ?? this.#blobs.newKey();
      const isKept = row.blob !== null && (await this.#blobs.size(row.blob)) !== null;
      if (isKept) {
        await rm(file, { force: true });
      } else {
        if (!isThere) throw new Error(`The finished file of part ${part} of ${captureId} is not there.`);
        const { durationMs, chapters } = finished;
        // First its place is written down, so that after a death in between the file is still known.
        await this.#recordings.change(row.id, { blob: key, durationMs, chapters }, notDeleted);
        await this.#blobs.adopt(file, key);
      }
      await this.#keep({ ...row, blob: key }, finished);
    });
  }

  /** A part could not be finished. What it was made of is kept, and so is the space for it: the next start tries again. */
  async failed(captureId: string, part: number, code: ErrorCode): Promise<void> {
    this.#heard(captureId);
    await this.#inOrder.do(captureId, async () => {
      this.#ample.delete(captureId);
      const row = (await this.#find(captureId, part)) ?? (await this.#add(captureId, part));
      if (!row) return;
      const isKept = row.blob !== null && (await this.#blobs.size(row.blob)) !== null;
      if (isKept) await this.#keep(row, row);
      else await this.#recordings.change(row.id, { state: 'failed', failure: code, blob: null }, unfinished);
    });
  }

  /** All is done and taken: of parts that there never were, nothing stays. */
  async captureDone(captureId: string, parts: number): Promise<void> {
    await this.#inOrder.do(captureId, async () => {
      this.#ample.delete(captureId);
      this.#heardAt.delete(captureId);
      for (const row of await this.#recordings.ofCapture(captureId)) {
        if (row.state === 'ready' || row.blob !== null) continue;
        const isMissed = row.state !== 'deleted' && (row.part <= parts || row.durationMs >= worthTellingMs);
        if (!isMissed) {
          await this.#recordings.remove(row.id, [...unfinished, 'deleted']);
          continue;
        }
        this.#log.error({ captureId, part: row.part }, 'the recorder knows nothing of a recorded part');
        const failure = { state: 'failed', failure: 'recording-lost', reservedBytes: 0 } as const;
        await this.#recordings.change(row.id, failure, unfinished);
      }
    });
  }

  /** Whether it is to be finished, and nobody seems to do so. It may become ready all the same. */
  isStuck({ captureId, state }: Pick<PartRecord, 'captureId' | 'state'>): boolean {
    const heardAt = this.#heardAt.get(captureId) ?? this.#openedAt;
    return state === 'finishing' && this.#now() - heardAt > quietMs;
  }

  /**
   * The owner deletes a part that is ready, has failed or is stuck. First that is written down, then its file goes:
   * after a death in between, the next start sees to it.
   *
   * @throws Refusal recording-not-ready while it is recorded or finished
   */
  async remove({ id, captureId, accountId }: PartRecord): Promise<void> {
    await this.#inOrder.do(captureId, async () => {
      const row = await this.#recordings.load(id);
      if (!row || row.state === 'deleted') return;
      if (row.state === 'recording' || (row.state === 'finishing' && !this.isStuck(row))) {
        throw new Refusal('recording-not-ready', 'It is still being recorded or made ready.');
      }
      // What was captured of it may still lie with the recorder, which would finish it at the next start.
      const isToDiscard = row.state === 'finishing' || (row.state === 'failed' && row.blob === null);
      const deleted = { state: 'deleted', reservedBytes: 0 } as const;
      await this.#counting(accountId, (recordings) => recordings.change(id, deleted, notDeleted));
      try {
        // A copy of it may have become ready until that moment.
        const last = (await this.#recordings.load(id)) ?? row;
        await removeFiles(last, { recordings: this.#recordings, blobs: this.#blobs });
        if (!isToDiscard) await this.#recordings.remove(id, ['deleted']);
      } catch (error) {
        this.#log.warn({ err: error }, 'the file of a deleted recording could not be removed');
      }
      if (isToDiscard && (await this.abandoned()).includes(captureId)) this.#onAbandoned(captureId);
    });
  }

  /** R5: what the owner has used, and what is left. */
  async storageOf(accountId: string): Promise<StorageView> {
    const { quotaBytes } = await this.#rulesOf(accountId);
    return storageView(await this.#recordings.space(accountId), quotaBytes);
  }

  /** Captures with parts that are not finished, for the recorder to finish after a start. */
  async unfinished(): Promise<{ captureId: string; kind: RecordingKind; meetingId: string }[]> {
    const rows = (await this.#recordings.withoutFile()).filter(({ state }) => state !== 'deleted');
    // A part whose file was about to be moved is not without a file, but not finished either.
    const moving = (await this.#recordings.withFile()).filter(
      ({ state, blob }) => blob !== null && (state === 'recording' || state === 'finishing'),
    );
    const byCapture = new Map([...rows, ...moving].map((row) => [row.captureId, row]));
    return [...byCapture.values()].map(({ captureId, kind, meetingId }) => ({ captureId, kind, meetingId }));
  }

  /** Whether it is somebody's, whatever has become of its parts. */
  async knows(captureId: string): Promise<boolean> {
    return (await this.#recordings.ofCapture(captureId)).length > 0;
  }

  /** Captures of which the owner has deleted all that was not finished; they stay here until `captureDone`. */
  async abandoned(): Promise<string[]> {
    const rows = await this.#recordings.withoutFile();
    const wanted = new Set((await this.unfinished()).map(({ captureId }) => captureId));
    return [...new Set(rows.map(({ captureId }) => captureId))].filter((id) => !wanted.has(id));
  }

  async #reserve(
    recordings: RecordingRepository,
    quotaBytes: number,
    captureId: string,
    parts: readonly PartProgress[],
  ): Promise<{ isFull: boolean; isAmple: boolean }> {
    const ordered = parts.toSorted((one, other) => one.part - other.part);
    const newest = ordered.at(-1)?.part;
    for (const { part, recordedMs } of ordered) await this.#add(captureId, part, recordedMs, recordings);
    const rows = await recordings.ofCapture(captureId);
    const running = ordered.flatMap((progress) => {
      const row = rows.find(({ part }) => part === progress.part);
      const runs = row?.state === 'recording' || row?.state === 'finishing';
      return runs ? [{ row, progress, needed: neededBytes(row.kind, progress) }] : [];
    });
    const [first] = running;
    if (!first) return { isFull: false, isAmple: false };
    const { usedBytes, reservedBytes } = await recordings.space(first.row.accountId);
    const own = sum(running.map(({ row }) => row.reservedBytes));
    let room = Math.max(0, quotaBytes - usedBytes - (reservedBytes - own));
    const left = room - sum(running.map(({ needed }) => needed));
    const ahead = reserveAhead(first.row.kind, left);
    let records = false;
    for (const { row, progress, needed } of running) {
      const isRecording = row.state === 'recording' && row.part === newest;
      records ||= isRecording;
      // Never more than there is, whatever is needed: two recordings cannot overrun the space together.
      const held = Math.min(room, needed + (isRecording ? ahead.bytes : 0));
      room -= held;
      await recordings.change(
        row.id,
        {
          durationMs: progress.recordedMs,
          reservedBytes: held,
          ...(isRecording ? {} : { state: 'finishing' }),
        },
        ['recording', 'finishing'],
      );
    }
    return { isFull: records && ahead.isFull, isAmple: records && ahead.isAmple };
  }

  #heard(captureId: string): void {
    this.#heardAt.set(captureId, this.#now());
  }

  async #find(captureId: string, part: number): Promise<PartRecord | null> {
    const rows = await this.#recordings.ofCapture(captureId);
    return rows.find((row) => row.part === part) ?? null;
  }

  /**
   * A later part of a capture that is known; where it is known already, nothing happens.
   *
   * @param recordedMs how much of it there is, when it has begun just now
   * @returns null when nothing is known of the capture
   */
  async #add(
    captureId: string,
    part: number,
    recordedMs: number | null = null,
    recordings = this.#recordings,
  ): Promise<PartRecord | null> {
    const rows = await recordings.ofCapture(captureId);
    const known = rows.find((row) => row.part === part);
    const sibling = rows.findLast((row) => row.part < part) ?? rows.at(0);
    if (known || !sibling) return known ?? null;
    const { meetingId, accountId, kind } = sibling;
    const beganAt =
      recordedMs === null
        ? sibling.beganAt + (part - sibling.part) * this.#partMs
        : Math.round(this.#now() - recordedMs);
    const id = newId();
    await recordings.insert({ id, meetingId, accountId, captureId, part, kind, beganAt, reservedBytes: 0 });
    return recordings.load(id);
  }

  /** Its file is in its place. */
  async #keep(
    { id, accountId, blob }: PartRecord,
    { durationMs, chapters }: Pick<PartRecord, 'durationMs' | 'chapters'>,
  ): Promise<void> {
    const bytes = blob === null ? null : await this.#blobs.size(blob);
    if (blob === null || bytes === null) throw new Error('The file of a recording went in this very moment.');
    await this.#counting(accountId, (recordings) =>
      recordings.change(
        id,
        { state: 'ready', failure: null, bytes, durationMs, chapters, reservedBytes: 0 },
        notDeleted,
      ),
    );
  }

  /** In one transaction that has the account's space to itself; the owner is warned if a threshold is passed. */
  async #counting<T>(
    accountId: string,
    work: (recordings: RecordingRepository, quotaBytes: number) => Promise<T>,
  ): Promise<T> {
    // Before the transaction: as long as it runs, SQLite answers nobody else. A rule that is changed in this very
    // moment counts from the next time on.
    const rules = await this.#rulesOf(accountId);
    const { quotaBytes } = rules;
    const { result, space, passed } = await this.#recordings.alone(accountId, async (recordings, warned) => {
      const done = await work(recordings, quotaBytes);
      const after = await recordings.space(accountId);
      const threshold = thresholdPassed(after, rules);
      const { isHigher, isLower } = compareToWarned(after, threshold, warned, quotaBytes);
      // What is held for a recording falls a little with every piece that is composed: only what is used counts
      // as room that there is again, or whoever records past a threshold would be warned of it several times.
      const isFallen = isLower && after.reservedBytes === 0;
      if (isHigher || isFallen) await recordings.setWarned(accountId, markOf(threshold, quotaBytes));
      return { result: done, space: after, passed: isHigher ? threshold : null };
    });
    if (passed) this.#onWarning({ accountId, threshold: passed, storage: storageView(space, quotaBytes) });
    return result;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    },
  );
}
