import { describe, expect, it } from 'vitest';
import { grouped, RangeSource, SourceError } from './range-source.ts';

const source = { url: '/document', headers: { 'X-Seat': 'ours' } };
const kilobyte = 1_024;

/** A server with one file, which answers as it is told to. */
function server(length: number, trouble: (attempt: number) => Response | Error | null = () => null) {
  const file = Uint8Array.from({ length }, (_, index) => (index * 7) % 251);
  const asked: string[] = [];
  const fetch = async (_url: string, options: RequestInit): Promise<Response> => {
    const headers = new Headers(options.headers);
    const range = headers.get('Range') ?? '';
    expect(headers.get('X-Seat')).toBe('ours');
    asked.push(range);
    const wrong = trouble(asked.length);
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
  return { file, asked, waited, bytes: new RangeSource(source, fetch, wait) };
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
    const bytes = new RangeSource(source, async () => new Response(file));
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
  it.each([401, 403, 404, 410])('%i means that it is gone', async (status) => {
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
