import { affordable, wantedPages } from './cache-policy.ts';
import { canvasSize, shownSize, type Size } from './geometry.ts';
import { type OpenPdf, type PDFPageProxy, type RenderTask, unitsToPixels } from './pdf.ts';

/** What is looked at: which page, in which room, how close, on which screen. */
export type Look = {
  readonly page: number;
  readonly box: Size;
  readonly zoom: number;
  readonly pixelRatio: number;
};

export type PaintedPages = ReadonlyMap<number, HTMLCanvasElement>;

export type PainterEvents = {
  onmeasured(page: number, size: Size): void;
  onpainted(painted: PaintedPages): void;
  onbroken(page: number): void;
};

type ThumbnailWish = {
  readonly page: number;
  readonly width: number;
  readonly signal: AbortSignal;
  readonly done: (canvas: HTMLCanvasElement | null) => void;
};
type Job = {
  readonly page: number;
  /** The small picture that it is for; null: the page is painted as it is looked at. */
  readonly wish: ThumbnailWish | null;
  task: RenderTask | null;
  cancelled: boolean;
};

/** While somebody drags a window's edge or pinches, the old picture is scaled; then it is painted anew, once. */
const settleMs = 140;
/** The decoded pictures of the page looked at are needed again only for looking closer, which comes soon or not. */
const restMs = 1_000;

/**
 * Paints pages, one after the other in the order in which they matter: the one looked at, those that may come
 * next, small ones for the list. A page that is not wanted any more is given up at once.
 */
export class Painter {
  readonly #pdf: OpenPdf;
  readonly #events: PainterEvents;
  readonly #sizes = new Map<number, Size>();
  readonly #painted: Map<number, HTMLCanvasElement>;
  readonly #broken = new Set<number>();
  #wishes: ThumbnailWish[] = [];
  #look: Look | null = null;
  #backwards = false;
  #job: Job | null = null;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param painted what an earlier painter of the same document has left. */
  constructor(pdf: OpenPdf, events: PainterEvents, painted: PaintedPages) {
    this.#pdf = pdf;
    this.#events = events;
    this.#painted = new Map(painted);
  }

