import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { newId } from '../meeting/identity.ts';
import { isAlive, until } from '../test/kit/waiting.ts';
import { RecorderProcess } from './recorder-process.ts';

let folder: string;
let logged: Record<string, unknown>[];
const running: RecorderProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'taimen-recorder-'));
  logged = [];
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
  await rm(folder, { recursive: true, force: true });
});

/** A program that stands at the other end of the channel and behaves as the test says. */
async function processOf(program: string): Promise<RecorderProcess> {
  const main = path.join(folder, 'main.mjs');
  await writeFile(main, program);
  const write = (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>);
  const recorder = new RecorderProcess({
    main,
    recordingsDir: folder,
    reserveBytes: 1_000,
    sandbox: 'auto',
    logLevel: 'debug',
    log: createLog('debug', { write }),
  });
  running.push(recorder);
  return recorder;
}

const ready = `process.send(['ready', { problem: null }]);`;
const stays = `process.on('disconnect', () => process.exit(0));`;
const captureId = newId();

test('what it says is heard, and nonsense is noted and dropped', async () => {
  const recorder = await processOf(`
    ${stays}
    ${ready}
    process.send('nonsense');
    process.send(['__proto__', {}]);
    process.send(['capture:listening', { captureId: '${captureId}', port: 'x' }]);
    process.send(['capture:listening', { captureId: '${captureId}', port: 4444 }]);
  `);
  const ports: number[] = [];
  recorder.on('capture:listening', ({ port }) => ports.push(port));
  recorder.start();
  await until('it is heard', () => ports.length > 0);
  expect(ports).toEqual([4444]);
  expect(recorder.canRecord).toBe(true);
  expect(logged.filter(({ level }) => level === 'error')).toHaveLength(3);
});

test('it gets what it is told, and of the environment no more than it needs', async () => {
  const recorder = await processOf(`
    ${stays}
    process.on('message', ([name]) => console.log(JSON.stringify({ level: 'warn', msg: name, env: Object.keys(process.env) })));
    ${ready}
  `);
  recorder.on('started', () => recorder.send('capture:end', { captureId, at: 1 }));
  recorder.start();
  await until('it is told', () => logged.some(({ msg }) => msg === 'capture:end'));
  const { env } = logged.find(({ msg }) => msg === 'capture:end')!;
  const given = [
    'PATH',
    'LANG',
    'HOME',
    'RECORDINGS_DIR',
    'RECORDING_RESERVE_BYTES',
    'OFFICE_SANDBOX',
    'LOG_LEVEL',
  ];
  // Node adds those of its own channel.
  expect((env as string[]).filter((name) => !name.startsWith('NODE_')).toSorted()).toEqual(given.toSorted());
});

test('when it dies another one takes its place, and whoever listens is told', async () => {
  const recorder = await processOf(`${stays} ${ready}`);
  const lives: (number | null)[] = [];
  let died = 0;
  recorder.on('started', () => lives.push(recorder.pid));
  recorder.on('died', () => (died += 1));
  recorder.start();
  await recorder.awaitStart(10_000);
  process.kill(recorder.pid!, 'SIGKILL');
  await until('there is another one', () => lives.length === 2);
  expect(died).toBe(1);
  expect(lives[0]).not.toBe(lives[1]);
  recorder.replace('The test wants it.');
  await until('there is a third one', () => lives.length === 3);
});

test('one that cannot start is tried again, ever more slowly, and nobody is told of a life', async () => {
  const recorder = await processOf(`throw new Error('no room');`);
  let told = 0;
  recorder.on('started', () => (told += 1));
  recorder.on('died', () => (told += 1));
  recorder.start();
  const deaths = () => logged.filter(({ msg }) => String(msg).includes('started again')).map(timeOf);
  await until('it has died three times', () => deaths().length >= 3);
  const [first, second, third] = deaths();
  expect(third! - second!).toBeGreaterThan(second! - first! - 50);
  expect(recorder.canRecord).toBe(false);
  expect(told).toBe(0);
  expect(logged.some(({ line }) => String(line).includes('no room'))).toBe(true);
});

test('a machine that lacks something is no machine to record on', async () => {
  const recorder = await processOf(`${stays} process.send(['ready', { problem: 'There is no ffmpeg.' }]);`);
  recorder.start();
  await recorder.awaitStart(10_000);
  expect(recorder.canRecord).toBe(false);
  expect(recorder.problem).toBe('There is no ffmpeg.');
});

test('one that does not go when it is let go is ended', async () => {
  const recorder = await processOf(`setInterval(() => undefined, 1_000); ${ready}`);
  recorder.start();
  await recorder.awaitStart(10_000);
  const pid = recorder.pid!;
  await recorder.close();
  expect(isAlive(pid)).toBe(false);
  recorder.send('capture:end', { captureId, at: 1 });
});

const timeOf = ({ time }: Record<string, unknown>) => Date.parse(String(time));
