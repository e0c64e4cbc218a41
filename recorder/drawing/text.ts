import type { Box } from '../timeline/types.ts';
import { fontFamily } from './colours.ts';

/** Text in SVG: escaped, on one line, and cut to the room there is for it. */

/**
 * XML 1.0 has no place for most controls, lone surrogates and U+FFFE, U+FFFF, not even escaped (section 2.2).
 * Direction marks are no help to anybody on one line, and overrides could make a name look like another one's.
 */
const unpaintable =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFFE\uFFFF]/gu;

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and attribute values. */
export function escaped(text: string): string {
  return paintable(text).replace(/[&<>"']/g, (character) => escapes[character] ?? '');
}

function paintable(text: string): string {
  return text.replace(unpaintable, ' ');
}

/** Space folded. */
export function oneLine(text: string): string {
  return paintable(text).replace(/\s+/gu, ' ').trim();
}

const graphemes = new Intl.Segmenter('ja', { granularity: 'grapheme' });

/** What readers take for one character, such as 👩‍💼 or が written with two code points. */
export function charactersOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** Widths in em as in Noto Sans CJK JP, a little generous where a class of characters has several. */
const widthClasses: [RegExp, number][] = [
  [/^[\u0020ijlI.,:;'|!()[\]]/u, 0.34],
  [/^[frtJ\-"/\\{}]/u, 0.42],
  [/^[mwMWQO@%&]/u, 0.95],
  [/^[A-Z+=<>#~]/u, 0.68],
  [/^[\u0021-\u007E]/u, 0.57],
  [/^[\uFF61-\uFF9F]/u, 0.5],
  [/^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}]/u, 0.7],
];
/** Han, kana, hangul, full-width forms, pictures; and what is not known: rather too wide than too narrow. */
const otherwise = 1;
const pictographs = /\p{Extended_Pictographic}/gu;

/** About how wide a line is, in pixels. */
export function widthOf(text: string, fontPx: number): number {
  let ems = 0;
  for (const character of charactersOf(text)) {
    // Without a font that joins them they stand side by side.
    const pictures = character.match(pictographs)?.length ?? 0;
    if (pictures > 0) ems += pictures * 1.3;
    else ems += widthClasses.find(([pattern]) => pattern.test(character))?.[1] ?? otherwise;
  }
  return ems * fontPx;
}

/** What there is room for, with … in place of the rest. */
export function cutTo(text: string, fontPx: number, widthPx: number): string {
  const line = oneLine(text);
  if (widthOf(line, fontPx) <= widthPx) return line;
  const kept: string[] = [];
  let room = widthPx - widthOf('…', fontPx);
  for (const character of charactersOf(line)) {
    room -= widthOf(character, fontPx);
    if (room < 0) break;
    kept.push(character);
  }
  return `${kept.join('').trimEnd()}…`;
}

export type TextStyle = {
  fontPx: number;
  colour: string;
  /** 400 when it is not given. */
  weight?: 400 | 600;
  anchor?: 'start' | 'middle';
};

/** @param y of the middle of the line: letters of both scripts look level there */
export function textAt(x: number, y: number, text: string, style: TextStyle): string {
  const { fontPx, colour, weight = 400, anchor = 'start' } = style;
  // The middle of a kanji is 0.38 em above its baseline.
  const baseline = Math.round((y + fontPx * 0.38) * 10) / 10;
  const font = `font-family="${fontFamily}" font-size="${fontPx}" font-weight="${weight}"`;
  return `<text x="${x}" y="${baseline}" ${font} fill="${colour}" text-anchor="${anchor}" xml:space="preserve">${escaped(text)}</text>`;
}

/** Widths are estimates: what is wider after all is cut off at the edge rather than painted over a neighbour. */
export function within({ x, y, width, height }: Box, drawn: string): string {
  return `<svg x="${x}" y="${y}" width="${width}" height="${height}" viewBox="${x} ${y} ${width} ${height}" overflow="hidden">${drawn}</svg>`;
}
