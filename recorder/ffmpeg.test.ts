import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FfmpegError, missingPrograms, probe, runFfmpeg, type FfmpegCommand } from './ffmpeg.ts';
import { nextFfmpeg } from './test/children.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taimen-ffmpeg-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** As long as wanted, at the speed of a clock where `-re` is given. */
function command(seconds: number, name: string, more: Partial<FfmpegCommand> = {}): FfmpegCommand {
  return {
    inputs: [{ file: 'testsrc2=s=320x180:r=15', options: ['-re', '-f', 'lavfi'] }],
    outputs: [{ file: join(folder, name), options: ['-t', String(seconds), '-f', 'ivf', '-c:v', 'libvpx'] }],
    niceness: 7,
    timeoutMs: 30_000,
    ...more,
  };
}

async function failure(running: Promise<unknown>): Promise<FfmpegError> {
  const error = await running.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FfmpegError);
  return error as FfmpegError;
}

/** The fields of /proc/<pid>/stat behind the name, from the state on: proc(5). */
const statOf = async (pid: number) =>
  (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
const isGone = (pid: number) =>
  stat(`/proc/${pid}`).then(
    () => false,
    () => true,
  );

test('this machine has what is needed', async () => {
  expect(await missingPrograms()).toBeNull();
});

// The first of all: what ffmpeg can do is asked once in a process.
test('one that does not even say what it can do is given up', async () => {
  const run = failure(runFfmpeg(command(1, 'asked.ivf', { stallMs: 1_500 })));
  const pid = await nextFfmpeg();
  process.kill(pid, 'SIGSTOP');
  try {
    expect((await run).reason).toBe('stalled');
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

test('it runs beside meetings with less right to the processor, and tells how far it is', async () => {
  const told: number[] = [];
  let nice: Promise<string | undefined> = Promise.resolve(undefined);
  await runFfmpeg(
    command(1.5, 'nice.ivf', {
      onProgress: (madeMs) => told.push(madeMs),
      onStart: (pid) =>
        (nice = vi.waitFor(async () => {
          const value = (await statOf(pid))[16];
          if (value !== '7') throw new Error(`niceness ${value}`);
          return value;
        })),
    }),
  );
  expect(await nice).toBe('7');
  expect(told.length).toBeGreaterThan(1);
  expect(told.at(-1)).toBeGreaterThan(1000);
  const { streams } = await probe(join(folder, 'nice.ivf'));
  expect(streams[0]).toMatchObject({ codec_name: 'vp8', width: 320, height: 180 });
});

test('file names and titles with spaces and signs arrive as they are', async () => {
  const file = join(folder, 'a file; with $signs "and" spaces.mka');
  await runFfmpeg({
    inputs: [{ file: 'anullsrc=r=48000:cl=mono', options: ['-f', 'lavfi'] }],
    outputs: [
      { file, options: ['-t', '0.1', '-metadata', 'title=two words', '-c:a', 'libopus', '-f', 'matroska'] },
    ],
    niceness: 0,
    timeoutMs: 30_000,
  });
  expect((await probe(file)).format.tags['title']).toBe('two words');
});

test('a failure is told in the words of ffmpeg', async () => {
  const missing = join(folder, 'nothing.ivf');
  const run = runFfmpeg({ ...command(1, 'x.ivf'), inputs: [{ file: missing, options: [] }] });
  const error = await failure(run);
  expect(error.reason).toBe('failed');
  expect(error.message).toContain('nothing.ivf: No such file or directory');
  expect(error.isForWantOfRoom).toBe(false);
});

test('one that stands still is killed and reported', async () => {
  let pid = 0;
  const error = await failure(
    runFfmpeg(
      command(60, 'stalled.ivf', {
        stallMs: 1_500,
        onStart: (started) => {
          pid = started;
        },
        // It works first.
        onProgress: () => process.kill(pid, 'SIGSTOP'),
      }),
    ),
  );
  expect(error.reason).toBe('stalled');
  expect(error.message).toContain('no progress for 1500 ms');
  expect(await isGone(pid)).toBe(true);
});

test('one that works too long is killed, and one that is no longer wanted', async () => {
  let pid = 0;
  const onStart = (started: number) => (pid = started);
  const late = await failure(runFfmpeg(command(60, 'late.ivf', { timeoutMs: 700, onStart })));
  expect(late.reason).toBe('timeout');
  expect(await isGone(pid)).toBe(true);

  const abort = new AbortController();
  const stopped = runFfmpeg(
    command(60, 'stopped.ivf', { signal: abort.signal, onStart: () => abort.abort() }),
  );
  expect((await failure(stopped)).reason).toBe('aborted');
  // Also before it has begun.
  expect((await failure(runFfmpeg(command(60, 'never.ivf', { signal: abort.signal })))).reason).toBe(
    'aborted',
  );
});

test('one that somebody else kills is told from one that crashes', async () => {
  const killed = runFfmpeg(command(60, 'killed.ivf', { onStart: (pid) => process.kill(pid, 'SIGKILL') }));
  expect((await failure(killed)).reason).toBe('gone');
  const crashed = runFfmpeg(command(60, 'crashed.ivf', { onStart: (pid) => process.kill(pid, 'SIGSEGV') }));
  expect((await failure(crashed)).reason).toBe('failed');
});

/** Only root may mount. */
function mountSmallDisk(at: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('a full disk is recognised', async ({ skip }) => {
  const disk = await mkdtemp(join(folder, 'disk-'));
  if (!mountSmallDisk(disk)) skip('This user may not mount a small disk.');
  try {
    const file = join(disk, 'raw.yuv');
    const run = runFfmpeg({
      inputs: [{ file: 'testsrc2=s=320x180:r=15', options: ['-f', 'lavfi'] }],
      outputs: [{ file, options: ['-t', '2', '-f', 'rawvideo'] }],
      niceness: 0,
      timeoutMs: 30_000,
    });
    expect((await failure(run)).isForWantOfRoom).toBe(true);
  } finally {
    execFileSync('umount', [disk]);
  }
});
