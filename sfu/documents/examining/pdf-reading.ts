import { open, type FileHandle } from 'node:fs/promises';
import type * as PdfJs from 'pdfjs-dist/legacy/build/pdf.mjs';
import { Refusal } from '../../protocol/codes.ts';
import { piecesOf } from './document-fonts.ts';

/**
 * Reads a PDF as far as its pages can be had, with the reader that browsers show it with. Only the examining
 * process calls this: a hostile PDF can keep the reader busy for ever.
 */

const untypedWorker: string = 'pdfjs-dist/legacy/build/pdf.worker.mjs';
type Reader = typeof PdfJs;

let loaded: Promise<Reader> | undefined;

export function loadPdfJs(): Promise<Reader> {
  loaded ??= (async () => {
    // So that nothing native comes along to draw with: no page is drawn here.
    const notNeeded = () => undefined;
    Object.assign(globalThis, { DOMMatrix: notNeeded, Path2D: notNeeded, ImageData: notNeeded });
    const pdfJs = await import('pdfjs-dist/legacy/build/pdf.mjs');
    const worker: unknown = await import(untypedWorker);
    // pdf.js then takes this process for its worker instead of starting a thread.
    Object.assign(globalThis, { pdfjsWorker: worker });
    return pdfJs;
  })();
  return loaded;
}

const rangeBytes = 256 * 1024;
/** A page may be of any size that a printer or a wall has; beyond it nothing sensible can be shown. */
const maxPageSidePt = 100_000;

/**
 * @returns how many pages it has; each of them could be had
 * @throws Refusal document-encrypted, document-damaged, document-pages or document-too-large
 */
export async function countPages(path: string, maxPages: number): Promise<number> {
  const pdfJs = await loadPdfJs();
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size === 0) throw new Refusal('document-damaged', 'The PDF is empty.');
    const source = { ...readerOptions, range: await rangesOf(pdfJs, file, size) };
    const task = pdfJs.getDocument(source);
    try {
      const pages = await walk(await task.promise, maxPages);
      await refuseAbsurdCount(path);
      return pages;
    } finally {
      await task.destroy();
    }
  } catch (error) {
    throw asRefusal(error);
  } finally {
    await file.close();
  }
}

const readerOptions = {
  verbosity: 0,
  disableAutoFetch: true,
  disableStream: true,
  rangeChunkSize: rangeBytes,
  stopAtErrors: false,
  enableXfa: false,
  useSystemFonts: false,
  disableFontFace: true,
  useWasm: false,
};

/** The file piece by piece, as the reader asks for it: a file of 100 MB is not held in memory. */
async function rangesOf(pdfJs: Reader, file: FileHandle, size: number) {
  const read = async (begin: number, end: number) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - begin));
    await file.read(bytes, 0, bytes.length, begin);
    return bytes;
  };
  class Ranges extends pdfJs.PDFDataRangeTransport {
    override requestDataRange(begin: number, end: number): void {
      read(begin, end).then(
        (bytes) => this.onDataRange(begin, bytes),
        // Without an answer the reader waits until its time is up; the disk has failed then, or the file is gone.
        () => this.abort(),
      );
    }
  }
  return new Ranges(size, await read(0, rangeBytes));
}

async function walk(document: PdfJs.PDFDocumentProxy, maxPages: number): Promise<number> {
  const pages = document.numPages;
  if (!Number.isSafeInteger(pages) || pages < 1) {
    throw new Refusal('document-damaged', 'The PDF has no pages.');
  }
  // A count that cannot be true belongs to a broken or hostile file; one that can is told as such.
  if (pages > maxPages) {
    await document.getPage(maxPages + 1);
    throw new Refusal('document-pages', `The document has more than ${maxPages} pages.`, { pages: maxPages });
  }
  for (let number = 1; number <= pages; number += 1) {
    const page = await document.getPage(number);
    const { width, height } = page.getViewport({ scale: 1 });
    page.cleanup();
    if (!(width > 0 && height > 0 && Number.isFinite(width * height))) {
      throw new Refusal('document-damaged', `Page ${number} has no size.`);
    }
    if (Math.max(width, height) > maxPageSidePt) {
      throw new Refusal('document-too-large', `Page ${number} is too large to be shown.`);
    }
  }
  return pages;
}

/** The reader repairs a count that cannot be true; other programs, on the way to a customer, may not. */
async function refuseAbsurdCount(path: string): Promise<void> {
  for await (const piece of piecesOf(path)) {
    if (/\/Count\s{1,5}[-+]?\d{8}/.test(piece)) {
      throw new Refusal('document-damaged', 'The PDF says to have more pages than there can be.');
    }
  }
}

function asRefusal(error: unknown): Error {
  if (error instanceof Refusal) return error;
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (name === 'PasswordException') {
    return new Refusal('document-encrypted', 'The PDF is protected with a password.');
  }
  // What the disk says is no news about the document.
  if (code !== undefined) return error as Error;
  return new Refusal('document-damaged', `The PDF is damaged: ${message}`);
}
