import { afterEach, describe, expect, it, vi } from 'vitest';
import { grouped, RangeSource, SourceError } from './range-source.ts';

const source = () => ({ url: '/document', headers: { 'X-Seat': 'ours' } });
const kilobyte = 1_024;

/** A server with one file, which answers as it is told to. */
function server(
  length: number,
  trouble: (attempt: number, signal: AbortSignal) => Response | Promise<Response> | Error | null = () => null,
  settings: { inCall?: boolean } = {},
) {
  const file = Uint8Array.from({ length }, (_, index) => (index * 7) % 251);
  const asked: string[] = [];
  const fetch = async (_url: string, options: RequestInit): Promise<Response> => {
    const headers = new Headers(options.headers);
    const range = headers.get('Range') ?? '';
    expect(headers.get('X-Seat')).toBe('ours');
    asked.push(range);
    const wrong = await trouble(asked.length, options.signal!);
    if (wrong instanceof Error) throw wrong;
    if (wrong) return wrong;
    const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
    const begin = from === '' ? Math.max(0, length - Number(to)) : Number(from);
    const end = from === '' || to === '' ? length : Math.min(length, Number(to) + 1);
    return new Response(file.slice(begin, end), {
      status: 206,
      headers: { 'Content-Range': `bytes ${begin}-${end - 1}/${length}` },
    });
  };
  const waited: number[] = [];
  const wait = async (ms: number) => void waited.push(ms);
  return { file, asked, waited, bytes: new RangeSource(source, { ...settings, fetch, wait }) };
}

const failureOf = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof SourceError ? error.failure : error;
};

describe('a document is fetched', () => {
  it('from both ends at once, and the end is not asked for again', async () => {
    const { asked, bytes, file } = server(5_000 * kilobyte);
    const { length, head, whole } = await bytes.open();
    expect({ length, head: head.length, whole }).toEqual({
      length: 5_000 * kilobyte,
      head: 65_536,
      whole: false,
    });
    expect(asked).toEqual(['bytes=-131072', 'bytes=0-65535']);
    const end = await bytes.read(length - 8_192, length - 4_096);
    expect(end).toEqual(file.slice(length - 8_192, length - 4_096));
    expect(asked).toHaveLength(2);
  });

  it('in one piece when it is small', async () => {
    const { bytes, file } = server(3_000);
    expect(await bytes.open()).toEqual({ length: 3_000, head: file, whole: true });
  });

  it('in one piece from a server without ranges', async () => {
    const file = new Uint8Array(300_000).fill(5);
    const bytes = new RangeSource(source, { fetch: async () => new Response(file) });
    expect(await bytes.open()).toEqual({ length: 300_000, head: file, whole: true });
  });

  it('with what is asked for in the same moment in few requests', async () => {
    const { asked, bytes, file } = server(5_000 * kilobyte);
    await bytes.open();
    const answers = await Promise.all([
      bytes.read(1_000_000, 1_004_096),
      bytes.read(1_010_000, 1_014_096),
      bytes.read(2_000_000, 2_004_096),
    ]);
    expect(answers).toEqual([
      file.slice(1_000_000, 1_004_096),
      file.slice(1_010_000, 1_014_096),
      file.slice(2_000_000, 2_004_096),
    ]);
    expect(asked).toHaveLength(4);
    // What came along is there already.
    await bytes.read(2_010_000, 2_020_000);
    expect(asked).toHaveLength(4);
  });
});

describe('requests', () => {
  const question = (begin: number, end: number) => ({ begin, end, resolve: () => {}, reject: () => {} });

  it('look ahead when they are few, and not when they are many', () => {
    const few = grouped([question(0, 4_096)], 10_000_000, 0);
    expect(few.map(({ begin, end }) => [begin, end])).toEqual([[0, 65_536]]);
    expect(grouped([question(0, 4_096)], 10_000_000, 9)[0]?.end).toBe(4_096);
    const many = Array.from({ length: 100 }, (_, index) =>
      question(index * 100_000, index * 100_000 + 4_096),
    );
    const bytes = grouped(many, 10_000_000, 0).reduce((sum, { begin, end }) => sum + end - begin, 0);
    expect(bytes).toBe(100 * 4_096);
  });

  it('never go beyond the end', () => {
    expect(grouped([question(9_000, 9_500)], 10_000, 0)[0]?.end).toBe(10_000);
  });
});

