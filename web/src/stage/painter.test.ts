import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Painter, type PaintedPages } from './painter.ts';
import type { OpenPdf } from './pdf.ts';

vi.mock('./pdf.ts', () => ({ unitsToPixels: 1 }));

type Drawing = { page: number; width: number; end: () => void; cancelled: boolean };

/** A document whose pages are drawn when the test says so, with every canvas that was ever made. */
function document(pages: number) {
  const drawings: Drawing[] = [];
  const cleaned: number[] = [];
  const canvases: { width: number; height: number }[] = [];
  vi.stubGlobal('document', {
    createElement: () => {
      const canvas = { width: 300, height: 150, getContext: () => ({ drawImage: () => {} }) };
      canvases.push(canvas);
      return canvas;
    },
  });
  const pdf = {
    pages,
    page: async (number: number) => ({
      getViewport: ({ scale }: { scale: number }) => ({ width: 100 * scale, height: 100 * scale }),
      cleanup: () => cleaned.push(number),
      render: ({ canvas }: { canvas: { width: number } }) => {
        let end = () => {};
        let fail = (_error: Error) => {};
        const promise = new Promise<void>((resolve, reject) => {
          end = resolve;
          fail = reject;
        });
        const drawing = { page: number, width: canvas.width, end, cancelled: false };
        drawings.push(drawing);
        const cancel = () => {
          drawing.cancelled = true;
          fail(new Error('cancelled'));
        };
        return { promise, cancel };
      },
    }),
    drawn: ({ promise }: { promise: Promise<void> }) => promise,
  } as unknown as OpenPdf;
  const events = { onmeasured: () => {}, onpainted: (_: PaintedPages) => {}, onbroken: () => {} };
  const painter = new Painter(pdf, events, new Map());
  const look = (page: number) =>
    painter.look({ page, box: { width: 100, height: 100 }, zoom: 1, pixelRatio: 1 });
  return { painter, drawings, cleaned, canvases, look };
}

const soon = () => vi.advanceTimersByTimeAsync(0);

describe('what pdf.js keeps of a page', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('goes when a page that might have come next is given up while it is drawn', async () => {
    const { drawings, cleaned, look } = document(9);
    look(1);
    await soon();
    drawings.at(-1)?.end();
    await soon();
    expect(drawings.at(-1)?.page).toBe(2);
    cleaned.length = 0;
    look(7);
    await soon();
    expect(drawings[1]?.cancelled).toBe(true);
    expect(cleaned).toContain(2);
  });

  it('goes with a small picture that is given up', async () => {
    const { painter, drawings, cleaned, look } = document(1_000);
    look(1);
    for (let painted = 0; painted < 3; painted += 1) {
      await soon();
      drawings.at(-1)?.end();
    }
    await soon();
    const abort = new AbortController();
    const small = painter.thumbnail(500, 20, abort.signal);
    await soon();
    expect(drawings.at(-1)?.page).toBe(500);
    abort.abort();
    expect(await small).toBeNull();
    await soon();
    expect(cleaned).toContain(500);
    // And nobody begins with it again.
    const { length } = drawings;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(drawings).toHaveLength(length);
  });

  it('goes from the page looked at as well, a little later', async () => {
    const { drawings, cleaned, look } = document(1);
    look(1);
    await soon();
    drawings[0]?.end();
    await soon();
    expect(cleaned).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(cleaned).toEqual([1]);
  });

  it('no canvas of a small picture is left behind that came too late', async () => {
    const { painter, drawings, canvases, look } = document(1);
    look(1);
    await soon();
    drawings[0]?.end();
    await soon();
    const { length } = canvases;
    const abort = new AbortController();
    // It is copied from the painted page, between two breaths.
    const small = painter.thumbnail(1, 20, abort.signal);
    abort.abort();
    expect(await small).toBeNull();
    await soon();
    for (const canvas of canvases.slice(length)) expect(canvas.width).toBe(0);
  });

  it('a small picture waits for the page looked at, and comes after it', async () => {
    const { painter, drawings, look } = document(1_000);
    const small = painter.thumbnail(500, 20, new AbortController().signal);
    await soon();
    expect(drawings.at(-1)?.page).toBe(500);
    look(1);
    await soon();
    expect(drawings[0]?.cancelled).toBe(true);
    for (let painted = 0; painted < 4; painted += 1) {
      await soon();
      drawings.at(-1)?.end();
    }
    expect(await small).not.toBeNull();
  });
});
