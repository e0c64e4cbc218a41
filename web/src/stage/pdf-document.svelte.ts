// Maps and sets here are replaced, never changed, so plain ones do; they cost a first visit nothing.
/* eslint-disable svelte/prefer-svelte-reactivity */
import type { DocumentSource } from '../session/api.ts';
import type { Rect, Size } from './geometry.ts';
import { linkTo } from './links.ts';
import { free, type Look, Painter, type PaintedPages } from './painter.ts';
import { type OpenPdf, openPdf } from './pdf.ts';
import { type DocumentFailure, RangeSource, SourceError } from './range-source.ts';

export type DocumentKey = { readonly documentId: string; readonly version: number };

/** A link on a page that may be followed; its place in shares of the upright page. */
export type PageLink = Rect & { readonly href: string };

const nothingPainted: PaintedPages = new Map();

/** How long after a failure that may have passed a call asks again by itself, though its line seems to be fine. */
export const againMs = 15_000;

/**
 * Inside a call these end by themselves: with the line, with the seat that is known again, with the conversion,
 * with the notice of the new file.
 */
const passing: readonly DocumentFailure[] = ['network', 'unready', 'unrecognized', 'replaced'];

/** A document whose pages can be looked at. What it shows of itself is reactive. */
export class PdfDocument {
  readonly #source: () => DocumentSource;
  readonly #inCall: boolean;

  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #failure = $state<DocumentFailure | null>(null);
  #pageCount = $state(0);
  #painted = $state.raw<PaintedPages>(nothingPainted);
  #sizes = $state.raw<ReadonlyMap<number, Size>>(new Map());
  #broken = $state.raw<ReadonlySet<number>>(new Set());
  #round = $state(0);

  #bytes: RangeSource | null = null;
  #pdf: OpenPdf | null = null;
  #painter: Painter | null = null;
  #look: Look | null = null;
  #abort = new AbortController();
  #connected = true;
  #again: ReturnType<typeof setTimeout> | undefined;
  #destroyed = false;

  /**
   * It is asked for at once.
   *
   * @param source asked anew for every request.
   * @param inCall what passes by itself is waited for, and nobody has to press anything (C7).
   */
  constructor(source: () => DocumentSource, { inCall = false } = {}) {
    this.#source = source;
    this.#inCall = inCall;
    addEventListener('online', this.#online);
    void this.#open();
  }

  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }
  /** Why it failed. Pages that were painted before can be looked at all the same. */
  get failure(): DocumentFailure | null {
    return this.#failure;
  }
  /** It has failed, and will be asked for again without anybody's doing. */
  get isPassing(): boolean {
    return this.#inCall && this.#failure !== null && passing.includes(this.#failure);
  }
  /** Grows whenever what could not be painted may be asked for again. */
  get round(): number {
    return this.#round;
  }
  /** 0 until it is ready. */
  get pageCount(): number {
    return this.#pageCount;
  }
  /** Width and height of the upright page at 1:1, in CSS pixels; null until it is known. */
  pageSize(page: number): Size | null {
    return this.#sizes.get(page) ?? null;
  }
  /** The painted page, to be put on the screen by one view at a time; null until it is painted. */
  canvas(page: number): HTMLCanvasElement | null {
    return this.#painted.get(page) ?? null;
  }
  /** The page cannot be painted, though the document can be read. */
  isBroken(page: number): boolean {
    return this.#broken.has(page);
  }

  /** Says what is looked at: it is painted for that room, and the pages around it for when they come. */
  look(look: Look): void {
    this.#look = look;
    this.#painter?.look(look);
  }

