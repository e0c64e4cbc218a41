import { expect, test } from 'vitest';
import { csvCell, csvText } from './csv-file.ts';

test('a comma, a quotation mark and a line break stay in their cell', () => {
  expect(csvCell('sato, "hana"\nko')).toBe('"sato, ""hana""\nko"');
});

test.each(['=1+1', '+81', '-5', '@sum', '\tx', '\rx', '＝1', ' =1', "'=1"])(
  'a spreadsheet shows %j, and does not calculate it',
  (text) => {
    expect(csvCell(text)).toBe(`"'${text}"`);
  },
);

test.each(['sato', "o'brien", 'a-b', 'x=1', '', '営業 1号'])('%j stays as it is', (text) => {
  expect(csvCell(text)).toBe(`"${text}"`);
});

test('Excel takes it for UTF-8, and each row ends its line', () => {
  expect(
    csvText([
      ['ログインID', '仮のパスワード'],
      ['sato', 'abc'],
    ]),
  ).toBe('\uFEFF"ログインID","仮のパスワード"\r\n"sato","abc"\r\n');
});
