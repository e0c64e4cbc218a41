import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { microphone } from '../compose/clips.ts';
import { probe, runFfmpeg } from '../ffmpeg.ts';
import { ivfFrames, ivfHeader, isVp9Keyframe, readIvf } from './ivf.ts';
import { matroskaOpus } from './matroska.ts';
import { oggChecksum, oggOpusBeginning, oggOpusPages, readOggOpus } from './ogg.ts';
import { opusSamples } from './opus.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taimen-formats-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A line for each packet, of ffmpeg's framecrc: stream, dts, pts, duration, size, checksum. */
async function packetsOf(file: string, ...options: string[]): Promise<{ time: number; size: number }[]> {
  const list = join(folder, 'list.txt');
  await runFfmpeg({
    inputs: [{ file, options }],
    outputs: [{ file: list, options: ['-c', 'copy', '-copyts', '-f', 'framecrc'] }],
    niceness: 0,
    timeoutMs: 30_000,
  });
  const lines = (await readFile(list, 'utf8')).split('\n').filter((line) => /^0,/.test(line));
  return lines.map((line) => {
    const [, , pts, , size] = line.split(',').map(Number);
    return { time: pts!, size: size! };
  });
}

test('IVF: ffmpeg finds the frames that were written, at their uneven times', async () => {
  const made = join(folder, 'made.ivf');
  await runFfmpeg({
    inputs: [{ file: 'testsrc2=s=320x180:r=10:d=1', options: ['-f', 'lavfi'] }],
    outputs: [{ file: made, options: ['-c:v', 'libvpx', '-f', 'ivf'] }],
    niceness: 0,
    timeoutMs: 30_000,
  });
  const { all, width, height, fourcc } = readIvf(await readFile(made));
  expect([fourcc, width, height, all.length]).toEqual(['VP80', 320, 180, 10]);

  const times = [0, 33, 66, 300, 301, 1000, 1500, 1533, 9000, 9033];
  const written = join(folder, 'written.ivf');
  const timeBase = { numerator: 1, denominator: 1000 };
  await writeFile(
    written,
    Buffer.concat([
      ivfHeader({ fourcc: 'VP80', width, height, timeBase, frames: 10 }),
      ivfFrames(all.map(({ data }, index) => ({ time: times[index]!, data }))),
    ]),
  );
  const found = await packetsOf(written);
  expect(found.map(({ time }) => time)).toEqual(times);
  expect(found.map(({ size }) => size)).toEqual(all.map(({ data }) => data.length));
});

test('IVF: a torn file is refused', async () => {
  const header = ivfHeader({
    ...{ fourcc: 'VP90', width: 16, height: 16, timeBase: { numerator: 1, denominator: 15 }, frames: 1 },
  });
  const frame = ivfFrames([{ time: 0, data: Buffer.from('frame') }]);
  expect(readIvf(Buffer.concat([header, frame])).all).toHaveLength(1);
  expect(() => readIvf(Buffer.concat([header, frame.subarray(0, -1)]))).toThrow(/ends within a frame/);
  expect(() => readIvf(Buffer.concat([header, frame.subarray(0, 5)]))).toThrow(/ends within a frame/);
  expect(() => readIvf(Buffer.from('nothing of that kind at all, but long'))).toThrow(/not an IVF/);
});

test('VP9: keyframes are told from others', async () => {
  const file = join(folder, 'keyframes.ivf');
  await runFfmpeg({
    inputs: [{ file: 'testsrc2=s=320x180:r=10:d=1.2', options: ['-f', 'lavfi'] }],
    outputs: [
      {
        file,
        options: [
          ...['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0'],
          ...['-g', '4', '-keyint_min', '4', '-f', 'ivf'],
        ],
      },
    ],
    niceness: 0,
    timeoutMs: 30_000,
  });
  const { all } = readIvf(await readFile(file));
  expect(
    all
      .map(({ data }) => isVp9Keyframe(data))
      .map(Number)
      .join(''),
  ).toBe('100010001000');
  expect(isVp9Keyframe(Buffer.alloc(0))).toBe(false);
});

test('Ogg: what grew page by page is one Opus stream of the right length', async () => {
  const packets = (
    await microphone(folder, 'sine=frequency=300:sample_rate=48000', { durationMs: 3000 })
  ).map(({ data }) => data);
  // One that fills segments exactly, and one that needs several.
  expect(packets.length).toBeGreaterThan(149);
  let { bytes, position } = oggOpusBeginning(2, 312);
  const file = [bytes];
  for (let index = 0; index < packets.length; index += 37) {
    ({ bytes, position } = oggOpusPages(packets.slice(index, index + 37), position));
    file.push(bytes);
  }
  const whole = Buffer.concat(file);
  const path = join(folder, 'grown.ogg');
  await writeFile(path, whole);
  expect(readOggOpus(whole)).toEqual({ channels: 2, preSkip: 312, packets });
  const found = await packetsOf(path);
  expect(found.map(({ size }) => size)).toEqual(packets.map(({ length }) => length));
  expect(found.map(({ time }) => time)).toEqual(packets.map((_, index) => index * 960 - 312));
  expect((await probe(path)).streams[0]).toMatchObject({ codec_name: 'opus', channels: 2 });
});

test('Ogg: packets of any size survive, and damage is found', () => {
  const sizes = [1, 254, 255, 256, 510, 1275, 3, 20_000, 60_000, 5];
  const packets = sizes.map((size) => Buffer.alloc(size, 0xfc));
  const { bytes, position } = oggOpusBeginning(1, 312);
  const whole = Buffer.concat([bytes, oggOpusPages(packets, position).bytes]);
  expect(readOggOpus(whole).packets).toEqual(packets);
  const damaged = Buffer.from(whole);
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 100) ^ 1, damaged.length - 100);
  expect(() => readOggOpus(damaged)).toThrow(/damaged/);
  expect(() => readOggOpus(whole.subarray(0, -1))).toThrow(/no whole page/);
  // CRC-32 with this polynomial over "123456789", without reflection, initial value and final inversion.
  expect(oggChecksum(Buffer.from('123456789'))).toBe(0x89a1897f);
});

test('Matroska: every packet of Opus is where its time says, also behind gaps', async () => {
  const packets = await microphone(folder, 'sine=frequency=300:sample_rate=48000', { durationMs: 400 });
  const times = [0, 20, 40, 440, 460, 1000, 1400, 7000, 7020, 13_999];
  const file = join(folder, 'gaps.mka');
  const timed = times.map((timeMs, index) => ({ timeMs, data: packets[index]!.data }));
  await writeFile(file, matroskaOpus(1, timed));
  expect((await packetsOf(file)).map(({ time }) => time)).toEqual(times);
  expect((await probe(file)).streams[0]).toMatchObject({ codec_name: 'opus', channels: 1 });
});

test('Opus: how long a packet sounds stands in its first bytes (RFC 6716, table 2)', () => {
  const samples = (configuration: number, code: number, ...more: number[]) =>
    opusSamples(Buffer.from([(configuration << 3) | code, ...more]));
  expect(samples(0, 0)).toBe(480);
  expect(samples(3, 0)).toBe(2880);
  expect(samples(11, 1)).toBe(5760);
  expect(samples(12, 0)).toBe(480);
  expect(samples(15, 0)).toBe(960);
  expect(samples(16, 0)).toBe(120);
  expect(samples(31, 0)).toBe(960);
  expect(samples(31, 2)).toBe(1920);
  expect(samples(19, 3, 6)).toBe(5760);
  expect(opusSamples(Buffer.alloc(0))).toBe(0);
});
