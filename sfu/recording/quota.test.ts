import { describe, expect, test } from 'vitest';
import type { StorageThreshold } from '../protocol/organization.ts';
import { compareToWarned, markOf, thresholdPassed } from './quota.ts';

const giga = 1_000_000_000;
const percent = (value: number): StorageThreshold => ({ unit: 'percent', value });
const bytes = (value: number): StorageThreshold => ({ unit: 'bytes', value });
const space = (usedBytes: number, reservedBytes = 0) => ({ usedBytes, reservedBytes });

describe('the threshold that is passed', () => {
  const thresholds = [percent(95), bytes(4.5 * giga), percent(80)];

  test.each([
    [0, null],
    [4 * giga - 1, null],
    [4 * giga, percent(80)],
    [4.5 * giga, bytes(4.5 * giga)],
    [4.75 * giga, percent(95)],
    [9 * giga, percent(95)],
  ])('at %d of 5 GB is the highest', (used, passed) => {
    expect(thresholdPassed(space(used), { quotaBytes: 5 * giga, thresholds })).toEqual(passed);
  });

  test('counts what is held for recordings that run', () => {
    const rules = { quotaBytes: 5 * giga, thresholds };
    expect(thresholdPassed(space(3 * giga, giga), rules)).toEqual(percent(80));
  });

  test('is none for who may keep nothing, or whom nobody warns', () => {
    expect(thresholdPassed(space(giga), { quotaBytes: 0, thresholds })).toBeNull();
    expect(thresholdPassed(space(giga), { quotaBytes: 1, thresholds: [] })).toBeNull();
  });
});

describe('what was warned of', () => {
  test('fits into 32 bits, whatever the threshold', () => {
    for (const threshold of [percent(1), percent(100), bytes(1), bytes(1e15)]) {
      const mark = markOf(threshold);
      expect(mark | 0).toBe(mark);
      expect(mark).not.toBe(0);
    }
  });

  test.each([
    ['nothing passed, nothing warned of', null, null, 5, 'same'],
    ['the first', percent(80), null, 5, 'higher'],
    ['the same again', percent(80), percent(80), 5, 'same'],
    ['the next', percent(95), percent(80), 5, 'higher'],
    ['one less', percent(80), percent(95), 5, 'lower'],
    ['none any more', null, bytes(giga), 5, 'lower'],
    ['bytes above percent', bytes(4.2 * giga), percent(80), 5, 'higher'],
    ['percent above bytes', percent(95), bytes(4.2 * giga), 5, 'higher'],
    ['another name for as much', bytes(4 * giga), percent(80), 5, 'same'],
    ['percent of more than before are as many percent', percent(80), percent(80), 50, 'same'],
    ['percent of less than before are more than those', percent(95), percent(80), 0.5, 'higher'],
    ['bytes that are more than all there is now', bytes(4 * giga), bytes(4 * giga), 3, 'same'],
  ] as const)('%s', (_, passed, warned, quotaGiga, outcome) => {
    const found = compareToWarned(passed, markOf(warned), quotaGiga * giga);
    expect(found).toEqual({ isHigher: outcome === 'higher', isLower: outcome === 'lower' });
  });
});
