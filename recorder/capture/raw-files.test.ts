import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../sfu/test/kit/random.ts';
import { until } from '../../sfu/test/kit/waiting.ts';
import type { RawFrame, TrackInfo } from './raw.ts';
import { listTracks, RawWriter, readFrames, readTimes, trackDirOf } from './raw-files.ts';

const camera: TrackInfo = {
  trackId: 'camera-000000000000000',
  participantId: 'tanaka-000000000000000',
  source: 'camera',
  codec: 'vp8',
};
const microphone: TrackInfo = {
  ...camera,
  trackId: 'voice-0000000000000000',
  source: 'microphone',
  codec: 'opus',
};

let takeDir = '';
let troubles: Error[] = [];
beforeEach(async () => {
  takeDir = await mkdtemp(path.join(tmpdir(), 'taimen-raw-'));
  troubles = [];
});
afterEach(() => rm(takeDir, { recursive: true, force: true }));

const writerOf = (info: TrackInfo, trackDir = trackDirOf(takeDir, info.trackId)) =>
  new RawWriter({ trackDir, info, onTrouble: (error) => troubles.push(error) });

const { below } = seededRandom(17);
function frame(timeMs: number, isKeyframe = false, bytes = 20 + below(200)): RawFrame {
  const [width, height] = isKeyframe ? [640, 360] : [0, 0];
  return {
    timeMs,
    isKeyframe,
    width,
    height,
    data: Buffer.from(Array.from({ length: bytes }, () => below(256))),
  };
}

/** Ten frames a second, with keyframes at these frames. */
const frames = (seconds: number, isKeyframe: (i: number) => boolean = (i) => i % 20 === 0) =>
  Array.from({ length: seconds * 10 }, (_, i) => frame(i * 100 + 0.125, isKeyframe(i)));

async function written(info: TrackInfo, all: RawFrame[]): Promise<string> {
  const writer = writerOf(info);
  for (const each of all) writer.write(each);
  await writer.close();
  expect(troubles).toEqual([]);
  return trackDirOf(takeDir, info.trackId);
}

const starts = async (trackDir: string) =>
  (await readdir(trackDir))
    .filter((name) => name.endsWith('.raw'))
    .map((name) => Number(name.replace('.raw', '')))
    .toSorted((a, b) => a - b);

const times = (all: { timeMs: number }[]) => all.map(({ timeMs }) => Math.floor(timeMs));

