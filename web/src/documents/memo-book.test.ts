import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DocumentsApi } from './documents-api.ts';
import type { Failure } from '../session/api.ts';
import { MemoBook, wholeDocument } from './memo-book.svelte.ts';

let written: [page: number, text: string][];
let outliving: boolean[];
let answer: (page: number) => Promise<Failure | null>;
let there: { page: number; text: string }[];
let read: () => Promise<unknown>;

/** Something that is answered when the test says so. */
function later<T>() {
  let give: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (give = resolve));
  return { promise, give };
}

function aBook(): MemoBook {
  const api = {
    memos: () => read(),
    writeMemo: (_id: string, page: number, text: string, keepalive: boolean) => {
      written.push([page, text]);
      outliving.push(keepalive);
      return answer(page);
    },
  } as unknown as DocumentsApi;
  return new MemoBook(api, 'document');
}

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  outliving = [];
  read = async () => ({ ok: true, value: there });
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

  it('are not put back by an answer that was on its way while they were saved', async () => {
    there = [{ page: 1, text: 'old' }];
    const book = aBook();
    await book.load();
    const list = later<unknown>();
    read = () => list.promise;
    const loading = book.load();
    book.write(1, 'new');
    book.write(2, 'another');
    await vi.advanceTimersByTimeAsync(1_000);
    list.give({ ok: true, value: [{ page: 1, text: 'old' }] });
    await loading;
    expect([book.memo(1).text, book.memo(2).text]).toEqual(['new', 'another']);
    await book.flush();
    expect(written).toEqual([
      [1, 'new'],
      [2, 'another'],
    ]);
  });

  it('are not put back by an answer that was asked for while they were being saved', async () => {
    const book = aBook();
    await book.load();
    const save = later<null>();
    answer = () => save.promise;
    book.write(1, 'new');
    await vi.advanceTimersByTimeAsync(1_000);
    const list = later<unknown>();
    read = () => list.promise;
    const loading = book.load();
    save.give(null);
    await vi.advanceTimersByTimeAsync(0);
    list.give({ ok: true, value: [] });
    await loading;
    expect(book.memo(1)).toMatchObject({ text: 'new', stored: 'new' });
  });

  it('are read once more when that was asked for while an older answer was awaited', async () => {
    const book = aBook();
    const list = later<unknown>();
    read = () => {
      read = async () => ({ ok: true, value: [{ page: 1, text: 'latest' }] });
      return list.promise;
    };
    const loading = book.load();
    void book.load();
    list.give({ ok: true, value: [{ page: 1, text: 'older' }] });
    await loading;
    expect(book.memo(1).text).toBe('latest');
  });

  it('are not asked for again and again when they are refused for good', async () => {
    const book = aBook();
    await book.load();
    answer = async () => ({ code: 'document-unknown', details: {} });
    book.write(1, 'text');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(written).toHaveLength(1);
    expect(book.memo(1)).toMatchObject({ text: 'text', state: 'failed', refused: true });
    expect(book.atRisk).toBe(true);
  });
});

describe('memos of a page that is being closed', () => {
  it('are sent at once in their latest state, beside what is still being saved', async () => {
    const book = aBook();
    await book.load();
    const saves = [later<null>(), later<null>()];
    answer = () => saves[written.length - 1]!.promise;
    book.write(1, 'first');
    await vi.advanceTimersByTimeAsync(1_000);
    book.write(1, 'first and second');
    expect(book.atRisk).toBe(true);
    book.sendAll();
    book.sendAll();
    expect(written).toEqual([
      [1, 'first'],
      [1, 'first and second'],
    ]);
    expect(outliving).toEqual([true, true]);
    expect(book.atRisk).toBe(false);
    saves[0]!.give(null);
    saves[1]!.give(null);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(book.memo(1)).toMatchObject({ state: 'saved', stored: 'first and second' });
    expect(written).toHaveLength(2);
  });

  it('are sent once more when the older text may have arrived last, and the page is still there', async () => {
    const book = aBook();
    await book.load();
    const saves = [later<null>(), later<null>(), later<null>()];
    answer = () => saves[written.length - 1]!.promise;
    book.write(1, 'older');
    await vi.advanceTimersByTimeAsync(1_000);
    book.write(1, 'newer');
    book.sendAll();
    saves[1]!.give(null);
    await vi.advanceTimersByTimeAsync(0);
    saves[0]!.give(null);
    await vi.advanceTimersByTimeAsync(0);
    expect(written.at(-1)).toEqual([1, 'newer']);
    expect(written).toHaveLength(3);
    saves[2]!.give(null);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(book.memo(1)).toMatchObject({ state: 'saved', stored: 'newer' });
    expect(written).toHaveLength(3);
  });

  it('take no more room together than a browser has for them', async () => {
    const book = aBook();
    await book.load();
    const save = later<null>();
    answer = () => save.promise;
    for (const page of [1, 2, 3]) book.write(page, '資'.repeat(9_000));
    book.sendAll();
    expect(outliving, '27 kB each').toEqual([true, true, false]);
    expect(book.atRisk).toBe(true);
    save.give(null);
    await vi.advanceTimersByTimeAsync(0);
    expect(book.atRisk).toBe(false);
    book.write(4, '資'.repeat(9_000));
    book.sendAll();
    expect(outliving.at(-1), 'the room is free again').toBe(true);
  });

  it('are at risk for as long as nothing has been sent of them', async () => {
    const book = aBook();
    await book.load();
    book.write(1, 'text');
    expect(book.atRisk).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(book.atRisk).toBe(false);
  });
});
