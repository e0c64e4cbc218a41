import { describe, expect, test } from 'vitest';
import { readMail, readQuota, writtenQuota } from './cells.ts';

describe('recording space', () => {
  test.each([
    ['5', 5_000_000_000],
    ['0', 0],
    ['0.5', 500_000_000],
    ['１．５', 1_500_000_000],
    ['1,234.5', 1_234_500_000_000],
    ['0.000000001', 1],
    ['1000000', 1_000_000_000_000_000],
    [' ', null],
  ])('%s GB', (text, value) => {
    expect(readQuota(text)).toEqual({ value });
  });

  test.each(['-1', '5GB', '1.', '.5', '1e3', '1000001', '1,23', '0.0000000001', '99999999', '五'])(
    '%s is none',
    (text) => {
      expect(readQuota(text)).toEqual({ code: 'quota' });
    },
  );

  test.each([0, 1, 5_000_000_000, 1_500_000_000, 123_456_789_012, 999_999_999_999_999])(
    '%d bytes come back to the byte',
    (bytes) => {
      expect(readQuota(writtenQuota(bytes))).toEqual({ value: bytes });
    },
  );
});

test('mail addresses are as everywhere else', () => {
  expect(readMail(' ｓａｔｏ@example.com ')).toEqual({ value: 'sato@example.com' });
  expect(readMail('')).toEqual({ value: null });
  expect(readMail('sato@')).toEqual({ code: 'mail' });
});
