import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './lock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'taimen-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a folder for one server', () => {
  it('is refused to a second one, and free after the first', async () => {
    const release = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(`process ${process.pid}`);
    await release();
    await (
      await lockFolder(folder)
    )();
  });

  it.each(['', 'nonsense', '999999999 12345', `${process.pid} 1`])(
    'is taken over from a server that is gone: %j',
    async (left) => {
      await writeFile(path.join(folder, 'server.lock'), left);
      await (
        await lockFolder(folder)
      )();
    },
  );
});
