import { expect, test } from 'vitest';
import { limits } from './limits.ts';
import { organizationId, personName } from './values.ts';

test.each([
  ['山田 太郎', '山田 太郎'],
  ['  a \t b\n', 'a b'],
  ['ｶﾅ', 'ｶﾅ'],
  ['か\u3099', 'が'],
  ['a\u202Eb\u2066c\u200Ed', 'a b c d'],
  ['a\u061Cb\u00ADc\u{E0001}d', 'a b c d'],
  ['\uD83D', ''],
  ['\u200D\u200D', ''],
  ['a\u200Db', 'a b'],
  ['\u3164\u115F\u2800', ''],
  ['👩‍💼', '👩‍💼'],
  ['👨🏽‍💻と👩‍❤️‍👨', '👨🏽‍💻と👩‍❤️‍👨'],
  ['葛\u{E0100}', '葛\u{E0100}'],
])('the name %j is read as %j', (typed, read) => {
  expect(personName.parse(typed)).toBe(read);
});

test('a name is cut after whole characters', () => {
  expect(personName.parse('𠮷'.repeat(100))).toBe('𠮷'.repeat(limits.nameCharacters));
  expect(personName.safeParse('a'.repeat(1_001)).success).toBe(false);
});

test('an organisation is the same however it is typed', () => {
  expect(organizationId.parse(' ＡＣＭＥ-1 ')).toBe('acme-1');
  for (const typed of ['', ' ', '-a', 'a b', 'あ', 'a'.repeat(41)]) {
    expect(organizationId.safeParse(typed).success, typed).toBe(false);
  }
});
