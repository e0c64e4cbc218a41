import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect } from 'vitest';
import { usualSettings } from '../accounts/organization.ts';
import { createLog } from '../log.ts';
import { newId } from '../meeting/identity.ts';
import { limits } from '../protocol/limits.ts';
import { DirectoryBlobs } from '../store/blobs.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import type { PartRecord } from '../store/recording-repository.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { newAccount } from './store-samples.ts';
import { RecordingShelf, type StorageWarning } from '../recording/shelf.ts';

export const giga = 1_000_000_000;
export const secondBytes = limits.recordingBytesPerHour.video / 3_600;

/** Of every account: so much space, and the thresholds that are usual. */
export function rulesOf(quota: number | (() => number)) {
  return () =>
    Promise.resolve({
      quotaBytes: typeof quota === 'number' ? quota : quota(),
      thresholds: usualSettings.thresholds,
    });
}

type Capture = Parameters<RecordingShelf['begin']>[0];

/** For the tests of one file: a shelf over an empty store and folder, new for each test, and what comes to it. */
export function useShelf() {
  let db: Database;
  const chapters = [{ startMs: 0, title: 'ご提案書 1/12' }];
  const here = {
    folder: '',
    store: null as unknown as Repositories,
    blobs: null as unknown as DirectoryBlobs,
    accountId: '',
    warnings: [] as StorageWarning[],
    logged: [] as string[],
    clockMs: 1_790_000_000_000,
    chapters,
  };

  /** A server that starts, on what is there. */
  const open = async (
    quotaBytes: number | (() => number) = 5 * giga,
    { recordings } = here.store,
  ): Promise<RecordingShelf> => {
    here.blobs = await DirectoryBlobs.open(path.join(here.folder, 'files'), { keepsAside: true });
    return RecordingShelf.open({
      recordings,
      blobs: here.blobs,
      rulesOf: rulesOf(quotaBytes),
      log: createLog('warn', { write: (line) => void here.logged.push(line) }),
      onWarning: (warning) => here.warnings.push(warning),
      now: () => here.clockMs,
    });
  };

  const capture = (changes: Partial<Capture> = {}): Capture => ({
    captureId: newId(),
    part: 1,
    kind: 'video',
    meetingId: newId(),
    accountId: here.accountId,
    beganAt: here.clockMs,
    ...changes,
  });

  /** What the recorder has finished. */
  const finished = async (part: number, content: string) => {
    const file = path.join(here.folder, 'done', `part-${part}.webm`);
    await writeFile(file, content);
    return { file, bytes: Buffer.byteLength(content), durationMs: 61_000.4, chapters };
  };

  /** A second of recording passes, of which nothing is composed yet. */
  const second = async (shelf: RecordingShelf, captureId: string, recordedMs: number, composedMs = 0) => {
    here.clockMs += 1_000;
    const composedBytes = Math.round((composedMs / 1_000) * secondBytes);
    return shelf.progress(captureId, [{ part: 1, recordedMs, composedMs, composedBytes }]);
  };

  /** Seconds that are recorded until there is no more room, composed ten seconds behind. */
  const untilFull = async (shelf: RecordingShelf, captureIds: string[], mostSeconds: number) => {
    const ended = new Map<string, number>();
    for (let seconds = 1; seconds <= mostSeconds && ended.size < captureIds.length; seconds++) {
      for (const id of captureIds.filter((each) => !ended.has(each))) {
        const answer = await second(shelf, id, seconds * 1_000, Math.max(0, seconds - 10) * 1_000);
        const { usedBytes, reservedBytes, limitBytes } = await shelf.storageOf(here.accountId);
        expect(usedBytes + reservedBytes).toBeLessThanOrEqual(limitBytes);
        if (answer === 'full') {
          ended.set(id, seconds);
          await shelf.ending(id);
        }
      }
    }
    return captureIds.map((id) => ended.get(id) ?? null);
  };

  const only = async (captureId: string): Promise<PartRecord> => {
    const rows = await here.store.recordings.ofCapture(captureId);
    expect(rows).toHaveLength(1);
    return rows[0]!;
  };
  const contentOf = ({ blob }: PartRecord) => text(here.blobs.read(blob!));
  /** How many there are below a folder. */
  const files = async (name: string) => {
    const all = await readdir(path.join(here.folder, name), { recursive: true, withFileTypes: true });
    return all.filter((each) => each.isFile()).length;
  };

  beforeEach(async () => {
    here.folder = await mkdtemp(path.join(tmpdir(), 'taimen-shelf-'));
    db = await openDatabase({ url: ':memory:' });
    await migrate(db);
    here.store = createRepositories(db);
    here.accountId = await newAccount(here.store);
    await mkdir(path.join(here.folder, 'done'));
    here.warnings = [];
    here.logged = [];
  });
  afterEach(async () => {
    await db.destroy();
    await rm(here.folder, { recursive: true, force: true });
  });
  return Object.assign(here, { open, capture, finished, second, untilFull, only, contentOf, files });
}
