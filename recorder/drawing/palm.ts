import { colours } from './colours.ts';
import { cutTo, textAt, widthOf, within } from './text.ts';

export type Palm = {
  svg: string;
  width: number;
  height: number;
  /** Of its middle finger, from the upper left corner. */
  tip: { x: number; y: number };
};

/** On which side of the hand the name is: it stays in the picture. */
export type PalmSide = { left: boolean; above: boolean };

const handPx = 32;
/** The tip of the middle finger in the hand's square of 24. */
const tipIn24 = { x: 12, y: 2 };
const marginPx = 3;
const label = { fontPx: 14, height: 24, maxWidth: 184, padding: 8, stripe: 4 } as const;
/** Of the name's nearer edge from the tip. */
const labelAway = { x: 14, below: 20, above: 6 } as const;

/** How far a palm with this name reaches from its tip, for choosing its side. */
export function palmReach(name: string): { x: number; y: number } {
  return { x: labelAway.x + labelWidth(name) + marginPx, y: labelAway.below + label.height + marginPx };
}

/** An open hand, its middle finger at the place, with a name beside it. */
export function palm(name: string, colour: number, { left, above }: PalmSide): Palm {
  const fill = colours.palms[colour % colours.palms.length] ?? colours.palms[0];
  const unit = handPx / 24;
  const width = labelWidth(name);
  // Around the tip: first everything from there, then moved into the picture.
  const labelX = left ? -labelAway.x - width : labelAway.x;
  const labelY = above ? -labelAway.above - label.height : labelAway.below;
  const hand = { x: -tipIn24.x * unit, y: -tipIn24.y * unit };
  const minX = Math.min(hand.x, labelX) - marginPx;
  const minY = Math.min(hand.y, labelY) - marginPx;
  const maxX = Math.max(hand.x + handPx, labelX + width) + marginPx;
  const maxY = Math.max(hand.y + handPx, labelY + label.height) + marginPx;
  const size = { width: evenUp(maxX - minX), height: evenUp(maxY - minY) };
  const tip = { x: Math.round(-minX), y: Math.round(-minY) };
  const text = cutTo(name, label.fontPx, label.maxWidth - 2 * label.padding - label.stripe);
  return {
    ...size,
    tip,
    svg: [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">`,
      `<g transform="translate(${tip.x} ${tip.y})">`,
      `<g transform="translate(${hand.x} ${hand.y}) scale(${Math.round(unit * 1000) / 1000})">`,
      openHand(fill),
      '</g>',
      `<rect x="${labelX}" y="${labelY}" width="${width}" height="${label.height}" rx="4" fill="${colours.pictureShade}" fill-opacity="0.82"/>`,
      `<path d="M${labelX} ${labelY}h${label.stripe}v${label.height}h-${label.stripe}z" fill="${fill}"/>`,
      within(
        { x: labelX, y: labelY, width: width - label.padding / 2, height: label.height },
        textAt(labelX + label.stripe + label.padding, labelY + label.height / 2, text, {
          fontPx: label.fontPx,
          colour: colours.onPicture,
        }),
      ),
      '</g></svg>',
    ].join(''),
  };
}

function labelWidth(name: string): number {
  const most = label.maxWidth - 2 * label.padding - label.stripe;
  const text = Math.min(most, widthOf(cutTo(name, label.fontPx, most), label.fontPx));
  return Math.ceil(text) + 2 * label.padding + label.stripe;
}

/** Four fingers and a thumb; a dark rim and a light one keep it apart from any page. */
function openHand(fill: string): string {
  const outline =
    'M6.2 13.8V6.1a1.9 1.9 0 0 1 3.8 0V4a2 2 0 0 1 4 0v1.6a1.95 1.95 0 0 1 3.9 0v2.6a1.9 1.9 0 0 1 3.8 0v6' +
    'c0 4.6-3.3 8-7.9 8h-1.7c-2.6 0-4.4-.8-6-2.4l-3.7-3.7a1.95 1.95 0 0 1 2.75-2.75z';
  const joined = 'stroke-linejoin="round" stroke-linecap="round"';
  return (
    `<path d="${outline}" fill="none" stroke="#000000" stroke-opacity="0.45" stroke-width="3.4" ${joined}/>` +
    `<path d="${outline}" fill="${fill}" stroke="${colours.onPicture}" stroke-width="1.6" ${joined}/>` +
    `<path d="M10 6.4v5M14 5.8v5.4M17.9 8.2v3.4" fill="none" stroke="${colours.onPicture}" stroke-width="1.2" ${joined}/>`
  );
}

const evenUp = (value: number) => Math.ceil(value / 2) * 2;
