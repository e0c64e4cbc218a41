import { readdir, rename, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { newId } from '../meeting/identity.ts';
import { limits } from '../protocol/limits.ts';
import { DirectoryBlobs } from '../store/blobs.ts';
import { openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories } from '../store/repositories.ts';
import { RecordingShelf } from './shelf.ts';
import { giga, rulesOf, secondBytes, useShelf } from '../test/shelf-kit.ts';

const here = useShelf();
const { open, capture, finished, second, untilFull, only, contentOf, files, chapters } = here;

describe('a recording', () => {
  test('is kept as one file, of its real size, and what was held back is free again', async () => {
    const shelf = await open();
    const it = capture();
    await shelf.begin(it);
    expect((await shelf.storageOf(here.accountId)).reservedBytes).toBeGreaterThan(60 * secondBytes);
    expect(await shelf.unfinished()).toEqual([
      { captureId: it.captureId, kind: 'video', meetingId: it.meetingId },
    ]);
    await shelf.ending(it.captureId);
    expect(await only(it.captureId)).toMatchObject({ state: 'finishing' });
    await shelf.done(it.captureId, 1, await finished(1, '動画'));
    await shelf.captureDone(it.captureId, 1);
    const row = await only(it.captureId);
    expect(row).toMatchObject({ state: 'ready', bytes: 6, durationMs: 61_000, chapters, reservedBytes: 0 });
    expect(await contentOf(row)).toBe('動画');
    expect(await files('done')).toBe(0);
    expect(await shelf.unfinished()).toEqual([]);
    expect(await shelf.storageOf(here.accountId)).toMatchObject({ usedBytes: 6, reservedBytes: 0 });
  });

  test('begun twice is one', async () => {
    const shelf = await open();
    const it = capture();
    await Promise.all([shelf.begin(it), shelf.begin(it)]);
    await only(it.captureId);
  });

  test('that goes on with another recorder still has to stop when there is no more room', async () => {
    const shelf = await open(Math.ceil(30 * secondBytes));
    const it = capture();
    await shelf.begin(it);
    await shelf.ending(it.captureId);
    await shelf.begin(it);
    expect(await only(it.captureId)).toMatchObject({ state: 'recording' });
    const [ended] = await untilFull(shelf, [it.captureId], 60);
    expect(ended).toBeGreaterThan(10);
    expect(ended).toBeLessThan(40);
  });

  test('goes on in a new part by itself, also where only its finished file tells of it', async () => {
    const shelf = await open();
    const it = capture();
    await shelf.begin(it);
    here.clockMs += limits.recordingPartMs;
    await shelf.progress(it.captureId, [
      { part: 1, recordedMs: limits.recordingPartMs, composedMs: 0, composedBytes: 0 },
      { part: 2, recordedMs: 400, composedMs: 0, composedBytes: 0 },
    ]);
    await shelf.done(it.captureId, 3, await finished(3, 'three'));
    const rows = await here.store.recordings.ofCapture(it.captureId);
    expect(rows.map(({ part, number, state }) => [part, number, state])).toEqual([
      [1, 1, 'finishing'],
      [2, 2, 'recording'],
      [3, 3, 'ready'],
    ]);
    expect(rows[1]!.beganAt).toBe(it.beganAt + limits.recordingPartMs - 400);
    expect(rows[2]).toMatchObject({ meetingId: it.meetingId, accountId: here.accountId, kind: 'video' });
  });

  test('leaves nothing of parts that there never were, and shows what is missing', async () => {
    const shelf = await open();
    const [empty, missed] = [capture(), capture()];
    await shelf.begin(empty);
    await shelf.captureDone(empty.captureId, 0);
    expect(await here.store.recordings.ofCapture(empty.captureId)).toEqual([]);
    await shelf.begin(missed);
    await second(shelf, missed.captureId, 1_000);
    await shelf.captureDone(missed.captureId, 0);
    expect(await only(missed.captureId)).toMatchObject({ state: 'failed', failure: 'recording-lost' });
  });

  test('that could not be finished keeps its place, and becomes ready at a later start', async () => {
    const it = capture();
    const shelf = await open();
    await shelf.begin(it);
    await second(shelf, it.captureId, 1_000);
    await shelf.ending(it.captureId);
    await shelf.failed(it.captureId, 1, 'recording-disk');
    const later = await open();
    expect(await only(it.captureId)).toMatchObject({ state: 'failed', failure: 'recording-disk' });
    expect((await later.storageOf(here.accountId)).reservedBytes).toBeGreaterThan(0);
    expect(await later.unfinished()).toMatchObject([{ captureId: it.captureId }]);
    await later.done(it.captureId, 1, await finished(1, 'at last'));
    expect(await only(it.captureId)).toMatchObject({ state: 'ready', failure: null, bytes: 7 });
    await later.failed(it.captureId, 1, 'recording-failed');
    expect(await only(it.captureId)).toMatchObject({ state: 'ready', failure: null });
  });
});

describe('a server that dies', () => {
  const recorded = async () => {
    const it = capture();
    await (await open()).begin(it);
    return it;
  };

  test('before the file is moved: told again, it is moved', async () => {
    const it = await recorded();
    const file = await finished(1, 'webm');
    // What stands in the store in that moment.
    const { id } = await only(it.captureId);
    await here.store.recordings.change(id, { blob: here.blobs.newKey(), durationMs: 61_000, chapters });
    const shelf = await open();
    expect(await shelf.unfinished()).toMatchObject([{ captureId: it.captureId }]);
    await shelf.done(it.captureId, 1, file);
    expect(await contentOf(await only(it.captureId))).toBe('webm');
    expect(await files('files')).toBe(1);
  });

  test('when the file is moved and nobody told so: it is ready at the next start, and stays so', async () => {
    const it = await recorded();
    const file = await finished(1, 'webm');
    const { id } = await only(it.captureId);
    const key = here.blobs.newKey();
    await here.store.recordings.change(id, { blob: key, durationMs: 61_000, chapters });
    await here.blobs.adopt(file.file, key);
    const shelf = await open();
    const ready = { state: 'ready', bytes: 4, durationMs: 61_000, chapters, reservedBytes: 0 };
    expect(await only(it.captureId)).toMatchObject(ready);
    await shelf.done(it.captureId, 1, file);
    expect(await only(it.captureId)).toMatchObject(ready);
    expect(await files('files')).toBe(1);
  });

  test('after all is done: told again, also with the file made once more, there is one', async () => {
    const it = await recorded();
    const shelf = await open();
    await shelf.done(it.captureId, 1, await finished(1, 'webm'));
    const again = await open();
    await again.done(it.captureId, 1, {
      file: path.join(here.folder, 'gone'),
      bytes: 4,
      durationMs: 1,
      chapters,
    });
    await again.done(it.captureId, 1, await finished(1, 'webm'));
    expect(await contentOf(await only(it.captureId))).toBe('webm');
    expect([await files('files'), await files('done')]).toEqual([1, 0]);
  });

  test('never says that it has taken what is not there', async () => {
    const it = await recorded();
    const shelf = await open();
    const nowhere = { file: path.join(here.folder, 'gone'), bytes: 4, durationMs: 1, chapters };
    await expect(shelf.done(it.captureId, 1, nowhere)).rejects.toThrow('is not there');
    await expect(shelf.done(newId(), 1, await finished(1, 'x'))).rejects.toThrow('Nobody knows');
    expect(await files('done')).toBe(1);
  });
});

describe('at a start', () => {
  test('a file that is missing is told, takes no space, and is ready again when it is back', async () => {
    const it = capture();
    const shelf = await open();
    await shelf.begin(it);
    await shelf.done(it.captureId, 1, await finished(1, 'webm'));
    const file = here.blobs.file((await only(it.captureId)).blob!);
    await rename(file, path.join(here.folder, 'elsewhere'));
    const without = await open();
    expect(await only(it.captureId)).toMatchObject({
      state: 'failed',
      failure: 'recording-lost',
      bytes: 0,
    });
    expect(here.logged.join()).toContain('the file of a recording is missing');
    expect(await without.unfinished()).toEqual([]);
    await rename(path.join(here.folder, 'elsewhere'), file);
    expect(await (await open()).storageOf(here.accountId)).toMatchObject({ usedBytes: 4 });
    expect(await only(it.captureId)).toMatchObject({ state: 'ready', failure: null, bytes: 4 });
  });

  test('with another database by mistake nothing is lost, however long after it the right one is back', async () => {
    const it = capture();
    const shelf = await open();
    await shelf.begin(it);
    await shelf.done(it.captureId, 1, await finished(1, 'webm'));
    const { id } = await only(it.captureId);
    const copy = { blob: here.blobs.newKey(), bytes: 3, madeAt: here.clockMs };
    await here.blobs.adopt((await finished(2, 'mp4')).file, copy.blob);
    await here.store.recordings.change(id, { mp4: copy });
    const otherDb = await openDatabase({ url: ':memory:' });
    try {
      await migrate(otherDb);
      const other = createRepositories(otherDb);
      await open(5 * giga, other);
      expect([await files('files/kept'), await files('files/aside')]).toEqual([0, 2]);
      for (const name of await readdir(path.join(here.folder, 'files/aside'))) {
        await utimes(path.join(here.folder, 'files/aside', name), new Date(0), new Date(0));
      }
      await open(5 * giga, other);
    } finally {
      await otherDb.destroy();
    }
    await open();
    const row = await only(it.captureId);
    expect(row).toMatchObject({ state: 'ready', failure: null, bytes: 4, mp4: copy });
    expect(await contentOf(row)).toBe('webm');
    expect([await files('files/kept'), await files('files/aside')]).toEqual([2, 0]);
  });

  test('what its owner had deleted when the power went is deleted, also from aside', async () => {
    const it = capture();
    const shelf = await open();
    await shelf.begin(it);
    await shelf.done(it.captureId, 1, await finished(1, 'webm'));
    // What stands in the store in that moment.
    const { id, blob } = await only(it.captureId);
    await here.store.recordings.change(id, { state: 'deleted' });
    await rename(here.blobs.file(blob!), path.join(here.folder, 'files/aside', blob!));
    const next = await open();
    expect(await files('files')).toBe(0);
    expect(await next.unfinished()).toEqual([]);
    expect(await next.abandoned()).toEqual([it.captureId]);
    await next.captureDone(it.captureId, 0);
    expect(await here.store.recordings.ofCapture(it.captureId)).toEqual([]);
  });

  test('sizes are those of the files, and files that nobody knows are put aside', async () => {
    const it = capture();
    const shelf = await open();
    await shelf.begin(it);
    await shelf.done(it.captureId, 1, await finished(1, 'webm'));
    await truncate(here.blobs.file((await only(it.captureId)).blob!), 3);
    await here.blobs.adopt((await finished(2, 'whose?')).file, here.blobs.newKey());
    expect(await (await open()).storageOf(here.accountId)).toMatchObject({ usedBytes: 3 });
    expect(await files('files/kept')).toBe(1);
    expect(await files('files/aside')).toBe(1);
  });

  test('a folder that cannot be used is no reason not to start', async () => {
    await writeFile(path.join(here.folder, 'files'), 'not a folder');
    const troubles: unknown[] = [];
    here.blobs = await DirectoryBlobs.open(path.join(here.folder, 'files'), {
      onTrouble: (error) => troubles.push(error),
    });
    const log = createLog('warn', { write: (line) => void here.logged.push(line) });
    await RecordingShelf.open({
      recordings: here.store.recordings,
      blobs: here.blobs,
      rulesOf: rulesOf(giga),
      log,
    });
    expect(troubles).toHaveLength(1);
    expect(here.logged.join()).toContain('the folder of recordings cannot be used');
  });
});

describe('the space of an account', () => {
  test('of 0 lets nothing begin, and nothing is left of the try', async () => {
    const shelf = await open(0);
    await expect(shelf.begin(capture())).rejects.toMatchObject({ code: 'recording-quota' });
    expect(await shelf.unfinished()).toEqual([]);
    expect(here.warnings).toEqual([]);
  });

  test.each([3, 30, 300])('for %i seconds ends a recording after about as many', async (seconds) => {
    const shelf = await open(Math.ceil(seconds * secondBytes * 1.2) + 48_000 + 67_000);
    const it = capture();
    await shelf.begin(it);
    const [ended] = await untilFull(shelf, [it.captureId], 2 * seconds + 10);
    expect(ended).toBeGreaterThanOrEqual(seconds);
    expect(ended).toBeLessThanOrEqual(1.25 * seconds + 2);
    await expect(shelf.begin(capture())).rejects.toMatchObject({ code: 'recording-quota' });
  });

  test('is shared by two recordings, which end at about the same time and within it', async () => {
    const shelf = await open(Math.ceil(120 * secondBytes));
    const both = [capture(), capture()];
    await Promise.all(both.map((each) => shelf.begin(each)));
    const [one, other] = await untilFull(
      shelf,
      both.map(({ captureId }) => captureId),
      120,
    );
    expect(one).toBeGreaterThan(40);
    expect(Math.abs(one! - other!)).toBeLessThanOrEqual(3);
  });

  test('is not overrun by two that race for the last of it', async () => {
    const shelf = await open(160_000);
    const begun = await Promise.allSettled([capture(), capture()].map((each) => shelf.begin(each)));
    expect(begun.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const { reservedBytes } = await shelf.storageOf(here.accountId);
    expect(reservedBytes).toBeLessThanOrEqual(160_000);
  });

  test('is told as time that is left, for each kind', async () => {
    const shelf = await open(5 * giga);
    expect((await shelf.storageOf(here.accountId)).remainingMs).toEqual({
      video: 25 * 3_600_000,
      audio: Math.floor((5_000 / 24) * 3_600_000),
    });
  });

  test('warns its owner at 80 and at 95 percent, once, and again after there was room', async () => {
    const shelf = await open(1_000_000);
    const kept: string[] = [];
    const keep = async (bytes: number) => {
      const it = capture({ kind: 'audio' });
      await shelf.begin(it);
      await shelf.done(it.captureId, 1, await finished(1, 'x'.repeat(bytes)));
      kept.push(it.captureId);
    };
    const percents = () => here.warnings.map(({ threshold }) => threshold.value);
    await keep(200_000);
    here.warnings = [];
    await keep(590_000);
    await keep(20_000);
    expect(percents()).toContain(80);
    here.warnings = [];
    await keep(10_000);
    await keep(135_000);
    expect(percents()).toEqual([95]);
    expect(here.warnings[0]).toMatchObject({ accountId: here.accountId, storage: { limitBytes: 1_000_000 } });
    await keep(10_000);
    expect(percents()).toEqual([95]);
    here.warnings = [];
    await shelf.remove(await only(kept[1]!));
    expect((await shelf.storageOf(here.accountId)).usedBytes).toBe(375_000);
    await keep(610_000);
    expect(percents().at(-1)).toBe(95);
  });

  test('warns its owner at 80 percent again after there is more space, also while it is being recorded', async () => {
    let quotaBytes = 20_000_000;
    const shelf = await open(() => quotaBytes);
    const keep = async (bytes: number) => {
      const it = capture({ kind: 'audio' });
      await shelf.begin(it);
      await shelf.done(it.captureId, 1, await finished(1, 'x'.repeat(bytes)));
    };
    const warned = () => here.warnings.map(({ threshold, storage }) => [threshold.value, storage.limitBytes]);
    await keep(1_000_000);
    here.warnings = [];
    const running = capture({ kind: 'audio' });
    await shelf.begin(running);
    await keep(14_700_000);
    expect(warned()).toEqual([[80, 20_000_000]]);
    quotaBytes = 40_000_000;
    here.warnings = [];
    await keep(10_000_000);
    expect(warned()).toEqual([]);
    await keep(7_000_000);
    expect(warned()).toEqual([[80, 40_000_000]]);
    await keep(1_000);
    expect(warned()).toHaveLength(1);
  });
});
