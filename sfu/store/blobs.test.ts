import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryBlobs } from './blobs.ts';

let folder = '';
let blobs: DirectoryBlobs;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'taimen-blobs-'));
  blobs = await DirectoryBlobs.open(path.join(folder, 'blobs'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());

async function kept(content: string): Promise<string> {
  const blob = await blobs.write(Readable.from([content]));
  await blob.keep();
  return blob.key;
}

describe('blobs', () => {
  it('are there once they are kept, whole and in ranges', async () => {
    const blob = await blobs.write(Readable.from(['対面', 'の資料']));
    expect(await blobs.size(blob.key)).toBeNull();
    await blob.keep();
    expect(await blobs.size(blob.key)).toBe(15);
    expect(await text(blobs.read(blob.key))).toBe('対面の資料');
    expect(await text(blobs.read(blob.key, { start: 3, end: 8 }))).toBe('面の');
  });

  it('that break off, or are discarded, leave nothing behind', async () => {
    const breaking = Readable.from(
      (function* () {
        yield 'half of it';
        throw new Error('the line is gone');
      })(),
    );
    await expect(blobs.write(breaking)).rejects.toThrow('the line is gone');
    await (await blobs.write(Readable.from(['unwanted']))).discard();
    expect(await files()).toEqual([]);
  });

  it('are copied from files, which stay', async () => {
    const file = path.join(folder, 'a.pdf');
    await writeFile(file, 'pdf');
    const blob = await blobs.take(file);
    await blob.keep();
    expect(await text(blobs.read(blob.key))).toBe('pdf');
    expect(await files()).toHaveLength(2);
  });

  it('are adopted: a finished file moves to its place, from another disk too', async () => {
    const elsewhere = await mkdtemp('/dev/shm/taimen-blobs-');
    try {
      for (const [index, from] of [folder, elsewhere].entries()) {
        const file = path.join(from, 'part-1.webm');
        await writeFile(file, `webm ${index}`);
        const key = blobs.newKey();
        await blobs.adopt(file, key);
        expect(await text(blobs.read(key))).toBe(`webm ${index}`);
        await expect(blobs.adopt(file, key)).rejects.toThrow('ENOENT');
        expect(await blobs.size(key)).toBe(6);
      }
      expect((await stat(elsewhere)).dev).not.toBe((await stat(folder)).dev);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
    expect(await files()).toHaveLength(2);
  });

  it('are written by other programs at a place that is kept or discarded', async () => {
    const [wanted, unwanted] = [blobs.place(), blobs.place()];
    for (const { path: file } of [wanted, unwanted]) await writeFile(file, 'mp4');
    await wanted.keep();
    await unwanted.discard();
    await unwanted.discard();
    expect(await text(blobs.read(wanted.key))).toBe('mp4');
    expect(await files()).toHaveLength(1);
  });

  it('go for good, also a second time', async () => {
    const key = await kept('x');
    await blobs.remove(key);
    await blobs.remove(key);
    expect(await blobs.size(key)).toBeNull();
  });

  it('that nothing uses are put aside at a start, and what was being written is removed', async () => {
    const [used, unused] = [await kept('used'), await kept('unused')];
    await blobs.write(Readable.from(['was being written when the power went']));
    expect(await blobs.removeUnused(new Set([used]))).toBe(2);
    expect(await blobs.size(used)).toBe(4);
    expect(await blobs.size(unused)).toBeNull();
    // Aside, for a week: the database could have been the wrong one.
    expect((await files()).map(({ parentPath }) => path.basename(parentPath))).toContain('aside');
    expect(await files()).toHaveLength(2);
  });

  describe('that lie aside', () => {
    /** Put aside so long ago. */
    async function aside(days: number): Promise<string> {
      const key = await kept('whose?');
      await blobs.removeUnused(new Set());
      const then = new Date(Date.now() - days * 86_400_000);
      await utimes(path.join(folder, 'blobs/aside', key), then, then);
      return key;
    }

    it('are brought back, once, and never in the place of what is there', async () => {
      const key = await aside(0);
      expect(await blobs.bringBack(key)).toBe(true);
      expect(await text(blobs.read(key))).toBe('whose?');
      expect(await blobs.bringBack(key)).toBe(false);
      expect(await blobs.bringBack(blobs.newKey())).toBe(false);
      await writeFile(path.join(folder, 'blobs/aside', key), 'another');
      expect(await blobs.bringBack(key)).toBe(false);
      expect(await text(blobs.read(key))).toBe('whose?');
    });

    it('go after a week', async () => {
      const [old, recent] = [await aside(8), await aside(6)];
      await blobs.removeUnused(new Set());
      expect([await blobs.bringBack(old), await blobs.bringBack(recent)]).toEqual([false, true]);
    });

    it('stay for ever where nothing is to be deleted', async () => {
      blobs = await DirectoryBlobs.open(path.join(folder, 'blobs'), { keepsAside: true });
      const key = await aside(1_000);
      await blobs.removeUnused(new Set());
      expect(await blobs.bringBack(key)).toBe(true);
    });
  });

  it('are not waited for when their sender went before anything was read', async () => {
    const gone = Readable.from(['half']);
    gone.destroy();
    await expect(blobs.write(gone)).rejects.toThrow('gone');
    expect(await files()).toEqual([]);
  });

  it('have keys that lead nowhere else', () => {
    for (const key of ['../../etc/passwd', '', 'a'.repeat(31), `${'a'.repeat(31)}/`]) {
      expect(() => blobs.file(key)).toThrow('no key');
    }
  });
});
