import { describe, expect, test } from 'vitest';
import { limits } from '../protocol/limits.ts';
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
  /** So much is taken that this has just been passed. */
  const justAt = (passed: StorageThreshold | null, quotaBytes: number) =>
    space(passed ? (passed.unit === 'percent' ? (passed.value * quotaBytes) / 100 : passed.value) : 0);

  test('fits into 32 bits, whatever the threshold', () => {
    for (const threshold of [percent(1), percent(100), bytes(1), bytes(1e15)]) {
      const mark = markOf(threshold, limits.quotaBytesMax);
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
    ['bytes that are more than all there is now', bytes(4 * giga), bytes(4 * giga), 3, 'same'],
  ] as const)('%s', (_, passed, warned, quotaGiga, outcome) => {
    const quota = quotaGiga * giga;
    const found = compareToWarned(justAt(passed, quota), passed, markOf(warned, quota), quota);
    expect(found).toEqual({ isHigher: outcome === 'higher', isLower: outcome === 'lower' });
  });

  test.each([
    ['the same percent of a larger quota', percent(80), percent(80), 10, 'higher'],
    ['less percent of a larger quota, which are more', percent(80), percent(95), 10, 'higher'],
    ['less percent of a larger quota, which are less', percent(80), percent(95), 5.5, 'lower'],
    ['the same percent of a smaller quota', percent(80), percent(80), 4, 'lower'],
    ['more percent of a smaller quota, which are less', percent(95), percent(80), 4, 'lower'],
    ['the same bytes of a larger quota', bytes(giga), bytes(giga), 10, 'same'],
    ['nothing passed of a larger quota', null, percent(80), 10, 'lower'],
  ] as const)('of 5 GB, then another quota: %s', (_, passed, warned, quotaGiga, outcome) => {
    const quota = quotaGiga * giga;
    const found = compareToWarned(justAt(passed, quota), passed, markOf(warned, 5 * giga), quota);
    expect(found).toEqual({ isHigher: outcome === 'higher', isLower: outcome === 'lower' });
  });

  test('of 5 GB is warned of again when as much is more of a smaller quota, and then no more', () => {
    const full = space(4.1 * giga);
    const warned = markOf(percent(80), 5 * giga);
    expect(compareToWarned(full, percent(95), warned, 4.2 * giga)).toEqual({
      isHigher: true,
      isLower: false,
    });
    const again = markOf(percent(95), 4.2 * giga);
    expect(compareToWarned(full, percent(95), again, 4.2 * giga)).toEqual({
      isHigher: false,
      isLower: false,
    });
  });

  test('by a server that remembered percent is not warned of again', () => {
    expect(compareToWarned(space(4 * giga), percent(80), 80, 5 * giga)).toEqual({
      isHigher: false,
      isLower: false,
    });
    expect(compareToWarned(space(4.8 * giga), percent(95), 80, 5 * giga)).toEqual({
      isHigher: true,
      isLower: false,
    });
  });
});
