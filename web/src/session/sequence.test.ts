import { expect, test } from 'vitest';
import { Sequence } from './sequence.ts';

function begin() {
  let refreshed = 0;
  const sequence = new Sequence(() => (refreshed += 1));
  const applied: number[] = [];
  const tell = (revision: number) => {
    sequence.next(revision, () => applied.push(revision));
  };
  return { sequence, tell, applied, refreshed: () => refreshed };
}

test('notices are applied one after the other, and none twice', () => {
  const { sequence, tell, applied, refreshed } = begin();
  sequence.standAt(4);
  for (const revision of [5, 6, 6, 5, 7]) tell(revision);
  expect(applied).toEqual([5, 6, 7]);
  expect(refreshed()).toBe(0);
});

test('a gap asks for the whole, and what comes after the whole is applied again', () => {
  const { sequence, tell, applied, refreshed } = begin();
  sequence.standAt(1);
  tell(3);
  expect([applied, refreshed()]).toEqual([[], 1]);
  sequence.standAt(3);
  tell(4);
  expect(applied).toEqual([4]);
});

test('what was told before the seat was known makes the page ask, unless the snapshot holds it', () => {
  const { sequence, refreshed } = begin();
  sequence.tellEarly(8);
  sequence.begin(8);
  expect(refreshed()).toBe(0);
  sequence.tellEarly(9);
  sequence.begin(8);
  expect(refreshed()).toBe(1);
  sequence.begin(8);
  expect(refreshed()).toBe(1);
  sequence.tellEarly();
  sequence.begin(1_000);
  expect(refreshed()).toBe(2);
});

test('a snapshot that was overtaken is known as such', () => {
  const { sequence, tell } = begin();
  sequence.standAt(1);
  tell(2);
  expect(sequence.hasPassed(1)).toBe(true);
  expect(sequence.hasPassed(2)).toBe(false);
  sequence.reset();
  expect(sequence.hasPassed(0)).toBe(false);
});
