import { describe, expect, test } from 'vitest';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

describe('turns', () => {
  test('are taken in order, and whoever waits is told how many come first', async () => {
    const turns = new Turns(1);
    const told: Record<string, number[]> = { a: [], b: [], c: [] };
    const end = await turns.take((ahead) => told['a']?.push(ahead), never);
    const second = turns.take((ahead) => told['b']?.push(ahead), never);
    const third = turns.take((ahead) => told['c']?.push(ahead), never);
    expect(told).toEqual({ a: [0], b: [1], c: [2] });
    end();
    end(); // A turn that is ended twice ends once.
    const endSecond = await second;
    expect(told).toEqual({ a: [0], b: [1, 0], c: [2, 1] });
    endSecond();
    await third;
    expect(told['c']).toEqual([2, 1, 0]);
  });

  test('can be taken by several at once', async () => {
    const turns = new Turns(2);
    const told: number[] = [];
    await Promise.all([turns.take((n) => told.push(n), never), turns.take((n) => told.push(n), never)]);
    expect(told).toEqual([0, 0]);
  });

  test('are given up by whoever does not want to wait any longer', async () => {
    const turns = new Turns(1);
    const told: number[] = [];
    const end = await turns.take(() => {}, never);
    const impatient = new AbortController();
    const second = turns.take(() => {}, impatient.signal);
    const third = turns.take((ahead) => told.push(ahead), never);
    impatient.abort(new Error('no longer wanted'));
    await expect(second).rejects.toThrow('no longer wanted');
    expect(told).toEqual([2, 1]);
    end();
    await third;
    expect(told).toEqual([2, 1, 0]);
  });
});
