import { expect, test } from 'vitest';
import type { RawFrame } from '../capture/raw.ts';
import { placedPackets, videoRuns } from './runs.ts';

const key = (timeMs: number, width: number, height: number): RawFrame => ({
  ...{ timeMs, isKeyframe: true, width, height, data: Buffer.from([0]) },
});
const other = (timeMs: number): RawFrame => ({
  ...{ timeMs, isKeyframe: false, width: 0, height: 0, data: Buffer.from([1]) },
});
/** CELT, 20 ms, one frame. */
const packet = (timeMs: number): RawFrame => ({
  ...{ timeMs, isKeyframe: true, width: 0, height: 0, data: Buffer.from([31 << 3]) },
});

test('a new run begins with every other size, and not with every keyframe', () => {
  const runs = videoRuns([
    ...[other(0), key(100, 640, 360), other(140), key(200, 640, 360), other(240)],
    ...[key(300, 320, 180), other(340)],
  ]);
  expect(runs.map(({ width, frames }) => [width, frames.map(({ timeMs }) => timeMs)])).toEqual([
    [640, [100, 140, 200, 240]],
    [320, [300, 340]],
  ]);
  expect(videoRuns([other(0), other(40)])).toEqual([]);
});

test('what had ended before the piece is not decoded', () => {
  const runs = videoRuns([key(-900, 640, 360), other(-800), key(-500, 320, 180), other(-400), other(100)]);
  expect(runs.map(({ width }) => width)).toEqual([320]);
});

test('of sizes without end the longest are kept', () => {
  const frames: RawFrame[] = [];
  for (let index = 0; index < 100; index += 1) {
    frames.push(key(index * 100, 100 + index, 100));
    if (index % 20 === 0) frames.push(other(index * 100 + 40), other(index * 100 + 70));
  }
  const runs = videoRuns(frames);
  expect(runs).toHaveLength(8);
  for (const index of [0, 20, 40, 60, 80]) expect(runs.map(({ width }) => width)).toContain(100 + index);
  expect(runs.map(({ width }) => width)).toEqual(runs.map(({ width }) => width).toSorted((a, b) => a - b));
});

test('packets follow one another without a seam, and gaps stay', () => {
  const times = [3, 23.4, 42.7, 63, 503, 523, 535, 543, 566];
  const placed = placedPackets(times.map(packet), 0, 1000).map(({ timeMs }) => timeMs);
  // The one at 535 waits until that of 523 is over; the next would lie too far back by then.
  expect(placed).toEqual([3, 23, 43, 63, 503, 523, 543, 563]);
  expect(placedPackets([packet(0), packet(5), packet(21)], 0, 1000).map(({ timeMs }) => timeMs)).toEqual([
    0, 20,
  ]);
});

test('packets outside of the stretch are left out, and so is what is none', () => {
  const none = { ...packet(100), data: Buffer.alloc(0) };
  const all = [packet(-20), packet(0), packet(20), none, packet(980), packet(1000)];
  expect(placedPackets(all, 0, 1000).map(({ timeMs }) => timeMs)).toEqual([0, 20, 980]);
  expect(placedPackets([packet(-500), packet(-480)], -490, 1000).map(({ timeMs }) => timeMs)).toEqual([10]);
});
