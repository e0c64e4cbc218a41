import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DocumentsApi } from './documents-api.ts';
import type { Failure } from '../session/api.ts';
import { MemoBook, wholeDocument } from './memo-book.svelte.ts';

let written: [page: number, text: string][];
let answer: (page: number) => Promise<Failure | null>;
let there: { page: number; text: string }[];

function aBook(): MemoBook {
  const api = {
    memos: async () => ({ ok: true, value: there }),
    writeMemo: (_id: string, page: number, text: string) => {
      written.push([page, text]);
      return answer(page);
    },
  } as unknown as DocumentsApi;
  return new MemoBook(api, 'document');
}

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  answer = async () => null;
  there = [];
});
afterEach(() => vi.useRealTimers());

describe('memos', () => {
  it('are saved when the fingers rest, each by itself', async () => {
    const book = aBook();
    await book.load();
    book.write(1, 'あ');
    book.write(1, 'あい');
    book.write(wholeDocument, '全体');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written).toEqual([
      [1, 'あい'],
      [0, '全体'],
    ]);
    expect(book.memo(1).state).toBe('saved');
    expect(book.written).toEqual([0, 1]);
  });

  it('are saved at once before the page is left, and only if there is something new', async () => {
    there = [{ page: 2, text: 'old' }];
    const book = aBook();
    await book.load();
    await book.flush();
    expect(written).toEqual([]);
    book.write(2, 'new');
    await book.flush();
    expect(written).toEqual([[2, 'new']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stay in their field when they cannot be saved, and are tried again', async () => {
    const book = aBook();
    await book.load();
    answer = async () => ({ code: 'offline', details: {} });
    book.write(3, 'text');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(book.memo(3)).toMatchObject({ text: 'text', state: 'failed', failure: { code: 'offline' } });
    expect(book.atRisk).toBe(true);
    answer = async () => null;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(book.memo(3)).toMatchObject({ state: 'saved', failure: null });
    expect(book.atRisk).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('never arrive in the wrong order', async () => {
    const book = aBook();
    await book.load();
    let release: (failure: null) => void = () => undefined;
    answer = () => new Promise((resolve) => (release = resolve));
    book.write(1, 'first');
    await vi.advanceTimersByTimeAsync(1_000);
    book.write(1, 'first and second');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written).toEqual([[1, 'first']]);
    answer = async () => null;
    release(null);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written).toEqual([
      [1, 'first'],
      [1, 'first and second'],
    ]);
    expect(book.memo(1).state).toBe('saved');
  });

  it('read anew leave alone what is being written', async () => {
    there = [
      { page: 1, text: 'one' },
      { page: 2, text: 'two' },
    ];
    const book = aBook();
    await book.load();
    book.write(1, 'mine');
    there = [
      { page: 1, text: 'theirs' },
      { page: 2, text: 'theirs' },
    ];
    await book.load();
    expect([book.memo(1).text, book.memo(2).text]).toEqual(['mine', 'theirs']);
  });
});
