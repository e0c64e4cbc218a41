import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';
import type * as pdfjsDist from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { PDFDocumentLoadingTask, PDFPageProxy, RenderTask } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { canvasPixels } from './geometry.ts';
import { chunkBytes, type DocumentFailure, type RangeSource, SourceError } from './range-source.ts';

/**
 * The only door to pdf.js. It comes with the first page that somebody shows, not before: nothing here makes it
 * part of what a page of ours loads. The legacy build is for the older iPhones of customers.
 */

type Pdfjs = typeof pdfjsDist;
export type { PDFPageProxy, RenderTask };

/** The build puts cMaps, fonts and decoders there (web/build/pdf-assets.ts). */
const assetsUrl = (version: string) => new URL(`/assets/pdfjs-${version}/`, location.href).href;

/**
 * Bombs: a few kilobytes that claim to be a picture of ten thousand megapixels. A scanned A0 sheet passes, but
 * not on a phone: four bytes a pixel are more than iPhones let a page have. A4 at 600 dpi passes there, too.
 */
const imagePixels = () => (matchMedia('(pointer: coarse)').matches ? 40_000_000 : 150_000_000);
/** PDF units are 1/72 inch, CSS pixels 1/96. */
export const unitsToPixels = 96 / 72;

/** How long pdf.js is given to tidy up. */
const patienceMs = 2_000;
/** The worker may think for so long about the document or where a page is. */
const longestSeconds = 20;
/** To draw a page it fetches fonts, character maps and decoders by itself, which nobody hears of here. */
const longestDrawingSeconds = 60;

let loading: Promise<Pdfjs> | null = null;

function load(): Promise<Pdfjs> {
  loading ??= import('pdfjs-dist/legacy/build/pdf.mjs').catch((error: unknown) => {
    // Next time the browser shall ask again.
    loading = null;
    throw error;
  });
  return loading;
}

let spare: Worker | null = null;

function startWorker(): Worker {
  return new Worker(workerUrl, { type: 'module', name: 'pdf' });
}

/** Fetches and starts everything that the first page will need. For a moment of calm during a call; safe to repeat. */
export function warmUp(): void {
  if (!spare) {
    const worker = startWorker();
    worker.addEventListener('error', () => {
      if (spare === worker) spare = null;
    });
    spare = worker;
  }
  load().catch(() => undefined);
}

export type OpenPdf = {
  readonly pages: number;
  page(number: number): Promise<PDFPageProxy>;
  /** @throws when it cannot be drawn, or takes too long. */
  drawn(drawing: RenderTask): Promise<void>;
  /** Draws the text over a page, to be selected; gives back how to stop. */
  layText(page: PDFPageProxy, container: HTMLElement): () => void;
  /** Idempotent: ends the worker and everything under way. */
  close(): void;
};

/**
 * @param bytes closed with the document.
 * @param onlost told at most once, and only after the document was opened: later pages come over the line later.
 * @throws SourceError
 */
export async function openPdf(
  bytes: RangeSource,
  signal: AbortSignal,
  onlost: (failure: DocumentFailure) => void,
): Promise<OpenPdf> {
  const worker = spare ?? startWorker();
  spare = null;
  let opened = false;
  let closing: Promise<unknown> | null = null;
  let task: PDFDocumentLoadingTask | null = null;
  const close = () => {
    bytes.close();
    // pdf.js takes its fonts out of the page; a worker that is lost in a hostile file never answers it.
    closing ??= Promise.race([task?.destroy(), pause(patienceMs)])
      .catch(() => undefined)
      .then(() => worker.terminate());
  };

  try {
    return await new Promise<OpenPdf>((resolve, reject) => {
      const fail = (error: unknown) => {
        if (closing) return;
        if (opened) {
          close();
          onlost(failureOf(error));
        } else reject(error instanceof Error ? error : new Error(String(error)));
      };
      signal.addEventListener('abort', () => fail(new SourceError('network', 'not wanted any more')));
      worker.addEventListener('error', (event) => {
        if (!opened) fail(new SourceError('network', `the worker could not be loaded: ${event.message}`));
      });
      // The script, the worker and the first bytes come at the same time.
      Promise.all([load(), bytes.open()])
        .then(async ([pdfjs, { length, head, whole }]) => {
          if (signal.aborted) return;
          task = pdfjs.getDocument({
            ...(whole ? { data: head } : { range: ranges(pdfjs, bytes, length, head, fail) }),
            // Its types say that there is never a port.
            worker: new pdfjs.PDFWorker({ port: worker as unknown as null, verbosity: quiet(pdfjs) }),
            ...options(pdfjs),
          });
          const pdf = await patiently(task.promise, bytes, longestSeconds);
          if (closing) return;
          opened = true;
          resolve({
            pages: pdf.numPages,
            page: (number) => patiently(pdf.getPage(number), bytes, longestSeconds),
            drawn: (drawing) => patiently(drawing.promise, bytes, longestDrawingSeconds),
            layText: (page, container) => layText(pdfjs, page, container),
            close,
          });
        })
        .catch(fail);
    });
  } catch (error) {
    close();
    throw error instanceof SourceError ? error : new SourceError(failureOf(error), String(error));
  }
}

