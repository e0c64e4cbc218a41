import { picture, type Box } from '../timeline/types.ts';
import { colours } from './colours.ts';
import { caption, plate, type PaintedPerson } from './person.ts';
import { signAt } from './signs.ts';
import { textAt } from './text.ts';

/** All that stands still behind the moving pictures and the pages. */
export type Backdrop = {
  people: (PaintedPerson & { tile: Box; caption: Box })[];
  /** Where a page or a screen belongs, with a quiet sign that is seen until it is there. */
  middle: { box: Box; sign: 'page' | 'screen' } | null;
};

/** @returns the whole picture as SVG */
export function backdrop({ people, middle }: Backdrop): string {
  const isEmpty = people.length === 0 && middle === null;
  const { width, height } = picture;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${colours.paper}"/>`,
    middle === null ? '' : table(middle.box, middle.sign),
    ...people.map((person) => plate(person, person.tile) + caption(person, person.caption)),
    isEmpty ? nobody() : '',
    '</svg>',
  ].join('');
}

function table({ x, y, width, height }: Box, sign: 'page' | 'screen'): string {
  const sizePx = 64;
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${colours.sunken}"/>` +
    signAt(sign, x + (width - sizePx) / 2, y + (height - sizePx) / 2, sizePx, colours.lineStrong)
  );
}

/** The product's mark: two sheets that face each other across a table. */
function nobody(): string {
  const [x, y] = [picture.width / 2, picture.height / 2];
  return (
    `<g transform="translate(${x - 40} ${y - 64}) scale(2.5)" opacity="0.8">` +
    `<path d="M3 7.5 14 4v17.5L3 25z" fill="${colours.action}"/>` +
    `<path d="M29 7.5 18 4v17.5L29 25z" fill="${colours.ending}"/>` +
    `<path d="M7 28.5h18" fill="none" stroke="${colours.inkQuiet}" stroke-width="2.4" stroke-linecap="round"/></g>` +
    textAt(x, y + 52, '対面', { fontPx: 24, colour: colours.inkQuiet, anchor: 'middle' })
  );
}
