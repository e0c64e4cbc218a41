/** What Japanese keyboards write for a hyphen: dashes, the minus sign, the long-vowel mark, a box-drawing line. */
const hyphens = /[\u2010-\u2015\u2212\u30fc\u2500]/g;
/** The shortest that somebody abroad could have. */
const digitsMin = 6;

/** A telephone number as sfu/protocol/banner.ts takes it; null: what was typed is none. */
export function phoneNumber(typed: string): string | null {
  const number = typed.normalize('NFKC').replace(hyphens, '-').replace(/\s+/g, ' ').trim();
  const digits = number.replace(/\D/g, '').length;
  return /^[+()\d][-+()\d .]+$/.test(number) && digits >= digitsMin ? number : null;
}