describe('when it cannot be had', () => {
  it.each([403, 404, 410])('%i means that it is gone', async (status) => {
    const { bytes, waited } = server(100, () => new Response(null, { status }));
    expect(await failureOf(bytes.open())).toBe('gone');
    expect(waited).toEqual([]);
  });

  it('a lost line is waited for', async () => {
    const { bytes, waited } = server(300_000, (attempt) => (attempt < 6 ? new TypeError('lost') : null));
    expect((await bytes.open()).length).toBe(300_000);
    expect(waited.length).toBeGreaterThan(1);
  });

  it('so is a server that starts anew', async () => {
    const { bytes } = server(300_000, (attempt) =>
      attempt < 4 ? new Response(null, { status: 503 }) : null,
    );
    expect((await bytes.open()).length).toBe(300_000);
  });

  it('but not for ever', async () => {
    const { bytes, waited } = server(300_000, () => new Response(null, { status: 502 }));
    expect(await failureOf(bytes.open())).toBe('network');
    expect(Math.max(...waited)).toBeGreaterThanOrEqual(15_000);
  });

  it('an empty file is damaged', async () => {
    const { bytes } = server(0, () => new Response(null, { status: 416 }));
    expect(await failureOf(bytes.open())).toBe('damaged');
  });
});

/** What a browser does with a request that is given up. */
const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError'))),
  );

describe('whoever is not known', () => {
  const unknownAtFirst = (attempt: number) => (attempt < 6 ? new Response(null, { status: 401 }) : null);

  it('is told so at the desk', async () => {
    const { bytes, waited } = server(300_000, unknownAtFirst);
    expect(await failureOf(bytes.open())).toBe('unrecognized');
    expect(waited).toEqual([]);
  });

  it('may have a seat again soon in a call', async () => {
    const { bytes } = server(300_000, unknownAtFirst, { inCall: true });
    expect((await bytes.open()).length).toBe(300_000);
  });

  it('shows the seat of now with every request', async () => {
    const shown: unknown[] = [];
    let seat = 0;
    const fetch = async (_url: string, { headers }: RequestInit) => {
      shown.push((headers as Record<string, string>)['Authorization']);
      return shown.length < 3 ? new Response(null, { status: 401 }) : new Response(new Uint8Array(9));
    };
    const asked = () => ({ url: '/document', headers: { Authorization: String((seat += 1)) } });
    await new RangeSource(asked, { inCall: true, fetch, wait: async () => {} }).open();
    expect(new Set(shown).size).toBe(shown.length);
  });
});

it('a document that is being prepared is not damaged', async () => {
  const { bytes, waited } = server(300_000, () => new Response(null, { status: 409 }));
  expect(await failureOf(bytes.open())).toBe('unready');
  expect(waited.length).toBeGreaterThan(0);
});

