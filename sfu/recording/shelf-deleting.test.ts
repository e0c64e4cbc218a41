import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { limits } from '../protocol/limits.ts';
import type { RecordingShelf } from './shelf.ts';
import { useShelf } from '../test/shelf-kit.ts';

const here = useShelf();
const { open, capture, finished, only, contentOf, files, chapters } = here;

describe('deleting', () => {
  test('takes a ready part for good, once, and not one that is still recorded', async () => {
    const shelf = await open();
    const it = capture();
    await shelf.begin(it);
    await expect(shelf.remove(await only(it.captureId))).rejects.toMatchObject({
      code: 'recording-not-ready',
    });
    await shelf.done(it.captureId, 1, await finished(1, 'webm'));
    const row = await only(it.captureId);
    await shelf.remove(row);
    await shelf.remove(row);
    expect(await files('files')).toBe(0);
    expect(await shelf.storageOf(here.accountId)).toMatchObject({ usedBytes: 0 });
    // Told again by a recorder that does not know.
    await shelf.done(it.captureId, 1, {
      file: path.join(here.folder, 'gone'),
      bytes: 4,
      durationMs: 1,
      chapters,
    });
    expect(await here.store.recordings.ofCapture(it.captureId)).toEqual([]);
  });

  test('one that failed gives its space free, and it does not come back', async () => {
    const shelf = await open();
    const discarded: string[] = [];
    shelf.onAbandoned = (captureId) => discarded.push(captureId);
    const it = capture();
    await shelf.begin(it);
    await shelf.failed(it.captureId, 1, 'recording-failed');
    await shelf.remove(await only(it.captureId));
    expect(discarded).toEqual([it.captureId]);
    expect(await shelf.storageOf(here.accountId)).toMatchObject({ usedBytes: 0, reservedBytes: 0 });
    expect(await shelf.unfinished()).toEqual([]);
    expect(await (await open()).abandoned()).toEqual([it.captureId]);
    await shelf.done(it.captureId, 1, await finished(1, 'unwanted'));
    expect([await files('files'), await files('done')]).toEqual([0, 0]);
    await shelf.captureDone(it.captureId, 1);
    expect(await here.store.recordings.ofCapture(it.captureId)).toEqual([]);
  });

  describe('of a part that nobody finishes', () => {
    const minutes = (count: number) => (here.clockMs += count * 60_000);
    const refused = { code: 'recording-not-ready' };

    /** Two parts, of which the first has failed, and of the second nobody tells anything. */
    async function stuck(shelf: RecordingShelf) {
      const it = capture();
      await shelf.begin(it);
      await shelf.progress(it.captureId, [
        { part: 1, recordedMs: limits.recordingPartMs, composedMs: 0, composedBytes: 0 },
        { part: 2, recordedMs: 60_000, composedMs: 0, composedBytes: 0 },
      ]);
      await shelf.ending(it.captureId);
      await shelf.failed(it.captureId, 1, 'recording-failed');
      const [first, second] = await here.store.recordings.ofCapture(it.captureId);
      return { it, first: first!, second: second! };
    }

    test('is possible when nothing has been heard of it for long, and gives all its space free', async () => {
      const shelf = await open();
      const discarded: string[] = [];
      shelf.onAbandoned = (captureId) => discarded.push(captureId);
      const { it, first, second } = await stuck(shelf);
      minutes(29);
      await expect(shelf.remove(second)).rejects.toMatchObject(refused);
      await shelf.remove(first);
      expect([discarded, await shelf.abandoned()]).toEqual([[], []]);
      minutes(2);
      expect(shelf.isStuck(second)).toBe(true);
      await shelf.remove(second);
      expect(discarded).toEqual([it.captureId]);
      expect(await shelf.storageOf(here.accountId)).toMatchObject({ usedBytes: 0, reservedBytes: 0 });
      // It was being finished all the same.
      await shelf.done(it.captureId, 2, await finished(2, 'unwanted'));
      expect([await files('files'), await files('done')]).toEqual([0, 0]);
      await shelf.captureDone(it.captureId, 0);
      expect(await here.store.recordings.ofCapture(it.captureId)).toEqual([]);
    });

    test('is not possible soon after a start, and is again though recorder after recorder dies of it', async () => {
      const { it, second } = await stuck(await open());
      minutes(60);
      const shelf = await open();
      await expect(shelf.remove(second)).rejects.toMatchObject(refused);
      for (let count = 0; count < 4; count++) {
        minutes(10);
        await shelf.ending(it.captureId);
      }
      await shelf.remove(second);
      expect(await shelf.unfinished()).toMatchObject([{ captureId: it.captureId }]);
    });

    test('waits for as long as the capture is heard of', async () => {
      const shelf = await open();
      const { it, second } = await stuck(shelf);
      minutes(29);
      await shelf.progress(it.captureId, [{ part: 2, recordedMs: 60_000, composedMs: 1, composedBytes: 1 }]);
      minutes(29);
      await expect(shelf.remove(second)).rejects.toMatchObject(refused);
    });

    test('takes nothing of what is recorded with it afterwards', async () => {
      const shelf = await open();
      const it = capture();
      await shelf.begin(it);
      await shelf.failed(it.captureId, 1, 'recording-failed');
      await shelf.remove(await only(it.captureId));
      await shelf.begin(it);
      expect(await only(it.captureId)).toMatchObject({ state: 'recording', failure: null });
      expect((await shelf.storageOf(here.accountId)).reservedBytes).toBeGreaterThan(0);
      await shelf.done(it.captureId, 1, await finished(1, 'more'));
      expect(await contentOf(await only(it.captureId))).toBe('more');
    });
  });
});