  /** A small picture of a page, when there is time; null if it is not wanted any more or there is none. */
  async thumbnail(page: number, width: number, signal: AbortSignal): Promise<HTMLCanvasElement | null> {
    return (await this.#painter?.thumbnail(page, width, signal)) ?? null;
  }

  /** Lays the page's text over it, to be selected and read out; gives back how to stop. */
  layText(page: number, container: HTMLElement): () => void {
    let stop: (() => void) | null = null;
    let wanted = true;
    const pdf = this.#pdf;
    pdf?.page(page).then(
      (proxy) => {
        if (wanted && this.#pdf === pdf) stop = pdf.layText(proxy, container);
      },
      () => undefined,
    );
    return () => {
      wanted = false;
      stop?.();
    };
  }

  /** The links of a page that may be followed. Nothing else that a document would like to do is ever done. */
  async links(page: number): Promise<PageLink[]> {
    try {
      const proxy = await this.#pdf?.page(page);
      if (!proxy) return [];
      const viewport = proxy.getViewport({ scale: 1 });
      const annotations = (await proxy.getAnnotations()) as {
        subtype?: unknown;
        url?: unknown;
        rect: number[];
      }[];
      return annotations.flatMap((annotation) => {
        const href = annotation.subtype === 'Link' ? linkTo(annotation.url) : null;
        if (href === null) return [];
        const [left = 0, bottom = 0, right = 0, top = 0] = annotation.rect;
        const [x1 = 0, y1 = 0] = viewport.convertToViewportPoint(left, bottom) as number[];
        const [x2 = 0, y2 = 0] = viewport.convertToViewportPoint(right, top) as number[];
        return {
          href,
          left: Math.min(x1, x2) / viewport.width,
          top: Math.min(y1, y2) / viewport.height,
          width: Math.abs(x2 - x1) / viewport.width,
          height: Math.abs(y2 - y1) / viewport.height,
        };
      });
    } catch {
      // A page without its links is still a page.
      return [];
    }
  }

  retry(): void {
    if (this.#destroyed) return;
    this.#broken = new Set();
    if (this.#status === 'ready') {
      this.#painter?.again();
      this.#round += 1;
    }
    if (this.#status === 'failed') void this.#open();
  }

  /** How the call's line is. When it is back, what was lost with it is asked for again. */
  lineIs(connected: boolean): void {
    const isBack = connected && !this.#connected;
    this.#connected = connected;
    if (!isBack || this.#destroyed) return;
    this.#bytes?.resume();
    if (this.isPassing || this.#broken.size > 0) this.retry();
  }

  /** Idempotent. */
  destroy(): void {
    this.#destroyed = true;
    clearTimeout(this.#again);
    removeEventListener('online', this.#online);
    this.#abort.abort();
    this.#painter?.close({ keep: false });
    this.#pdf?.close();
    this.#painter = null;
    this.#pdf = null;
    this.#bytes = null;
    this.#painted = nothingPainted;
  }

  readonly #online = () => {
    if (this.#failure === 'network') this.retry();
  };

  async #open(): Promise<void> {
    clearTimeout(this.#again);
    if (this.#failure === 'replaced') this.#forgetPages();
    this.#status = 'loading';
    this.#failure = null;
    this.#abort = new AbortController();
    try {
      const bytes = new RangeSource(this.#source, { inCall: this.#inCall });
      this.#bytes = bytes;
      const pdf = await openPdf(bytes, this.#abort.signal, (failure) => this.#fail(failure));
      if (this.#destroyed) {
        pdf.close();
        return;
      }
      this.#pdf = pdf;
      this.#painter = new Painter(
        pdf,
        {
          onmeasured: (page, size) => (this.#sizes = new Map([...this.#sizes, [page, size]])),
          onpainted: (painted) => (this.#painted = painted),
          onbroken: (page) => (this.#broken = new Set([...this.#broken, page])),
        },
        this.#painted,
      );
      this.#pageCount = pdf.pages;
      this.#status = 'ready';
      this.#round += 1;
      if (this.#look) this.#painter.look(this.#look);
    } catch (error) {
      this.#fail(error instanceof SourceError ? error.failure : 'damaged');
    }
  }

  #fail(failure: DocumentFailure): void {
    if (this.#destroyed) return;
    this.#painter?.close({ keep: true });
    this.#pdf?.close();
    this.#painter = null;
    this.#pdf = null;
    this.#bytes = null;
    this.#failure = failure;
    this.#status = 'failed';
    if (this.isPassing) {
      // Without a line nothing can come; with the line it is asked for.
      this.#again = setTimeout(() => {
        if (this.#connected) this.retry();
      }, againMs);
    }
  }

  /** What was painted of a file that is not there any more is not what the others see. */
  #forgetPages(): void {
    for (const canvas of this.#painted.values()) free(canvas);
    this.#painted = nothingPainted;
    this.#sizes = new Map();
  }
}
