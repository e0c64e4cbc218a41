import { describe, expect, test } from 'vitest';
import { isQuiet, readQuietHours, usualQuietHours } from './quiet-hours.ts';

const at = (time: string) => new Date(`2026-11-20T${time}:00`);

describe('quiet hours', () => {
  test.each([
    ['in the evening', '18:00', '09:00', '22:30', true],
    ['in the early morning', '18:00', '09:00', '08:59', true],
    ['when they are over', '18:00', '09:00', '09:00', false],
    ['by day', '18:00', '09:00', '12:00', false],
    ['over lunch', '12:00', '13:00', '12:30', true],
    ['after lunch', '12:00', '13:00', '13:00', false],
    ['all day', '00:00', '00:00', '15:00', true],
  ])('%s: from %s to %s, at %s', (_, from, to, now, expected) => {
    expect(isQuiet({ isOn: true, from, to }, at(now))).toBe(expected);
  });

  test('that are off disturb nobody', () => {
    expect(isQuiet({ ...usualQuietHours, isOn: false }, at('23:00'))).toBe(false);
  });

  test('what was kept comes back; what is damaged is as usual', () => {
    const kept = { isOn: true, from: '20:00', to: '07:30' };
    expect(readQuietHours(JSON.stringify(kept))).toEqual(kept);
    expect(readQuietHours(JSON.stringify({ isOn: true, from: '25:00', to: 7 }))).toEqual({
      ...usualQuietHours,
      isOn: true,
    });
    for (const stored of [null, '', 'null', '{', '[]'])
      expect(readQuietHours(stored)).toEqual(usualQuietHours);
  });
});