describe('what was captured', () => {
  it('is read too where the first of it was made a moment before the take began', async () => {
    const voice = Array.from({ length: 100 }, (_, i) => frame(i * 20 - 17.4, true));
    const trackDir = await written(microphone, voice);
    const read = await readFrames(trackDir, 0, Infinity);
    expect(read.map(({ data }) => data)).toEqual(voice.map(({ data }) => data));
    expect(times(read).slice(0, 3)).toEqual([0, 2, 22]);
    expect(await readTimes(trackDir)).toHaveLength(100);
  });

  it('is read as it was written', async () => {
    const all = frames(35);
    const trackDir = await written(camera, all);
    expect(await readFrames(trackDir, 0, Infinity)).toEqual(all);
    expect(await readTimes(trackDir)).toEqual(
      all.map(({ timeMs, isKeyframe, width, height }) => ({ timeMs, isKeyframe, width, height })),
    );
    expect(times(await readTimes(trackDir, 11_950, 12_150))).toEqual([12_000, 12_100]);
  });

  it('lies in files of about ten seconds, of video from a keyframe on where there is one', async () => {
    expect(await starts(await written(microphone, frames(35)))).toEqual([0, 10_000, 20_000, 30_000]);
    const keyframes = [0, 94, 204, 430];
    const video = await written(
      camera,
      frames(60, (i) => keyframes.includes(i)),
    );
    expect(await starts(video)).toEqual([0, 9_400, 20_400, 32_400, 43_000, 55_000]);
  });

  it('is found by time, for decoding from the keyframe before', async () => {
    const trackDir = await written(
      camera,
      frames(40, (i) => i === 3 || i === 50 || i === 390),
    );
    expect(times(await readFrames(trackDir, 20_000, 20_300))).toEqual([20_000, 20_100, 20_200]);
    const decodable = await readFrames(trackDir, 30_000, 30_100, { fromKeyframe: true });
    expect([times(decodable)[0], times(decodable).at(-1)]).toEqual([5_000, 30_000]);
    expect(times(await readFrames(trackDir, 0, 600, { fromKeyframe: true }))).toEqual([300, 400, 500]);
    expect(times(await readFrames(trackDir, 39_000.125, 39_100, { fromKeyframe: true }))).toEqual([39_000]);
    expect(await readFrames(trackDir, 0, 200, { fromKeyframe: true })).toEqual([]);
    expect(await readFrames(trackDir, 50_000, 60_000)).toEqual([]);
    expect(await readFrames(path.join(takeDir, 'nowhere'), 0, 1)).toEqual([]);
  });

  it('can be read while it is being written', async () => {
    const writer = writerOf(camera);
    const trackDir = trackDirOf(takeDir, camera.trackId);
    const all = frames(12);
    for (const [i, each] of all.entries()) {
      writer.write(each);
      if (i % 7 !== 0) continue;
      await writer.flush();
      expect(await readFrames(trackDir, 0, Infinity)).toEqual(all.slice(0, i + 1));
    }
    // And without being asked for, a little later.
    await until('the rest is there', async () => (await readTimes(trackDir)).length === all.length);
    await writer.close();
    await writer.close();
    writer.write(frame(99_999, true));
    expect(await readTimes(trackDir)).toHaveLength(all.length);
  });

  it('costs the last frame when the file ends within it, wherever that is', async () => {
    const all = frames(1);
    const trackDir = await written(camera, all);
    const file = path.join(trackDir, '0.raw');
    const whole = await readFile(file);
    const lastStart = whole.length - all.at(-1)!.data.length - 28;
    for (let end = whole.length - 1; end >= lastStart; end--) {
      await truncate(file, end);
      expect(await readFrames(trackDir, 0, Infinity)).toEqual(all.slice(0, -1));
    }
    // Whoever goes on in the same file is not lost behind the torn end.
    await writeFile(file, Buffer.concat([whole.subarray(0, whole.length - 5), whole.subarray(lastStart)]));
    expect(await readFrames(trackDir, 0, Infinity)).toEqual(all);
  });

  it('loses no more than the frame in which a byte is wrong, whichever it is', async () => {
    const all = frames(1).slice(0, 5);
    const trackDir = await written(camera, all);
    const file = path.join(trackDir, '0.raw');
    const whole = await readFile(file);
    for (let i = 0; i < whole.length; i++) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(i) ^ (1 + below(255)), i);
      await writeFile(file, damaged);
      const read = await readFrames(trackDir, 0, Infinity);
      expect(read).toHaveLength(all.length - 1);
      expect(all).toEqual(expect.arrayContaining(read));
    }
  });

  it('of a take is listed, but not tracks that a crash has left without their description', async () => {
    await written(camera, frames(1));
    await written(microphone, []);
    await mkdir(trackDirOf(takeDir, 'empty'));
    await mkdir(trackDirOf(takeDir, 'torn'));
    await writeFile(
      path.join(trackDirOf(takeDir, 'torn'), 'track.json'),
      JSON.stringify(camera).slice(0, 30),
    );
    await mkdir(trackDirOf(takeDir, 'odd'));
    await writeFile(path.join(trackDirOf(takeDir, 'odd'), 'track.json'), '{"trackId":"../../etc"}');
    await writeFile(path.join(takeDir, 'tracks', 'file'), '');
    expect(await listTracks(takeDir)).toEqual([camera, microphone]);
    expect(await listTracks(path.join(takeDir, 'nowhere'))).toEqual([]);
  });
});

describe('a disk that takes no more', () => {
  it('is told of once, and what was written before is there', async ({ skip }) => {
    const disk = path.join(takeDir, 'disk');
    await mkdir(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]).status !== 0)
      skip('may not mount');
    try {
      const trackDir = path.join(disk, 'track');
      const writer = writerOf(camera, trackDir);
      const all = Array.from({ length: 100 }, (_, i) => frame(i * 100, i === 0, 10_000));
      for (const each of all) {
        writer.write(each);
        await writer.flush();
      }
      await writer.close();
      expect(troubles.map((error) => (error as NodeJS.ErrnoException).code)).toEqual(['ENOSPC']);
      const read = await readFrames(trackDir, 0, Infinity);
      expect(read.length).toBeGreaterThan(15);
      expect(read).toEqual(all.slice(0, read.length));
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it('is told of once when the very first write fails', async () => {
    const trackDir = path.join(takeDir, 'track');
    await mkdir(trackDir);
    await symlink('/dev/full', path.join(trackDir, '0.raw'));
    const writer = writerOf(camera, trackDir);
    writer.write(frame(0, true));
    await until('it is told', () => troubles.length > 0);
    writer.write(frame(100));
    await writer.close();
    expect(troubles.map((error) => (error as NodeJS.ErrnoException).code)).toEqual(['ENOSPC']);
  });

  it('is told of when there can be no folder', async () => {
    await writeFile(path.join(takeDir, 'tracks'), 'a file');
    const writer = writerOf(camera);
    writer.write(frame(0, true));
    await writer.flush();
    await writer.close();
    expect(troubles).toHaveLength(1);
  });
});