function options(pdfjs: Pdfjs) {
  const assets = assetsUrl(pdfjs.version);
  return {
    verbosity: quiet(pdfjs),
    rangeChunkSize: chunkBytes,
    // What is not looked at is not fetched: the line is for voices.
    disableAutoFetch: true,
    disableStream: true,
    enableXfa: false,
    cMapUrl: `${assets}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${assets}standard_fonts/`,
    wasmUrl: `${assets}wasm/`,
    iccUrl: `${assets}iccs/`,
    // The browser's own decoder keeps one decoded picture per page that nothing here can free: over a hundred
    // pages the renderer grew from 300 to 760 MB. With the decoders of pdf.js it stays at about 220 MB.
    isImageDecoderSupported: false,
    maxImageSize: imagePixels(),
    canvasMaxAreaInBytes: canvasPixels * 4,
  };
}

/** What is odd about somebody's file is nobody's business in the console. */
const quiet = (pdfjs: Pdfjs) => pdfjs.VerbosityLevel.ERRORS;

function failureOf(error: unknown): DocumentFailure {
  if (error instanceof SourceError) return error.failure;
  // What `fetch` throws when nothing has answered.
  return error instanceof TypeError ? 'network' : 'damaged';
}

function ranges(
  pdfjs: Pdfjs,
  bytes: RangeSource,
  length: number,
  head: Uint8Array,
  fail: (error: unknown) => void,
) {
  class Ranges extends pdfjs.PDFDataRangeTransport {
    override requestDataRange(begin: number, end: number): void {
      bytes
        .read(begin, end)
        .then((chunk) => this.onDataRange(begin, chunk))
        .catch(fail);
    }
  }
  return new Ranges(length, head);
}

function layText(pdfjs: Pdfjs, page: PDFPageProxy, container: HTMLElement): () => void {
  const viewport = page.getViewport({ scale: unitsToPixels });
  const layer = new pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container, viewport });
  // Its own lengths are written with a function that browsers of 2023 do not know.
  const { pageWidth, pageHeight } = viewport.rawDims as { pageWidth: number; pageHeight: number };
  container.style.width = `calc(var(--total-scale-factor) * ${pageWidth}px)`;
  container.style.height = `calc(var(--total-scale-factor) * ${pageHeight}px)`;
  layer.render().catch(() => undefined);
  return () => layer.cancel();
}

/** Gives up when nothing comes though nothing is missing: some hostile files go round in circles. */
function patiently<T>(promise: Promise<T>, bytes: RangeSource, longest: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let seconds = 0;
    const timer = setInterval(() => {
      // Browsers do not draw for nobody: a tab in the background makes no progress.
      seconds = bytes.isWaiting || document.hidden ? 0 : seconds + 1;
      if (seconds >= longest) reject(new SourceError('damaged', 'it takes too long'));
    }, 1_000);
    promise.then(resolve, reject).finally(() => clearInterval(timer));
    promise.catch(() => undefined);
  });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
