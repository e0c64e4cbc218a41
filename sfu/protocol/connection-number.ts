import { limits } from './limits.ts';

/** Other ways in which people write the ten digits; each index is its value. */
const digitForms = new Map<string, string>([
  ...Array.from('〇一二三四五六七八九', (form, value) => [form, String(value)] as const),
  ['零', '0'],
  ['○', '0'],
  ['◯', '0'],
  ['壱', '1'],
  ['弐', '2'],
  ['参', '3'],
]);

/** What may stand between or around digits: spaces, hyphens and dashes of all widths, dots, the word's own marks. */
const separators = /[\s\-‐‑‒–—―−ー・.,、。#]/gu;

/**
 * Reads what a person typed as a connection number (J3): full-width digits, kanji digits, spaces and
 * hyphens are accepted where their meaning is clear.
 *
 * @returns exactly five ASCII digits, or null when the text is not a number of five digits.
 */
export function parseConnectionNumber(text: string): string | null {
  if (text.length > 64) return null;
  const characters = Array.from(text.normalize('NFKC').replace(separators, ''));
  const digits = characters.map((character) => digitForms.get(character) ?? character).join('');
  return new RegExp(`^[0-9]{${limits.connectionNumberDigits}}$`).test(digits) ? digits : null;
}
