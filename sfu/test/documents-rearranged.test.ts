import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getDocument, PDFDataRangeTransport } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DocumentPreparation } from '../documents/preparation.ts';
import { createLog } from '../log.ts';
import { pdfOf } from './kit/pdf.ts';

const chunkBytes = 4_096;
const headBytes = 16_384;

/** How many pieces of the file a viewer asks for before it can paint the first page. */
async function piecesForFirstPage(file: string): Promise<number> {
  const data = new Uint8Array(await readFile(file));
  let pieces = 0;
  class Pieces extends PDFDataRangeTransport {
    override requestDataRange(begin: number, end: number): void {
      pieces += 1;
      const piece = data.slice(begin, end);
      queueMicrotask(() => this.onDataRange(begin, piece));
    }
  }
  const range = new Pieces(data.length, data.slice(0, headBytes), false);
  const task = getDocument({
    range,
    rangeChunkSize: chunkBytes,
    disableAutoFetch: true,
    disableStream: true,
  });
  const pdf = await task.promise;
  await (await pdf.getPage(1)).getOperatorList();
  await task.destroy();
  return pieces;
}

/* D8: the first page shows well before the whole file is there. */
describe('a PDF with its pages scattered over the file', () => {
  let folder = '';
  let preparation: DocumentPreparation;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'taimen-rearranged-'));
    preparation = await DocumentPreparation.create({
      jobsDir: path.join(folder, 'jobs'),
      limits: { pages: 500 },
      log: createLog('warn'),
    });
  });
  afterAll(async () => {
    await preparation.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function prepared(name: string, content: Buffer) {
    const file = path.join(folder, name);
    await writeFile(file, content);
    return { file, ...(await preparation.prepare(file, await preparation.recognise(file))) };
  }

  test('is put in an order in which its first page comes in a few pieces', async () => {
    const { file, pdf, pages, dispose } = await prepared('long.pdf', pdfOf(100, { ballastBytes: 3_000_000 }));
    expect(pages).toBe(100);
    expect(await piecesForFirstPage(file)).toBeGreaterThan(90);
    expect(await piecesForFirstPage(pdf!)).toBeLessThan(10);
    await dispose();
    expect(await readdir(path.join(folder, 'jobs'))).toEqual([]);
  });

  test('is left as it is when it is small, or not quite in order', async () => {
    expect((await prepared('small.pdf', pdfOf(3))).pdf).toBeNull();
    const odd = pdfOf(5, { ballastBytes: 1_000_000 });
    // A table of contents that points nowhere: viewers look for the objects themselves, and so do ours.
    const broken = Buffer.from(odd.toString('latin1').replace(/startxref\n\d+/, 'startxref\n7'), 'latin1');
    const left = await prepared('odd.pdf', broken);
    expect(left).toMatchObject({ pdf: null, pages: 5 });
    expect(await readdir(path.join(folder, 'jobs'))).toEqual([]);
  });
});
