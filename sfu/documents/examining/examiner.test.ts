import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Examiner, type ExaminerLimits } from './examiner.ts';
import { pdfBomb } from './test-kit/bomb.ts';
import { pdf } from './test-kit/bytes.ts';

const patient: ExaminerLimits = { taskMs: 20_000, idleMs: 60_000, residentBytes: 700_000_000 };
/** The reader looks for the beginnings of objects in this for minutes. */
const endless = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(40_000_000, 'x')]);

let folder: string;
let good: string;
let hostile: string;
let bomb: string;
let examiner: Examiner | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'taimen-examiner-'));
  good = path.join(folder, 'good.pdf');
  hostile = path.join(folder, 'hostile.pdf');
  bomb = path.join(folder, 'bomb.pdf');
  await Promise.all([
    writeFile(good, pdf(3)),
    writeFile(hostile, endless),
    writeFile(bomb, pdfBomb(1_500_000_000)),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => examiner?.close());

const start = (limits: Partial<ExaminerLimits> = {}) =>
  (examiner = new Examiner({ ...patient, ...limits }, [folder]));
const countPages = (file: string, maxPages = 500) => ({ path: file, maxPages });

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the process that reads strangers’ files', () => {
  test('starts with the first file, reads one after the other, and ends when it has nothing to do', async () => {
    const own = start({ idleMs: 50 });
    expect(own.pid).toBeNull();
    const answers = await Promise.all([
      own.ask('recognise', { path: good }),
      own.ask('countPages', countPages(good)),
    ]);
    expect(answers).toEqual(['pdf', 3]);
    await vi.waitFor(() => expect(own.pid).toBeNull(), { timeout: 5_000 });
    expect(await own.ask('countPages', countPages(good))).toBe(3);
  });

  test('is given up when a file keeps it busy, and the next file is read at once', async () => {
    const own = start({ taskMs: 3_000 });
    const slow = own.ask('countPages', countPages(hostile));
    const next = own.ask('countPages', countPages(good));
    await expect(slow).rejects.toMatchObject({ code: 'document-slow' });
    expect(await next).toBe(3);
  });

  test('leaves the server itself free meanwhile', async () => {
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

  test('is ended when a file of 4 kB fills its memory, and the next file is read at once', async () => {
    const own = start();
    const before = process.memoryUsage.rss();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 50);
    const large = own.ask('countPages', countPages(bomb));
    const next = own.ask('countPages', countPages(good));
    await expect(large).rejects.toMatchObject({ code: 'document-too-large' });
    expect(await next).toBe(3);
    clearInterval(watch);
    expect(most - before).toBeLessThan(100_000_000);
  }, 30_000);

  test('does not have the next file suffer for what one has left in its memory', async () => {
    const own = start({ residentBytes: 200_000_000 });
    expect(await own.ask('countPages', countPages(good))).toBe(3);
    expect(own.pid).toBeNull();
    expect(await own.ask('countPages', countPages(good))).toBe(3);
  });

  test('reads nothing but what it is there for, and knows nothing that the server was told', async () => {
    const own = start();
    await expect(own.ask('recognise', { path: '/etc/passwd' })).rejects.toThrow(/access/i);
    const environment = await readFile(`/proc/${own.pid}/environ`, 'utf8');
    const names = environment
      .split('\0')
      .filter(Boolean)
      .map((each) => each.split('=')[0]);
    expect(names.filter((name) => !name?.startsWith('NODE_CHANNEL_'))).toEqual([]);
    expect(await readFile(`/proc/${own.pid}/oom_score_adj`, 'utf8')).toBe('1000\n');
  });

  test('is gone when closing is done, whatever it was doing', async () => {
    const own = start();
    const slow = own.ask('countPages', countPages(hostile));
    slow.catch(() => undefined);
    const pid = own.pid!;
    expect(isThere(pid)).toBe(true);
    await own.close();
    expect(isThere(pid)).toBe(false);
    await expect(slow).rejects.toThrow('has ended');
  });

  test.each([
    ['has nothing to do', 'good'],
    ['is kept busy', 'hostile'],
  ])('goes when the server is killed while it %s', async (_what, name) => {
    const source = new URL('./examiner.ts', import.meta.url).href;
    const script = `
      import { Examiner } from ${JSON.stringify(source)};
      const examiner = new Examiner(${JSON.stringify(patient)});
      const ask = { path: process.argv.at(-1), maxPages: 500 };
      await examiner.ask('warm', null);
      console.log(examiner.pid);
      await examiner.ask('countPages', ask);
      setInterval(() => undefined, 1_000);`;
    const file = path.join(folder, `${name}.pdf`);
    const server = spawn(process.execPath, ['--input-type=module', '-e', script, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const pid = Number(line);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isThere(pid)).toBe(true);
    server.kill('SIGKILL');
    await vi.waitFor(() => expect(isThere(pid)).toBe(false), { timeout: 5_000 });
  });

  test('does not keep a server that wants to end', async () => {
    const source = new URL('./examiner.ts', import.meta.url).href;
    const script = `
      import { Examiner } from ${JSON.stringify(source)};
      await new Examiner(${JSON.stringify(patient)}).ask('warm', null);`;
    const server = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    expect(await once(server, 'exit')).toEqual([0, null]);
  });
});
