import { describe, expect, test } from 'vitest';
import { foldText, searchPatterns, searchText } from './search-text.ts';

describe('text that is searched', () => {
  test.each([
    ['ﾔﾏﾀﾞ ﾀﾛｳ', 'ヤマダ タロウ', 'half-width katakana'],
    ['ヤマダタロウ', 'やまだたろう', 'katakana and hiragana'],
    ['００４２７', '00427', 'full-width digits'],
    ['ＡＢＣ商事', 'abc商事', 'full-width and capital letters'],
    ['山田　太郎', '山田太郎', 'a wide space'],
    ['ヷイオリン', 'ヷイオリン', 'what hiragana has no letter for'],
    ['ゔぁいおりん', 'ヴァイオリン', 'a voiced u'],
    ['か\u3099', 'が', 'a voicing mark on its own'],
    ['か゛', 'が', 'a voicing mark that takes room'],
    ['葛\u{E0100}城', '葛城', 'a variant of a character'],
    ['株式会社\u200bさくら', '株式会社さくら', 'what nobody sees'],
    ['STRASSE', 'strasse', 'capitals'],
  ])('%s is %s: %s', (one, other) => {
    expect(foldText(one)).toBe(foldText(other));
    expect(foldText(foldText(one))).toBe(foldText(one));
  });

  test('keeps texts apart, and has each once', () => {
    expect(searchText(['山田', 'ヤマ', '', '山田 ', ' \u3000'])).toBe('山田\nやま');
  });

  test('is looked for word by word, each as it stands', () => {
    expect(searchPatterns('ヤマダ　100%_ \\ ヤマダ')).toEqual([
      '%やまだ%',
      String.raw`%100\%\_%`,
      String.raw`%\\%`,
    ]);
    expect(searchPatterns(' \u200b　')).toEqual([]);
    expect(searchPatterns(Array.from({ length: 99 }, (_, index) => index).join(' '))).toHaveLength(12);
  });
});
