import { expect, test } from 'vitest';
import { foldId } from './folding.ts';

test.each([
  ['Demo', 'demo'],
  ['ＤＥＭＯ', 'demo'],
  ['　demo ', 'demo'],
  ['ｶﾞﾗｽ', 'ガラス'],
  ['か\u3099', 'が'],
  ['ÉCOLE', 'école'],
])('%s is the same as %s', (typed, folded) => {
  expect(foldId(typed)).toBe(folded);
  expect(foldId(folded)).toBe(folded);
});
