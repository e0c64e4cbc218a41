import { access, statfs, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Answer } from './http-server.ts';
import { useHistory } from './http-history.ts';
import { until } from './kit/waiting.ts';

const here = useHistory();
const { ask, listed, entry, recorded } = here;
const codeOf = ({ json }: Answer) => json?.['code'];

describe('a copy in MP4', () => {
  const make = (id: string) => ask('POST', `/api/recordings/${id}/mp4`);
  const copyOf = async (id: string) => (await entry(id))?.mp4;

  test('is made once, tells how far it is, and can be saved for a day', async () => {
    const { id } = await recorded({ content: 'webm' });
    expect((await ask('GET', `/api/recordings/${id}/mp4`)).status).toBe(409);
    const asked = await Promise.all([make(id), make(id)]);
    expect(asked.map(({ status }) => status)).toEqual([202, 202]);
    expect((await make(id)).status).toBe(202);
    expect(here.server.mp4Maker.orders).toHaveLength(1);
    const { job, from, to, durationMs } = here.server.mp4Maker.orders[0]!;
    expect([from, durationMs]).toEqual([
      here.server.recordingBlobs.file((await here.server.store.recordings.load(id))!.blob!),
      61_000,
    ]);
    expect(await copyOf(id)).toEqual({ state: 'making', done: 0 });
    here.server.mp4Maker.report({ type: 'progress', job, done: 0.5 });
    expect(await copyOf(id)).toEqual({ state: 'making', done: 0.5 });
    await writeFile(to, 'mp4 copy');
    here.server.mp4Maker.report({ type: 'done', job, bytes: 8 });
    await until('it is ready', async () => (await copyOf(id))?.state === 'ready');
    expect(await copyOf(id)).toEqual({ state: 'ready', bytes: 8 });
    expect((await make(id)).status).toBe(202);
    expect(here.server.mp4Maker.orders).toHaveLength(1);
    const file = await ask('GET', `/api/recordings/${id}/mp4`, undefined, { range: 'bytes=4-' });
    expect([file.status, file.text, file.headers.get('content-type')]).toEqual([206, 'copy', 'video/mp4']);
    expect(decodeURIComponent(file.headers.get('content-disposition') ?? '')).toMatch(
      /^attachment; .*山田様 商談 1\.mp4$/,
    );
    // It does not count; a day later it is gone, and can be asked for again.
    expect((await listed()).storage.usedBytes).toBe(4);
    await here.server.openRecordings();
    expect(await copyOf(id)).toMatchObject({ state: 'ready' });
    here.server.clockMs += 24 * 60 * 60_000 + 1;
    await here.server.openRecordings();
    expect((await here.server.store.recordings.load(id))?.mp4).toBeNull();
    expect(await here.server.recordingBlobs.removeUnused(new Set())).toBe(1);
  });

  test('that fails, or whose maker dies, says so and can be asked for again', async () => {
    const { id } = await recorded({ content: 'webm' });
    await make(id);
    here.server.mp4Maker.report({
      type: 'failed',
      job: here.server.mp4Maker.orders[0]!.job,
      message: 'ffmpeg ended',
    });
    await until('it has failed', async () => (await copyOf(id))?.state === 'failed');
    expect(await copyOf(id)).toEqual({ state: 'failed', code: 'recording-failed' });
    await make(id);
    expect(await copyOf(id)).toEqual({ state: 'making', done: 0 });
    here.server.mp4Maker.report({ type: 'died' });
    await until('it has failed', async () => (await copyOf(id))?.state === 'failed');
    expect(await copyOf(id)).toEqual({ state: 'failed', code: 'recording-unavailable' });
    await make(id);
    expect(here.server.mp4Maker.orders).toHaveLength(3);
    here.server.mp4Maker.isUp = false;
    const other = await recorded({ content: 'webm' });
    expect((await make(other.id)).status).toBe(503);
  });

  test('is refused when those that are being made will take the room', async () => {
    const [first, second] = [await recorded({ content: 'webm' }), await recorded({ content: 'webm' })];
    const { bavail, bsize } = await statfs(here.server.folder);
    const fifth = Math.floor((bavail * bsize) / 5);
    // Room for three fifths, of which each copy may take two.
    here.server.reserveBytes = 2 * fifth;
    await here.server.openRecordings();
    await here.server.listen({});
    for (const { id } of [first, second]) await here.server.store.recordings.change(id, { bytes: fifth });
    const answers = await Promise.all([make(first.id), make(second.id)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 507]);
    expect(codeOf(answers.find(({ status }) => status === 507)!)).toBe('recording-disk');
    const making = answers[0].status === 202 ? first : second;
    const other = making === first ? second : first;
    expect((await ask('DELETE', `/api/recordings/${making.id}/mp4`)).status).toBe(204);
    expect((await make(other.id)).status).toBe(202);
  });

  test('leaves nothing of what was written of it, whether cancelled, failed or lost with its maker', async () => {
    const { id } = await recorded({ content: 'webm' });
    const isThere = (file: string) =>
      access(file).then(
        () => true,
        () => false,
      );
    const begin = async () => {
      await make(id);
      const { job, to } = here.server.mp4Maker.orders.at(-1)!;
      await writeFile(`${to}.unfinished`, 'half a copy');
      return { job, half: `${to}.unfinished` };
    };
    const cancelled = await begin();
    await ask('DELETE', `/api/recordings/${id}/mp4`);
    expect(await isThere(cancelled.half)).toBe(false);
    // It was written to once more before it was told.
    await writeFile(cancelled.half, 'more');
    const failed = await begin();
    here.server.mp4Maker.report({ type: 'failed', job: failed.job, message: 'ffmpeg ended' });
    await until('what failed is gone', async () => !(await isThere(failed.half)));
    const lost = await begin();
    here.server.mp4Maker.report({ type: 'died' });
    await until('what was lost is gone', async () => !(await isThere(lost.half)));
    await until('what was cancelled is gone', async () => !(await isThere(cancelled.half)));
  });

  test('that is cancelled, or whose recording is deleted, is not made', async () => {
    const { id } = await recorded({ content: 'webm' });
    await make(id);
    expect((await ask('DELETE', `/api/recordings/${id}/mp4`)).status).toBe(204);
    expect((await ask('DELETE', `/api/recordings/${id}/mp4`)).status).toBe(204);
    expect(await copyOf(id)).toEqual({ state: 'none' });
    await make(id);
    const [first, second] = here.server.mp4Maker.orders;
    expect((await ask('DELETE', `/api/recordings/${id}`)).status).toBe(204);
    expect(here.server.mp4Maker.cancelled).toEqual([first!.job, second!.job]);
    // Both were finished in that very moment.
    for (const order of [first!, second!]) {
      await writeFile(order.to, 'mp4');
      here.server.mp4Maker.report({ type: 'done', job: order.job, bytes: 3 });
    }
    await until(
      'nothing is left',
      async () => (await here.server.recordingBlobs.removeUnused(new Set())) === 0,
    );
  });
});
