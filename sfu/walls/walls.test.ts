import { existsSync } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { holdTooMuch } from './disk-use.ts';
import { findJail, jailLimits } from './jail.ts';
import { JobFolder } from './job-folder.ts';
import { isForWantOfRoom, roomIn } from './room.ts';
import { runWalled, type RunLimits } from './run.ts';

const limits: RunLimits = { ...jailLimits, wallMs: 20_000, residentBytes: 500_000_000 };
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

let folder: string;
let job: JobFolder;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'taimen-walls-'));
  await chmod(folder, 0o711);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => (job = await JobFolder.create(folder)));
afterEach(() => job.remove());

/** What a shell behind the walls prints; null where this machine has no such walls. */
async function printed(sandbox: 'required' | 'off', script: string) {
  const { jail } = await findJail(sandbox, '/usr/lib/libreoffice/program', job);
  if (!jail) return null;
  await job.giveTo(jail.user);
  const command = jail.command(job, ['/bin/sh', '-c', script, 'sh', jail.inside(job).folder], {}, limits);
  let output = '';
  const deadline = performance.now() + limits.wallMs;
  const ended = await runWalled(command, limits, deadline, new AbortController().signal, (chunk) => {
    output += chunk.toString();
  });
  return { output, ended };
}

describe('inside the sandbox', () => {
  test('nothing is seen of what people keep under /usr, but their fonts', async ({ skip }) => {
    const seen = await printed('required', 'ls /usr/local /usr/local/share /usr/src 2>/dev/null');
    if (!seen) return skip('no namespaces here');
    const lines = seen.output.split('\n').filter((line) => line !== '' && !line.endsWith(':'));
    expect(lines.filter((line) => line !== 'share' && line !== 'fonts')).toEqual([]);
  });

  test('nothing can be written but what the job is for', async ({ skip }) => {
    const places = ['/x', '/etc/x', '/usr/x', '/usr/local/x', '/var/x', '/job/x', '/job/fonts.conf'];
    const tries = [...places, '/job/out/x', '/job/profile/x', '/tmp/x']
      .map((place) => `(echo x >${place}) 2>/dev/null && echo ${place}`)
      .join('; ');
    const seen = await printed('required', tries);
    if (!seen) return skip('no namespaces here');
    expect(seen.output.trim().split('\n')).toEqual(['/job/out/x', '/job/profile/x', '/tmp/x']);
  });
});

describe.each(['required', 'off'] as const)('what runs with the sandbox %s', (sandbox) => {
  test('is ended when it fills the disk, file by file', async ({ skip }) => {
    const script = 'i=0; while :; do i=$((i+1)); : >$1/out/$i; done';
    const seen = await printed(sandbox, script);
    if (!seen) return skip('no such walls here');
    expect(seen.ended.stopped).toBe('disk');
  });
});

describe('what lies in folders', () => {
  test('is too much by its number or its length, however deep, but not for its holes', async () => {
    const files = await mkdtemp(path.join(folder, 'files-'));
    await mkdir(path.join(files, 'a/b'), { recursive: true });
    const names = Array.from({ length: 1_990 }, (_, i) => path.join(files, `a/b/${i}`));
    await Promise.all(names.map((name) => writeFile(name, '')));
    expect(await holdTooMuch([files, path.join(folder, 'missing')])).toBe(false);
    await Promise.all(names.slice(0, 20).map((name) => writeFile(`${name}x`, '')));
    expect(await holdTooMuch([files])).toBe(true);
  });

  test('has room, or is known to have none', async () => {
    expect(await roomIn(folder)).toBeGreaterThan(0);
    expect(isForWantOfRoom(Object.assign(new Error(), { code: 'ENOSPC' }))).toBe(true);
    expect(isForWantOfRoom(new Error('no'))).toBe(false);
  });
});

describe('a finished PDF', () => {
  const user = isRoot ? nobody : null;

  test('is taken back, and its folder with it', async () => {
    await writeFile(job.result, '%PDF-', { mode: 0o644 });
    await job.giveTo(user);
    expect(await job.takeBack(user)).toBe(true);
    const [file, around] = await Promise.all([stat(job.result), stat(job.out)]);
    expect([file.uid, file.mode & 0o777]).toEqual([process.getuid?.(), 0o600]);
    expect([around.uid, around.mode & 0o777]).toEqual([process.getuid?.(), 0o700]);
  });

  test('is not taken back when it is a link, or nothing, and what it leads to stays as it is', async () => {
    expect(await job.takeBack(user)).toBe(false);
    const other = path.join(folder, 'other');
    await writeFile(other, 'secret');
    await chmod(other, 0o640);
    for (const make of [symlink, link]) {
      await make(other, job.result);
      expect(await job.takeBack(user)).toBe(false);
      expect((await stat(other)).mode & 0o777).toBe(0o640);
      await rm(job.result);
    }
    await mkdir(job.result);
    expect(await job.takeBack(user)).toBe(false);
    expect(existsSync(other)).toBe(true);
  });
});