describe('a file that is replaced meanwhile', () => {
  const part = (total: number, tag: string) =>
    new Response(new Uint8Array(65_536), {
      status: 206,
      headers: { 'Content-Range': `bytes 1000000-1065535/${total}`, ETag: tag },
    });
  const atFirst = (length: number, tag: string) => (range: string) => {
    const [begin, end] = range.startsWith('bytes=-') ? [length - 131_072, length] : [0, 65_536];
    return new Response(new Uint8Array(end - begin), {
      status: 206,
      headers: { 'Content-Range': `bytes ${begin}-${end - 1}/${length}`, ETag: tag },
    });
  };
  async function reading(then: () => Response) {
    const first = atFirst(5_000_000, '"old"');
    let count = 0;
    const fetch = async (_url: string, { headers }: RequestInit) => {
      count += 1;
      return count <= 2 ? first((headers as Record<string, string>)['Range'] ?? '') : then();
    };
    const bytes = new RangeSource(source, { fetch, wait: async () => {} });
    await bytes.open();
    return failureOf(bytes.read(1_000_000, 1_004_096));
  }

  it('is told by its length', async () => {
    expect(await reading(() => part(4_000_000, '"old"'))).toBe('replaced');
    expect(await reading(() => new Response(null, { status: 416 }))).toBe('replaced');
    expect(await reading(() => new Response(new Uint8Array(4_000_000)))).toBe('replaced');
  });

  it('and by its tag, when it is as long', async () => {
    expect(await reading(() => part(5_000_000, '"new"'))).toBe('replaced');
  });

  it('and is not seen where nothing has changed', async () => {
    expect(await reading(() => part(5_000_000, '"old"'))).toBeNull();
  });
});

describe('a line that is dead without saying so', () => {
  afterEach(() => vi.useRealTimers());

  it('is given up after a while, and the piece asked for again', async () => {
    const { bytes, asked } = server(300_000, (attempt, signal) => (attempt < 3 ? never(signal) : null));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const opened = bytes.open();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked.length).toBeGreaterThan(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await opened).length).toBe(300_000);
  });

  it('is not dead while something still comes, however slowly', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    let left = 5;
    const slow = (signal: AbortSignal) =>
      new Response(
        new ReadableStream({
          start: (controller) => signal.addEventListener('abort', () => controller.error('given up')),
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 8_000));
            controller.enqueue(new Uint8Array(100));
            left -= 1;
            if (left === 0) controller.close();
          },
        }),
      );
    const asked: AbortSignal[] = [];
    const fetch = async (_url: string, { signal }: RequestInit) => {
      asked.push(signal!);
      return asked.length === 1 ? new Response(new Uint8Array(1)) : slow(signal!);
    };
    const opened = new RangeSource(source, { fetch }).open();
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await opened).length).toBe(500);
    expect(asked).toHaveLength(2);
  });

  it('is not saved by other pieces that come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    let dead: AbortSignal | null = null;
    const { bytes, asked } = server(5_000_000, (attempt, signal) => {
      if (attempt !== 3) return null;
      dead = signal;
      return never(signal);
    });
    await bytes.open();
    const piece = bytes.read(1_000_000, 1_004_096);
    for (let second = 1; second < 33; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      const other = bytes.read(1_500_000 + second * 70_000, 1_504_096 + second * 70_000);
      await vi.advanceTimersByTimeAsync(10);
      await other;
      if (second === 25) expect(dead).toMatchObject({ aborted: false });
    }
    expect(dead).toMatchObject({ aborted: true });
    expect(await piece).toHaveLength(4_096);
    expect(asked.length).toBeGreaterThan(30);
  });

  it('does not hold a piece when the call has its line again', async () => {
    let isDead = false;
    const { bytes, asked, file } = server(5_000_000, (_attempt, signal) => (isDead ? never(signal) : null));
    await bytes.open();
    isDead = true;
    const piece = bytes.read(1_000_000, 1_004_096);
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    isDead = false;
    bytes.resume();
    expect(await piece).toEqual(file.slice(1_000_000, 1_004_096));
  });

  it('ends a pause as well', async () => {
    let isDown = true;
    const fetch = async () =>
      isDown ? new Response(null, { status: 503 }) : new Response(new Uint8Array(9));
    const paused: AbortSignal[] = [];
    const wait = (_ms: number, signal: AbortSignal) => {
      paused.push(signal);
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    };
    const bytes = new RangeSource(source, { fetch, wait });
    const opened = bytes.open();
    await vi.waitFor(() => expect(paused).toHaveLength(2));
    isDown = false;
    bytes.resume();
    expect((await opened).length).toBe(9);
  });
});
