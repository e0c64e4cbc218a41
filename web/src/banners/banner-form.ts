import type { BannerLook, BannerView, NewBanner } from '../../../sfu/protocol/banner.ts';
import { limits } from '../../../sfu/protocol/limits.ts';

/** What stands in the fields: a banner whose colour may be none yet, and whose texts may be too long. */
export type BannerForm = { name: string; look: BannerLook };

export type FieldName = 'name' | 'color' | 'heading' | 'text' | 'button';
export type FieldProblem =
  { what: 'missing' } | { what: 'noColor' } | { what: 'tooLong'; max: number; count: number };
export type FieldProblems = Partial<Record<FieldName, FieldProblem>>;

/** 藍 of web/src/ui/tokens.css, and what goes with many companies' colours. */
export const usualColors = ['#1f4a80', '#23754a', '#b5301c', '#6b3fa0', '#222222', '#ffb400'] as const;

const usualLook: BannerLook = {
  shape: 'card',
  color: usualColors[0],
  language: 'ja',
  heading: '',
  text: '',
  button: '',
};

/** @param banner null: one that is to be made */
export const formOf = (banner: Pick<BannerView, 'name' | 'look'> | null): BannerForm => ({
  name: banner?.name ?? '',
  look: { ...(banner?.look ?? usualLook) },
});

export const isSame = (one: BannerForm, other: BannerForm): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Which of the texts a banner of this shape shows, as in web/banner/view.ts. */
export const textsOf = (shape: BannerLook['shape']): readonly ('heading' | 'text' | 'button')[] =>
  (({ card: ['heading', 'text', 'button'], corner: ['heading', 'button'], button: ['button'] }) as const)[
    shape
  ];

/**
 * A colour as people type it: full-width, in capitals, of three digits, without its #.
 *
 * @returns `#rrggbb`; null: it is none
 */
export function readColor(typed: string): string | null {
  const digits = typed.normalize('NFKC').trim().toLowerCase().replace(/^#/, '');
  if (/^[0-9a-f]{6}$/.test(digits)) return `#${digits}`;
  return /^[0-9a-f]{3}$/.test(digits) ? `#${digits.replace(/./g, '$&$&')}` : null;
}

/** What the server would refuse, or silently cut off (sfu/protocol/banner.ts). */
export function problemsOf({ name, look }: BannerForm): FieldProblems {
  const problems: FieldProblems = {};
  const nameProblem = tooLong(name, limits.nameCharacters);
  if (name.trim() === '') problems.name = { what: 'missing' };
  else if (nameProblem) problems.name = nameProblem;
  if (readColor(look.color) === null) problems.color = { what: 'noColor' };
  for (const field of textsOf(look.shape)) {
    const problem = tooLong(look[field], limits.bannerCharacters);
    if (problem) problems[field] = problem;
  }
  return problems;
}

/** What is sent to the server, and previewed. The colour of a form that has none is the usual one. */
export const read = ({ name, look }: BannerForm): NewBanner => ({
  name: name.trim(),
  look: {
    ...look,
    color: readColor(look.color) ?? usualLook.color,
    heading: look.heading.trim(),
    text: look.text.trim(),
    button: look.button.trim(),
  },
});

function tooLong(text: string, max: number): FieldProblem | null {
  const count = [...text.normalize('NFC').trim()].length;
  return count > max ? { what: 'tooLong', max, count } : null;
}
