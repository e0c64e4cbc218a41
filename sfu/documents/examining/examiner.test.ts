import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Examiner, type ExaminerTimes } from './examiner.ts';
import { pdf } from './test-kit/bytes.ts';

const patient: ExaminerTimes = { taskMs: 20_000, idleMs: 60_000 };
/** The reader looks for the beginnings of objects in this for minutes. */
const endless = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(40_000_000, 'x')]);

let folder: string;
let good: string;
let hostile: string;
let examiner: Examiner | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'taimen-examiner-'));
  good = path.join(folder, 'good.pdf');
  hostile = path.join(folder, 'hostile.pdf');
  await Promise.all([writeFile(good, pdf(3)), writeFile(hostile, endless)]);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => examiner?.close());

const start = (times: Partial<ExaminerTimes> = {}) => (examiner = new Examiner({ ...patient, ...times }));
const countPages = (file: string, maxPages = 500) => ({ path: file, maxPages });

describe('the thread that reads strangers’ files', () => {
  test('starts with the first file, reads one after the other, and ends when it has nothing to do', async () => {
    const own = start({ idleMs: 50 });
    expect(own.hasThread).toBe(false);
    const answers = await Promise.all([
      own.ask('recognise', { path: good }),
      own.ask('countPages', countPages(good)),
    ]);
    expect(answers).toEqual(['pdf', 3]);
    await vi.waitFor(() => expect(own.hasThread).toBe(false), { timeout: 5_000 });
    expect(await own.ask('countPages', countPages(good))).toBe(3);
  });

  test('is given up when a file keeps it busy, and the next file is read at once', async () => {
    const own = start({ taskMs: 3_000 });
    const slow = own.ask('countPages', countPages(hostile));
    const next = own.ask('countPages', countPages(good));
    await expect(slow).rejects.toMatchObject({ code: 'document-slow' });
    expect(await next).toBe(3);
  });

  test('leaves the server’s own thread free meanwhile', async () => {
    const abort = new AbortController();
    const slow = start().ask('countPages', countPages(hostile), abort.signal);
    slow.catch(() => undefined);
    let longestMs = 0;
    for (let turn = 0, at = performance.now(); turn < 200; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      longestMs = Math.max(longestMs, performance.now() - at);
      at = performance.now();
    }
    expect(longestMs).toBeLessThan(500);
    abort.abort(new Error('enough'));
    await expect(slow).rejects.toThrow('enough');
  });

  test('stops when nobody wants to know any longer', async () => {
    const own = start();
    const abort = new AbortController();
    const running = own.ask('countPages', countPages(hostile), abort.signal);
    const waiting = own.ask('countPages', countPages(good), abort.signal);
    abort.abort(new Error('gone'));
    await expect(running).rejects.toThrow('gone');
    await expect(waiting).rejects.toThrow('gone');
    expect(await own.ask('countPages', countPages(good))).toBe(3);
  });

  test('tells what a file is refused for, with the facts', async () => {
    await expect(start().ask('countPages', countPages(good, 2))).rejects.toMatchObject({
      code: 'document-pages',
      details: { pages: 2 },
    });
  });

  test('does not blame the file when the disk fails', async () => {
    const missing = start().ask('countPages', countPages(path.join(folder, 'missing')));
    await expect(missing).rejects.toThrow(/ENOENT/);
    await expect(missing).rejects.not.toHaveProperty('code', 'document-damaged');
  });
});
