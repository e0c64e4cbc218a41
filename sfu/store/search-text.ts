import { storable } from './text.ts';

/** Between two texts that are searched together; no word has it in it, so none is found across it. */
const between = '\n';
/** Nobody types more words than this, and each costs time. */
const wordsMax = 12;

/**
 * Text as it is searched: full-width and half-width forms are one (NFKC), so are capitals and small letters, katakana
 * and hiragana; white space and what cannot be seen does not count, so that 「山田太郎」 finds the same with a wide
 * space in it, and the other way round. Folding twice changes nothing.
 */
export function foldText(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .normalize('NFKC')
      .replace(/[\s\p{Default_Ignorable_Code_Point}]/gu, '')
      // From ァ to ヶ, and ヽヾ, hiragana stand 0x60 before their katakana.
      .replace(/[ァ-ヶヽヾ]/g, (katakana) => String.fromCharCode(katakana.charCodeAt(0) - 0x60))
      // A voicing mark that stood apart has come to stand behind its letter.
      .normalize('NFKC')
  );
}

/** Texts, each folded and kept apart, to be searched with `searchPatterns`. */
export function searchText(texts: readonly string[]): string {
  return storable([...new Set(texts.map(foldText))].filter((text) => text !== '').join(between));
}

/** The words that were typed, folded, each once: all of them have to be found in a `searchText`. */
export function searchWords(typed: string): string[] {
  const words = [...new Set(typed.split(/\s+/u).map(foldText))].filter((word) => word !== '');
  return words.slice(0, wordsMax);
}

/** What to look for with `LIKE … ESCAPE '\'`: the word anywhere. What would be a wildcard stands for itself. */
export function searchPattern(word: string): string {
  return `%${storable(word).replace(/[\\%_]/g, String.raw`\$&`)}%`;
}

/** For each word that was typed, what to look for in a `searchText`. */
export function searchPatterns(typed: string): string[] {
  return searchWords(typed).map(searchPattern);
}
