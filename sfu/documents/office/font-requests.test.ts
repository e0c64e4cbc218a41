import { describe, expect, test } from 'vitest';
import { FontRequests } from './font-requests.ts';

const search = (wanted: string, found: string, extra = '') =>
  `Match Pattern has 28 elts (size 32)\n\tfamily: ${wanted}\n\tslant: 0(i)(s)\n${extra}\n` +
  `Best score 0 0 0\nPattern has 26 elts (size 32)\n\tfamily: ${found}\n\tfamilylang: "en"(w)\n\n`;

function read(text: string): FontRequests {
  const fonts = new FontRequests();
  const bytes = Buffer.from(text);
  // In pieces that cut characters in two.
  for (let at = 0; at < bytes.length; at += 7) fonts.add(bytes.subarray(at, at + 7));
  return fonts;
}
const mentioned = (...chosen: string[]) => ({ chosen, others: [] });

describe('the fonts that were replaced', () => {
  const mincho = search('"ＭＳ 明朝"(s) "DejaVu Sans"(w)', '"IPAMincho"(w) "IPA明朝"(w)');

  test('are those that the document mentions and something was drawn with', () => {
    const fonts = read(mincho + search('"Garamond"(s)', '"DejaVu Serif"(w)'));
    const names = mentioned('ＭＳ 明朝', 'Garamond');
    expect(fonts.substituted(names, ['IPAMincho'], 'docx', 30)).toEqual([
      { wanted: 'ＭＳ 明朝', used: 'IPAMincho' },
    ]);
    expect(fonts.substituted(mentioned('Garamond'), ['DejaVuSerif-Bold'], 'docx', 30)).toEqual([
      { wanted: 'Garamond', used: 'DejaVu Serif' },
    ]);
    expect(fonts.substituted(mentioned(), ['IPAMincho'], 'docx', 30)).toEqual([]);
  });

  test('are not those that were found under another of their names', () => {
    const fonts = read(search('"IPA明朝"(s)', '"IPAMincho"(w) "IPA明朝"(w)'));
    expect(fonts.substituted(mentioned('IPA明朝'), [], 'docx', 30)).toEqual([]);
  });

  test('are not those of which only a character was missing', () => {
    const fonts = read(
      search('"Calibri"(s) "Carlito"(s)', '"IPAGothic"(w)', '\tcharset: \n\t0000: 1 2\n(s)'),
    );
    expect(fonts.substituted(mentioned('Calibri'), ['IPAGothic'], 'docx', 30)).toEqual([]);
  });

  test('are not those that LibreOffice searched for itself', () => {
    const own = search('"Segoe UI"(s)', '"DejaVu Sans"(w)');
    const names = mentioned('Segoe UI');
    expect(read(own.repeat(2)).substituted(names, [], 'docx', 30)).toEqual([]);
    expect(read(own.repeat(3)).substituted(names, [], 'docx', 30)).toHaveLength(1);
  });

  test('are also those that LibreOffice replaces without searching', () => {
    const fonts = read('');
    expect(fonts.substituted(mentioned('Calibri'), ['Carlito-Bold'], 'docx', 30)).toEqual([
      { wanted: 'Calibri', used: 'Carlito' },
    ]);
    expect(fonts.substituted({ chosen: [], others: ['Calibri'] }, ['Carlito'], 'docx', 30)).toEqual([]);
  });

  test('are told once when they have two names, and not more of them than asked for', () => {
    const fonts = read(
      mincho + search('"MS Mincho"(s)', '"IPAMincho"(w)') + search('"Foo"(s)', '"IPAMincho"(w)'),
    );
    const names = mentioned('ＭＳ 明朝', 'MS Mincho', 'Foo');
    expect(fonts.substituted(names, [], 'docx', 30).map((font) => font.wanted)).toEqual(['ＭＳ 明朝', 'Foo']);
    expect(fonts.substituted(names, [], 'docx', 1)).toHaveLength(1);
  });
});
