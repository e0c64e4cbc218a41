import { describe, expect, test } from 'vitest';
import { csvHead, csvLine, decodeCsv, parseCsv, plainCell } from './csv.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const cellsOf = async (text: string) => (await parseCsv(text, 100)).rows.map(({ cells }) => cells);

describe('a line that is written', () => {
  test.each<[string, (string | number | null)[], string]>([
    ['plain', ['yamada', '山田 太郎', 5, null, ''], 'yamada,山田 太郎,5,,'],
    [
      'with what has to be quoted',
      ['a,b', 'say "hi"', '一行目\n二行目'],
      '"a,b","say ""hi""","一行目\n二行目"',
    ],
    ['with separators of other countries', ['a;b', 'a\tb'], '"a;b","a\tb"'],
    ['with spaces that are meant', [' a', 'b '], '" a","b "'],
  ])('%s', (_, cells, line) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`);
  });

  test.each([
    ["=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"],
    ['+81-3-1234-5678', "'+81-3-1234-5678"],
    ['-5', "'-5"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['\r=1', '"\'\r=1"'],
    ['＝1+1', "'＝1+1"],
    ['  =1+1', "'  =1+1"],
    ["'=1", "''=1"],
    ['=HYPERLINK("http://a","b")', '"\'=HYPERLINK(""http://a"",""b"")"'],
    ['03-1234-5678', '03-1234-5678'],
    ["O'Neill", "O'Neill"],
    ["'quoted'", "'quoted'"],
  ])('cannot be calculated: %s', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`);
  });

  test('cannot be calculated where it is a number below zero', () => {
    expect(csvLine([-5, 5])).toBe("'-5,5\r\n");
  });

  test('comes back as it was, whatever stood there', async () => {
    const cells = [
      '=1',
      "'=1",
      "''=1",
      '+1',
      '-',
      '@',
      '\t',
      '\r\n',
      "'",
      "''",
      "'a",
      '"',
      '""',
      ' x ',
      '😀,\n',
      '＠',
    ];
    const [read] = await cellsOf(csvLine(['first', ...cells]));
    expect(read?.slice(1).map(plainCell)).toEqual(cells);
  });
});

describe('the encoding', () => {
  test('is UTF-8, with BOM and without', () => {
    const text = 'ログインID\r\n山田';
    expect(decodeCsv(bytesOf(text))).toEqual({ encoding: 'utf-8', text });
    expect(decodeCsv(bytesOf(csvHead + text))).toEqual({ encoding: 'utf-8', text });
    expect([...bytesOf(csvHead)]).toEqual([0xef, 0xbb, 0xbf]);
  });

  test('is Shift_JIS as Excel writes it, with the characters that only Windows has', () => {
    const hex =
      '838d834f8343839349442c8e8196bc2c8ca08cc02c83818382' + // ログインID,氏名,権限,メモ
      '0d0a' +
      'fbfc8bb420' + // 髙橋
      '874081608742817c8741' + // ①～③－②
      '81618191819281ca' + // ∥￠￡￢
      'b6c5' + // half-width
      '955c20835c' + // 表 ソ: their second byte is a backslash
      '7e5c';
    expect(decodeCsv(Buffer.from(hex, 'hex'))).toEqual({
      encoding: 'shift_jis',
      text: 'ログインID,氏名,権限,メモ\r\n髙橋 ①～③－②∥￠￡￢ｶﾅ表 ソ~\\',
    });
  });

  test.each<[string, Uint8Array]>([
    ['UTF-16 with BOM', Buffer.from('\uFEFFloginId,name', 'utf16le')],
    ['UTF-16 without', Buffer.from('loginId,name', 'utf16le')],
    ['Japanese in UTF-16', Buffer.from('\uFEFFログインID,氏名\r\n', 'utf16le')],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a workbook', Buffer.from('504b0304140006000800000021006b', 'hex')],
    ['UTF-8 with BOM that is broken later', Buffer.from('efbbbf8341e3', 'hex')],
    ['neither', Buffer.from('41ff42', 'hex')],
    ['half a character of Shift_JIS', Buffer.from('834183', 'hex')],
  ])('is none: %s', (_, bytes) => {
    expect(decodeCsv(bytes)).toBeNull();
  });
});

describe('a file that is read', () => {
  test('has its rows counted as a spreadsheet counts them', async () => {
    const { rows, fault } = await parseCsv('a,b\r\n"1\r\n2",x\r\n\r\n,\r\n3,4', 100);
    expect(fault).toBeNull();
    expect(rows).toEqual([
      { row: 1, cells: ['a', 'b'] },
      { row: 2, cells: ['1\r\n2', 'x'] },
      { row: 5, cells: ['3', '4'] },
    ]);
  });

  test.each([
    ['Windows', '\r\n'],
    ['Unix', '\n'],
    ['old Macs', '\r'],
  ])('can come from %s', async (_, end) => {
    expect(await cellsOf(['a,b', '1,"2"', '3,4', ''].join(end))).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test('may have lines that end in several ways', async () => {
    expect(await cellsOf('a\r\nb\nc\rd')).toEqual([['a'], ['b'], ['c'], ['d']]);
  });

  test('is read alike however its pieces fall', async () => {
    const line = '"髙橋 ""一郎""\r\n😀",山田\r\n';
    const times = 9_000;
    const { rows } = await parseCsv(line.repeat(times), times);
    expect(rows).toHaveLength(times);
    expect(new Set(rows.map(({ cells }) => JSON.stringify(cells)))).toEqual(
      new Set([JSON.stringify(['髙橋 "一郎"\r\n😀', '山田'])]),
    );
  });

  test.each([
    ['that is not closed', 'a,b\n1,2\n"3,4\n5,6', 3],
    ['in the middle of a cell', 'a,b\n1,x"y\n3,4', 2],
    ['before the end of a cell', 'a,b\n1,2\n3,4\n"x"y,2', 4],
  ])('with a quote %s stops at its row', async (_, text, row) => {
    expect((await parseCsv(text, 100)).fault).toEqual({ row, code: 'broken-quotes' });
  });

  test('with more rows than are allowed stops there', async () => {
    expect((await parseCsv('a\nb\nc\n', 2)).fault).toEqual({ row: 3, code: 'too-many-rows' });
    expect((await parseCsv('a\nb\n\n\n', 2)).fault).toBeNull();
  });

  test('with nothing but ends of lines stops where no spreadsheet goes on', async () => {
    const { rows, fault } = await parseCsv('\n'.repeat(1_100_000), 100);
    expect(rows).toEqual([]);
    expect(fault).toEqual({ row: 1_048_577, code: 'too-many-rows' });
  });

  test('keeps nobody else waiting', async () => {
    let turns = 0;
    let isReading = true;
    const others = () => {
      turns += 1;
      if (isReading) setImmediate(others);
    };
    others();
    await parseCsv('山田,太郎,担当者\r\n'.repeat(50_000), 100_000);
    isReading = false;
    expect(turns).toBeGreaterThan(20);
  });
});
