import { expect, test } from 'vitest';
import { plainAddress } from './addresses.ts';

test.each([
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:127.0.0.1', '127.0.0.1'],
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::ffff:1', '2001:db8::ffff:1'],
  ['::1', '::1'],
  ['unknown', 'unknown'],
])('%s is shown as %s', (address, shown) => {
  expect(plainAddress(address)).toBe(shown);
});
