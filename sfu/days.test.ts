import { describe, expect, test } from 'vitest';
import { dateAndTime, timeOfDays } from './days.ts';
import { Refusal } from './protocol/codes.ts';

const hourMs = 60 * 60_000;
const spanOf = (day: string, timeZone: string) => {
  const { from, until } = timeOfDays({ from: day, to: day, tz: timeZone });
  return [new Date(from!).toISOString(), (until! - from!) / hourMs];
};

describe('a day', () => {
  test.each([
    ['2026-11-22', 'Asia/Tokyo', '2026-11-21T15:00:00.000Z', 24],
    ['2026-11-22', 'UTC', '2026-11-22T00:00:00.000Z', 24],
    ['2026-11-22', 'Pacific/Kiritimati', '2026-11-21T10:00:00.000Z', 24],
    ['2026-11-22', 'Pacific/Pago_Pago', '2026-11-22T11:00:00.000Z', 24],
    ['2026-11-22', 'Asia/Kathmandu', '2026-11-21T18:15:00.000Z', 24],
    // Clocks are put forward and back.
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z', 23],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z', 25],
    // There it began at 1:00.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', 23],
    ['2024-02-29', 'Asia/Tokyo', '2024-02-28T15:00:00.000Z', 24],
    ['2026-12-31', 'Asia/Tokyo', '2026-12-30T15:00:00.000Z', 24],
    // Samoa left this one out.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 0],
  ])('%s in %s begins at %s and has %d hours', (day, timeZone, begins, hours) => {
    expect(spanOf(day, timeZone)).toEqual([begins, hours]);
  });

  test.each(['2026-02-30', '2026-13-01', '2025-02-29', '2026-00-10', '2026-11-00'])('%s is none', (day) => {
    expect(() => timeOfDays({ to: day, tz: 'Asia/Tokyo' })).toThrow(Refusal);
  });

  test('that is not asked for is no bound', () => {
    expect(timeOfDays({ tz: 'Asia/Tokyo' })).toEqual({ from: undefined, until: undefined });
    expect(timeOfDays({ to: '2026-11-22' }).from).toBeUndefined();
  });
});

test('a time is written as it is on the wall there', () => {
  const midnight = Date.UTC(2026, 10, 21, 15, 4, 5);
  expect(dateAndTime(midnight, 'Asia/Tokyo')).toBe('2026-11-22 00:04:05');
  expect(dateAndTime(midnight, 'America/New_York')).toBe('2026-11-21 10:04:05');
});
