import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pdfOf } from '../../sfu/test/kit/pdf.ts';
import { fitted } from '../timeline/layout.ts';
import { Pages, type PagesOptions } from './pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const corpus = path.resolve(root, '../shared/corpus');
const isThere = existsSync(path.join(corpus, 'MANIFEST.tsv'));
if (!isThere) {
  process.stderr.write(`\nThe test documents are NOT there (${corpus}): their tests are skipped.\n\n`);
}
const pdfsIn = (kind: 'good' | 'bad') =>
  isThere ? readdirSync(path.join(corpus, kind)).filter((name) => /\.pdf$/i.test(name)) : [];

const place = { x: 0, y: 0, width: 1_020, height: 696 };
const a4 = { width: 492, height: 696 };

let folder: string;
let problems: { page: number | null; message: string }[];
let pages: Pages;

async function start(options: Partial<PagesOptions> = {}): Promise<void> {
  pages = await Pages.create({
    jobsDir: path.join(folder, 'jobs'),
    cacheDir: path.join(folder, 'cache'),
    sandbox: 'auto',
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
}

async function fileOf(name: string, content: Buffer): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content, { mode: 0o600 });
  return file;
}

async function sizeOf(file: string): Promise<{ width: number; height: number }> {
  const png = await readFile(file);
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'taimen-pages-'));
  // Without a sandbox, root has poppler run as nobody, who has to get there.
  await chmod(folder, 0o711);
  problems = [];
});
afterEach(async () => {
  await pages.close();
  expect(await readdir(path.join(folder, 'jobs'))).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

describe.each(['auto', 'off'] as const)('a document, with the sandbox %s', (sandbox) => {
  beforeEach(() => start({ sandbox }));

  test('tells the sizes of its pages and has each painted in the size asked for, once', async () => {
    const file = await fileOf('a.pdf', pdfOf(3));
    expect(pages.sizeOf('doc', 1, 2)).toBeNull();
    expect([...(await pages.open(file, 'doc', 1)).keys()]).toEqual([1, 2, 3]);
    expect(pages.sizeOf('doc', 1, 2)).toMatchObject({ width: 595, height: 842 });
    expect(fitted(pages.sizeOf('doc', 1, 2)!, place)).toMatchObject(a4);

    const [first, same, other] = await Promise.all(
      [1, 1, 2].map((page) => pages.page(file, 'doc', 1, page, a4)),
    );
    expect(await sizeOf(first!.file)).toEqual(a4);
    expect(same).toEqual(first);
    expect(await readFile(other!.file)).not.toEqual(await readFile(first!.file));
    const { mtimeNs } = await stat(first!.file, { bigint: true });
    // The file itself may be gone meanwhile: it was copied, and what is painted is kept.
    await rm(file);
    await pages.page(file, 'doc', 1, 1, a4);
    expect((await stat(first!.file, { bigint: true })).mtimeNs).toBe(mtimeNs);
    expect(await pages.page(file, 'doc', 1, 3, a4)).not.toBeNull();
    expect(problems).toEqual([]);
  });

  test('that is damaged is told of once, and there is no picture of it', async () => {
    const file = await fileOf('b.pdf', Buffer.from('%PDF-1.4 and nothing else'));
    expect(await pages.page(file, 'doc', 1, 1, a4)).toBeNull();
    expect(await pages.page(file, 'doc', 1, 1, a4)).toBeNull();
    expect(pages.sizeOf('doc', 1, 1)).toBeNull();
    expect(problems.map(({ page }) => page)).toEqual([null, 1]);
  });
});

describe('what poppler is given', () => {
  test('is ended when it takes too long', async () => {
    await start({ limits: { wallMs: 1 } });
    const file = await fileOf('a.pdf', pdfOf(1));
    expect((await pages.open(file, 'doc', 1)).size).toBe(0);
    expect(problems).toMatchObject([{ page: null, message: 'It was stopped: slow' }]);
  });

  test('is a copy, of so few documents at once that it takes no room', async () => {
    await start();
    for (let number = 1; number <= 6; number += 1) {
      const file = await fileOf(`${number}.pdf`, pdfOf(1));
      expect(await pages.page(file, `doc${number}`, 1, 1, a4)).not.toBeNull();
      expect((await readdir(path.join(folder, 'jobs'))).length).toBeLessThanOrEqual(3);
    }
    // Deleted before it could be kept: that must not stop a recording.
    expect(await pages.page('nowhere.pdf', 'missing', 1, 1, a4)).toBeNull();
    await expect(pages.page('nowhere.pdf', 'missing', 1, 1, { width: 0, height: 5 })).rejects.toThrow(
      'pixels',
    );
  });
});

describe.skipIf(!isThere)('of the collection of documents', () => {
  beforeEach(() => start());

  test.each(pdfsIn('good'))('%s is painted', { timeout: 30_000 }, async (name) => {
    const file = path.join(corpus, 'good', name);
    const sizes = await pages.open(file, name, 1);
    for (const page of [1, 2].filter((number) => number <= Math.max(1, sizes.size))) {
      const { width, height } = fitted(sizes.get(page)!, place);
      const painted = await pages.page(file, name, 1, page, { width, height });
      expect(await sizeOf(painted!.file)).toEqual({ width, height });
    }
    expect(problems).toEqual([]);
  });

  test.each(pdfsIn('bad'))('%s does no harm', { timeout: 30_000 }, async (name) => {
    const file = path.join(corpus, 'bad', name);
    const painted = await pages.page(file, name, 1, 1, a4);
    if (painted) expect(await sizeOf(painted.file)).toEqual(a4);
    else expect(problems.length).toBeGreaterThan(0);
  });

  test('a page turned by a quarter is as wide as it is shown', async () => {
    const sizes = await pages.open(path.join(corpus, 'good', 'pdf-rotated-pages.pdf'), 'turned', 1);
    expect(sizes.get(1)).toEqual({ width: 792, height: 612, isTurned: true });
  });
});