  look(look: Look): void {
    const before = this.#look;
    this.#look = look;
    if (before && before.page !== look.page) {
      this.#backwards = look.page < before.page;
      this.#cleanUp(before.page);
    } else if (before) {
      clearTimeout(this.#settle);
      this.#settle = setTimeout(() => {
        this.#settle = undefined;
        this.#next();
      }, settleMs);
    }
    this.#freeOthers();
    this.#giveUpUnwanted();
    this.#next();
  }

  /** @returns null when it is not wanted any more or cannot be painted. */
  thumbnail(page: number, width: number, signal: AbortSignal): Promise<HTMLCanvasElement | null> {
    if (this.#closed || signal.aborted) return Promise.resolve(null);
    return new Promise((done) => {
      const wish: ThumbnailWish = { page, width, signal, done };
      signal.addEventListener('abort', () => {
        this.#wishes = this.#wishes.filter((one) => one !== wish);
        if (this.#job?.wish === wish) cancel(this.#job);
        done(null);
      });
      this.#wishes.push(wish);
      this.#next();
    });
  }

  /** Tries the pages again that could not be painted. */
  again(): void {
    this.#broken.clear();
    this.#next();
  }

  /** Idempotent. @param keep the pages that are painted stay, for the next painter. */
  close({ keep }: { keep: boolean }): void {
    this.#closed = true;
    clearTimeout(this.#settle);
    clearTimeout(this.#rest);
    if (this.#job) cancel(this.#job);
    for (const wish of this.#wishes) wish.done(null);
    this.#wishes = [];
    if (keep) return;
    for (const canvas of this.#painted.values()) free(canvas);
    this.#painted.clear();
  }

  /** In order, and no more than the memory bears. */
  #kept(): number[] {
    if (!this.#look) return [];
    return affordable(wantedPages(this.#look.page, this.#pdf.pages, this.#backwards), (page) => {
      const size = this.#target(page);
      return size ? size.width * size.height : 0;
    });
  }

  /** The canvas that the page should have; null while its size is not known. */
  #target(page: number): Size | null {
    const size = this.#sizes.get(page);
    if (!size || !this.#look) return null;
    const { box, zoom, pixelRatio } = this.#look;
    return canvasSize(shownSize(size, box, page === this.#look.page ? zoom : 1, pixelRatio), pixelRatio);
  }

  #isDone(page: number): boolean {
    if (this.#broken.has(page)) return true;
    const target = this.#target(page);
    const canvas = this.#painted.get(page);
    if (!target || !canvas) return false;
    return (canvas.width === target.width && canvas.height === target.height) || this.#settle !== undefined;
  }

  #next(): void {
    if (this.#job || this.#closed) return;
    const page = this.#kept().find((one) => !this.#isDone(one));
    const wish = page === undefined ? this.#wishes.shift() : undefined;
    if (page === undefined && !wish) return;
    const job: Job = {
      page: page ?? wish?.page ?? 1,
      wish: wish ?? null,
      task: null,
      cancelled: false,
    };
    this.#job = job;
    void (wish ? this.#paintThumbnail(job, wish) : this.#paintPage(job)).finally(() => {
      this.#job = null;
      this.#next();
    });
  }

  #giveUpUnwanted(): void {
    const job = this.#job;
    if (!job || !this.#look) return;
    const kept = this.#kept();
    const inTheWay = job.page !== this.#look.page && !this.#isDone(this.#look.page);
    if (job.wish ? inTheWay : inTheWay || !kept.includes(job.page)) cancel(job);
  }

  async #paintPage(job: Job): Promise<void> {
    let page: PDFPageProxy | null = null;
    try {
      page = await this.#measured(job.page);
      const size = this.#target(job.page);
      // The first page's size decides how much room there is for the others.
      if (this.#isOff(job) || !size || !this.#kept().includes(job.page)) return;
      if (this.#isDone(job.page)) return;
      const canvas = await this.#draw(job, page, size);
      if (this.#isOff(job)) {
        free(canvas);
        return;
      }
      const old = this.#painted.get(job.page);
      this.#painted.set(job.page, canvas);
      this.#events.onpainted(new Map(this.#painted));
      if (old) free(old);
    } catch {
      if (this.#isOff(job)) return;
      this.#broken.add(job.page);
      this.#events.onbroken(job.page);
    } finally {
      if (page) this.#leave(page, job.page);
    }
  }

  async #paintThumbnail(job: Job, wish: ThumbnailWish): Promise<void> {
    let page: PDFPageProxy | null = null;
    try {
      page = await this.#measured(job.page);
      const size = this.#sizes.get(job.page);
      if (this.#isOff(job) || !size) throw new Error('not now');
      const whole = canvasSize(
        { width: wish.width, height: (wish.width * size.height) / size.width },
        1,
        250_000,
      );
      const large = this.#painted.get(job.page);
      const canvas = large ? copied(large, whole) : await this.#draw(job, page, whole);
      if (wish.signal.aborted || this.#closed) free(canvas);
      else wish.done(canvas);
    } catch {
      // Something more important came in between: later.
      if (job.cancelled && !this.#closed && !wish.signal.aborted) this.#wishes.unshift(wish);
      else wish.done(null);
    } finally {
      if (page) this.#leave(page, job.page);
    }
  }

  /** Also after a job that was given up: what had come for it by then would stay for ever. */
  #leave(page: PDFPageProxy, number: number): void {
    if (this.#closed) return;
    if (number !== this.#look?.page) {
      page.cleanup();
      return;
    }
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      if (this.#job?.page === number) this.#leave(page, number);
      else page.cleanup();
    }, restMs);
  }

  async #measured(number: number): Promise<PDFPageProxy> {
    const page = await this.#pdf.page(number);
    if (!this.#sizes.has(number)) {
      const { width, height } = page.getViewport({ scale: unitsToPixels });
      const size = { width, height };
      this.#sizes.set(number, size);
      if (!this.#closed) this.#events.onmeasured(number, size);
    }
    return page;
  }

  async #draw(job: Job, page: PDFPageProxy, size: Size): Promise<HTMLCanvasElement> {
    const canvas = document.createElement('canvas');
    canvas.width = size.width;
    canvas.height = size.height;
    const viewport = page.getViewport({ scale: size.width / page.getViewport({ scale: 1 }).width });
    // The canvas is a whole number of pixels, the page is not: it fills it to the lower edge.
    const transform = [1, 0, 0, size.height / viewport.height, 0, 0];
    job.task = page.render({ canvas, viewport, transform });
    try {
      await this.#pdf.drawn(job.task);
      return canvas;
    } catch (error) {
      job.task.cancel();
      free(canvas);
      throw error;
    }
  }

  #isOff(job: Job): boolean {
    return job.cancelled || this.#closed;
  }

  #freeOthers(): void {
    const kept = new Set(this.#kept());
    let freed = false;
    for (const [page, canvas] of this.#painted) {
      if (kept.has(page)) continue;
      this.#painted.delete(page);
      free(canvas);
      this.#cleanUp(page);
      freed = true;
    }
    if (freed) this.#events.onpainted(new Map(this.#painted));
  }

  /** What pdf.js keeps of a page (its pictures above all) is needed only while somebody looks closer at it. */
  #cleanUp(page: number): void {
    this.#pdf.page(page).then(
      (proxy) => {
        if (!this.#closed && this.#look?.page !== page) proxy.cleanup();
      },
      () => undefined,
    );
  }
}

function cancel(job: Job): void {
  job.cancelled = true;
  job.task?.cancel();
}

/** Safari keeps the memory of a canvas long after nobody has it, but not of one without size. */
export function free(canvas: HTMLCanvasElement): void {
  canvas.width = 0;
  canvas.height = 0;
}

function copied(from: HTMLCanvasElement, size: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('no more canvases');
  context.imageSmoothingQuality = 'high';
  context.drawImage(from, 0, 0, size.width, size.height);
  return canvas;
}
