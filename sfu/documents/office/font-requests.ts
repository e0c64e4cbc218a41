import type { SubstitutedFont } from '../../protocol/documents.ts';
import type { MentionedFonts } from '../examining/document-fonts.ts';
import type { OfficeFormat } from './office.ts';

/**
 * What fontconfig prints about its searches (FC_DEBUG=1), read as it comes:
 *
 *     Match Pattern has 28 elts (size 32)
 *     	family: "ＭＳ 明朝"(s) "IPAMincho"(s) "DejaVu LGC Sans"(w) …
 *     …
 *     Pattern has 26 elts (size 32)
 *     	family: "IPAMincho"(w) "IPA明朝"(w)
 */

const maxBytes = 64_000_000;
const maxLineCharacters = 16_000;
const maxWanted = 500;

type Answer = { used: string; times: number };

/**
 * How often LibreOffice searches fonts for its own windows, which nobody sees, before any document is there:
 * in Writer, and in Calc and Impress. Only what is searched more often was a document's wish.
 */
const ownSearches: Record<string, { writer: number; others: number }> = {
  'Segoe UI': { writer: 2, others: 7 },
  Tahoma: { writer: 2, others: 2 },
  'Lohit Hindi': { writer: 1, others: 1 },
};

function ownSearchesFor(wanted: string, format: OfficeFormat): number {
  const isWriter = format === 'doc' || format === 'docx';
  return ownSearches[wanted]?.[isWriter ? 'writer' : 'others'] ?? 0;
}

/** LibreOffice puts these in by itself where it can, because the letters are as wide: nothing is searched. */
const sameWidths: [wanted: string, standIn: string][] = [
  ['Calibri', 'Carlito'],
  ['Cambria', 'Caladea'],
  ['Arial', 'Liberation Sans'],
  ['Arial Narrow', 'Liberation Sans Narrow'],
  ['Times New Roman', 'Liberation Serif'],
  ['Courier New', 'Liberation Mono'],
];

/** One font by two names is told once, as its users know it. */
const japaneseNames: Record<string, string> = {
  'MS Mincho': 'ＭＳ 明朝',
  'MS PMincho': 'ＭＳ Ｐ明朝',
  'MS Gothic': 'ＭＳ ゴシック',
  'MS PGothic': 'ＭＳ Ｐゴシック',
  'Yu Gothic': '游ゴシック',
  'Yu Gothic Light': '游ゴシック Light',
  'Yu Gothic Medium': '游ゴシック Medium',
  'Yu Mincho': '游明朝',
  Meiryo: 'メイリオ',
};
const inJapanese = (name: string) => japaneseNames[name] ?? name;

export class FontRequests {
  readonly #decoder = new TextDecoder();
  readonly #answers = new Map<string, Map<string, Answer>>();
  #rest = '';
  #bytes = 0;
  #wanted: string | null = null;
  #next: 'nothing' | 'wanted' | 'found' = 'nothing';
  /** A search for single characters that a font lacks, not for a font. */
  #isForCharacters = false;

  /** What was printed; a document can make it as much as it likes, so only the beginning counts. */
  add(chunk: Buffer): void {
    if (this.#bytes > maxBytes) return;
    this.#bytes += chunk.length;
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, maxLineCharacters);
    for (const line of lines) this.#read(line);
  }

  /** What has to be looked for in a document whose names of fonts cannot be listed. */
  get wanted(): string[] {
    return [...new Set([...this.#answers.keys(), ...sameWidths.map(([wanted]) => wanted)])];
  }

  /**
   * The fonts that the document wanted and did not get.
   * @param drawn names of the fonts in the PDF; none: that is not known
   */
  substituted(
    mentioned: MentionedFonts,
    drawn: string[],
    format: OfficeFormat,
    max: number,
  ): SubstitutedFont[] {
    const names = new Set([...mentioned.chosen, ...mentioned.others].map(folded));
    const families = new Set(drawn.map((font) => folded(font.split('-')[0] ?? '')));
    const isDrawn = (family: string) => families.size === 0 || families.has(folded(family));
    const fonts = new Map<string, SubstitutedFont>();
    for (const [wanted, answers] of this.#answers) {
      if (!names.has(folded(wanted)) || wanted.startsWith('+')) continue;
      const all = [...answers.values()];
      const times = all.reduce((sum, answer) => sum + answer.times, 0);
      const [best] = all.filter(({ used }) => isDrawn(used)).toSorted((a, b) => b.times - a.times);
      if (!best || times <= ownSearchesFor(wanted, format)) continue;
      const name = inJapanese(wanted);
      if (name === wanted || !fonts.has(name)) fonts.set(name, { wanted, used: best.used });
    }
    const used = new Set([...fonts.values()].map((font) => font.used));
    const chosen = new Set(mentioned.chosen.map(folded));
    for (const [wanted, standIn] of sameWidths) {
      const isClear = !used.has(standIn) && !names.has(folded(standIn));
      if (isClear && chosen.has(folded(wanted)) && families.has(folded(standIn))) {
        fonts.set(wanted, { wanted, used: standIn });
      }
    }
    return [...fonts.values()].slice(0, max);
  }

  #read(line: string): void {
    if (line.startsWith('Match Pattern has ')) {
      this.#next = 'wanted';
      this.#isForCharacters = false;
    } else if (line.startsWith('\tcharset:')) this.#isForCharacters = true;
    else if (line.startsWith('Pattern has ')) this.#next = 'found';
    else if (line.startsWith('\tfamily:')) {
      const families = [...line.matchAll(/"([^"]{1,200})"\(([sw])\)/g)].map((match) => match[1] as string);
      if (this.#next === 'wanted') this.#wanted = families[0] ?? null;
      if (this.#next === 'found') this.#note(families);
      this.#next = 'nothing';
    }
  }

  #note(found: string[]): void {
    const wanted = this.#wanted;
    const [used] = found;
    this.#wanted = null;
    if (wanted === null || used === undefined || this.#isForCharacters) return;
    // A font has a name in several languages; by any of them it is the one that was wanted.
    if (found.some((name) => folded(name) === folded(wanted))) return;
    const answers = this.#answers.get(wanted) ?? new Map<string, Answer>();
    if (answers.size === 0 && this.#answers.size >= maxWanted) return;
    this.#answers.set(wanted, answers);
    const answer = answers.get(used) ?? { used, times: 0 };
    answer.times += 1;
    answers.set(used, answer);
  }
}

const folded = (name: string) => name.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '');
