import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PointerPlace } from '../../../sfu/protocol/documents.ts';
import { limits } from '../../../sfu/protocol/limits.ts';
import { OwnPointer } from './pointers.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

const at = (x: number): PointerPlace => ({ documentId: 'd'.repeat(22), page: 1, x, y: 0.5 });

function told() {
  const moves: number[] = [];
  const rests: (number | null)[] = [];
  const pointer = new OwnPointer({
    move: ({ x }) => moves.push(x),
    rest: (place) => rests.push(place?.x ?? null),
  });
  return { pointer, moves, rests };
}

describe('the own pointer', () => {
  it('is told at most every 33 ms while it moves, the latest place last', () => {
    const { pointer, moves } = told();
    for (let step = 0; step < 100; step += 1) {
      pointer.point(at(step / 100));
      vi.advanceTimersByTime(5);
    }
    vi.advanceTimersByTime(limits.pointerIntervalMs);
    expect(moves.length).toBeLessThanOrEqual(Math.ceil(500 / limits.pointerIntervalMs) + 1);
    expect(moves.length).toBeGreaterThan(10);
    expect(moves.at(-1)).toBe(0.99);
  });

  it('tells reliably where it rests, and is gone after five seconds', () => {
    const { pointer, rests } = told();
    pointer.point(at(0.2));
    vi.advanceTimersByTime(200);
    expect(rests).toEqual([0.2]);
    vi.advanceTimersByTime(limits.pointerRestMs);
    expect(rests).toEqual([0.2, null]);
    pointer.point(at(0.3));
    vi.advanceTimersByTime(200);
    expect(rests).toEqual([0.2, null, 0.3]);
  });

  it('is gone at once when it leaves, and nothing of it comes after', () => {
    const { pointer, moves, rests } = told();
    pointer.point(at(0.2));
    pointer.point(at(0.4));
    pointer.point(null);
    pointer.point(null);
    vi.advanceTimersByTime(10_000);
    expect(moves).toEqual([0.2]);
    expect(rests).toEqual([null]);
  });
});
