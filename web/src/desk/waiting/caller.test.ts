import { expect, test } from 'vitest';
import { shownOrigin, spacedNumber, waitedMinutes } from './caller.ts';

test.each([
  ['https://www.acme.example/', 'www.acme.example'],
  ['https://www.acme.example/products/', 'www.acme.example/products'],
  ['http://shop.example:8080/%E5%95%86%E5%93%81', 'shop.example:8080/商品'],
  ['https://acme.example/100%', 'acme.example/100%'],
  ['https://acme.example/%E2%80%AEgpj.exe', 'acme.example/%E2%80%AEgpj.exe'],
  ['https://acme.example/a%20b', 'acme.example/a%20b'],
  [null, ''],
])('the page %s is shown as %s', (origin, shown) => {
  expect(shownOrigin(origin)).toBe(shown);
});

test('a number is shown in the groups in which it is told', () => {
  expect(spacedNumber('12345')).toBe('12 345');
});

test.each([
  [0, 0],
  [59_999, 0],
  [60_000, 1],
  [-5_000, 0],
])('whoever has waited for %i ms has waited for %i whole minutes', (ms, minutes) => {
  expect(waitedMinutes(1_000_000, 1_000_000 + ms)).toBe(minutes);
});
