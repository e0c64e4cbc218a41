import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../sfu/test/kit/random.ts';
import { packet } from './packet-kit.ts';
import { type OrderedPacket, Reorder } from './reorder.ts';

/** `-3` is packet 3, with others before it missing. */
const numbers = (ordered: OrderedPacket[]) =>
  ordered.map(({ packet: { sequenceNumber }, afterGap }) => (afterGap ? -sequenceNumber : sequenceNumber));

/** Packets, each with the time at which it comes. */
function push(reorder: Reorder, ...packets: [sequenceNumber: number, arrivalMs: number][]): number[] {
  return packets.flatMap(([sequenceNumber, arrivalMs]) =>
    numbers(reorder.push(packet({ sequenceNumber: sequenceNumber & 0xffff, arrivalMs }))),
  );
}

/** One that has given out packet 9. */
function begun(): Reorder {
  const reorder = new Reorder();
  expect([...push(reorder, [9, 0]), ...numbers(reorder.release(50))]).toEqual([9]);
  return reorder;
}

describe('packets of one stream', () => {
  it('come out in order, the very first ones too', () => {
    const reorder = new Reorder();
    expect(push(reorder, [11, 0], [10, 1], [12, 2], [10, 40])).toEqual([]);
    expect(numbers(reorder.release(60))).toEqual([10, 11, 12]);
    expect(push(reorder, [13, 61])).toEqual([13]);
  });

  it('wait for one that is missing, but for half a second only', () => {
    const reorder = begun();
    expect(push(reorder, [10, 60], [12, 80], [13, 100])).toEqual([10]);
    expect(numbers(reorder.release(579))).toEqual([]);
    expect(push(reorder, [11, 579])).toEqual([11, 12, 13]);

    expect(push(reorder, [15, 600], [16, 700], [18, 800])).toEqual([]);
    expect(numbers(reorder.release(1_100))).toEqual([-15, 16]);
    expect(numbers(reorder.release(1_299))).toEqual([]);
    expect(numbers(reorder.release(1_300))).toEqual([-18]);
    expect(push(reorder, [14, 1_301], [17, 1_302], [19, 1_303])).toEqual([19]);
    expect(reorder.counts).toEqual({ dropped: 2, missing: 2 });
  });

  it('come out once', () => {
    const reorder = begun();
    expect(push(reorder, [10, 60], [10, 61], [12, 62], [12, 63], [9, 64], [11, 65], [11, 66])).toEqual([
      10, 11, 12,
    ]);
    expect(reorder.counts).toEqual({ dropped: 4, missing: 0 });
  });

  it('go on where the numbers begin at 0 again', () => {
    const reorder = new Reorder();
    const all = Array.from({ length: 200_000 }, (_, i) => push(reorder, [i + 65_000, i]).length);
    expect(all.reduce((sum, count) => sum + count)).toBe(200_000);
    expect(reorder.counts).toEqual({ dropped: 0, missing: 0 });
  });

  it.each([5_000, 60_000, 9 - 4_000])('do not wait when the numbers jump to %i', (to) => {
    const reorder = begun();
    expect(push(reorder, [10, 60], [to, 80], [to + 1, 100], [to + 2, 120])).toEqual([
      10,
      -(to & 0xffff),
      (to + 1) & 0xffff,
      (to + 2) & 0xffff,
    ]);
  });

  it('do not wait long when the numbers begin anew just behind', () => {
    const reorder = new Reorder();
    expect(
      push(reorder, ...Array.from({ length: 500 }, (_, i): [number, number] => [i, i * 20])),
    ).toHaveLength(500);
    const anew = Array.from({ length: 300 }, (_, i): [number, number] => [100 + i, 10_000 + i * 20]);
    // Two seconds, in which they may be late ones.
    expect(push(reorder, ...anew).length).toBeGreaterThan(190);
  });

  it('are not led astray by a single odd one', () => {
    const reorder = begun();
    expect(push(reorder, [10, 60], [40_000, 61], [11, 62], [20_000, 63], [12, 64])).toEqual([10, 11, 12]);
  });

  it('are held in no great number', () => {
    const reorder = begun();
    const out = push(reorder, ...Array.from({ length: 1_025 }, (_, i): [number, number] => [11 + i, 60]));
    expect(out).toHaveLength(1_025);
  });

  it('come out whole whatever the order in which a line brings them', () => {
    const { next, below } = seededRandom(11);
    const reorder = new Reorder();
    const count = 20_000;
    const lost = new Set(Array.from({ length: 50 }, () => 1_000 + below(count - 2_000)));
    const coming = Array.from({ length: count }, (_, i) => ({ i, arrivalMs: i * 5 + next() * 200 }))
      .filter(({ i }) => !lost.has(i))
      .flatMap((each) =>
        next() < 0.05 ? [each, { ...each, arrivalMs: each.arrivalMs + next() * 100 }] : [each],
      )
      .toSorted((a, b) => a.arrivalMs - b.arrivalMs);
    const out = coming.flatMap(({ i, arrivalMs }) => push(reorder, [i + 60_000, arrivalMs]));
    out.push(...numbers(reorder.flush()));
    const [first = 0] = out;
    // The first fifth of a second may have lost its beginning.
    const from = (first - 60_000) & 0xffff;
    expect(from).toBeLessThan(40);
    const kept = Array.from({ length: count }, (_, i) => i).filter((i) => i >= from && !lost.has(i));
    expect(out.map(Math.abs)).toEqual(kept.map((i) => (i + 60_000) & 0xffff));
    expect(reorder.counts.missing).toBe(lost.size);
  });
});
