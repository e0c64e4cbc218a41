import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OpenPdf } from './pdf.ts';
import { againMs, PdfDocument } from './pdf-document.svelte.ts';
import { type DocumentFailure, type RangeSource, SourceError } from './range-source.ts';

/** How each opening ends, one after the other. */
const outcomes: (DocumentFailure | 'opens')[] = [];
const opened: RangeSource[] = [];
let lose: (failure: DocumentFailure) => void = () => {};

vi.mock('./pdf.ts', () => ({
  unitsToPixels: 1,
  openPdf: async (bytes: RangeSource, _signal: AbortSignal, onlost: typeof lose) => {
    opened.push(bytes);
    lose = onlost;
    const outcome = outcomes.shift() ?? 'opens';
    if (outcome !== 'opens') throw new SourceError(outcome, 'as the test says');
    return { pages: 3, close: () => {}, page: () => new Promise(() => {}) } as unknown as OpenPdf;
  },
}));

const source = () => ({ url: '/document', headers: {} });
const soon = () => vi.advanceTimersByTimeAsync(0);

async function inCall(...those: (DocumentFailure | 'opens')[]) {
  outcomes.push(...those);
  const document = new PdfDocument(source, { inCall: true });
  await soon();
  return document;
}

describe('a document in a call', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('addEventListener', () => {});
    vi.stubGlobal('removeEventListener', () => {});
    outcomes.length = 0;
    opened.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it.each(['network', 'unrecognized', 'unready'] as const)(
    'that failed (%s) comes when the call has recovered',
    async (failure) => {
      const document = await inCall(failure);
      expect([document.status, document.failure]).toEqual(['failed', failure]);
      document.lineIs(false);
      await vi.advanceTimersByTimeAsync(10 * againMs);
      expect(document.status).toBe('failed');
      document.lineIs(true);
      await soon();
      expect([document.status, document.failure]).toEqual(['ready', null]);
    },
  );

  it('that was lost while it was read comes, too', async () => {
    const document = await inCall('opens');
    document.lineIs(false);
    lose('network');
    expect(document.status).toBe('failed');
    document.lineIs(true);
    await soon();
    expect(document.status).toBe('ready');
  });

  it('asks for what is under way again when the line is back', async () => {
    const document = await inCall('opens');
    const resume = vi.spyOn(opened[0]!, 'resume');
    document.lineIs(true);
    expect(resume).not.toHaveBeenCalled();
    document.lineIs(false);
    document.lineIs(true);
    expect(resume).toHaveBeenCalledOnce();
  });

  it('that failed though the line was there is tried again after a while', async () => {
    const document = await inCall('network', 'network', 'opens');
    await vi.advanceTimersByTimeAsync(2 * againMs + 100);
    expect(document.status).toBe('ready');
  });

  it('that is gone or damaged stays so', async () => {
    for (const failure of ['gone', 'damaged'] as const) {
      const document = await inCall(failure);
      document.lineIs(false);
      document.lineIs(true);
      await vi.advanceTimersByTimeAsync(10 * againMs);
      expect([document.status, document.failure]).toEqual(['failed', failure]);
    }
  });

  it('asks for nothing after its end', async () => {
    const document = await inCall('network');
    document.destroy();
    document.lineIs(false);
    document.lineIs(true);
    await vi.advanceTimersByTimeAsync(10 * againMs);
    expect(opened).toHaveLength(1);
  });

  it('outside a call whoever looks decides', async () => {
    outcomes.push('replaced');
    const document = new PdfDocument(source);
    await vi.advanceTimersByTimeAsync(10 * againMs);
    expect([document.failure, document.isPassing]).toEqual(['replaced', false]);
    document.retry();
    await soon();
    expect(document.status).toBe('ready');
  });
});
