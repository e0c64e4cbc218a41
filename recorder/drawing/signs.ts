/** Signs, drawn in strokes in a square of 24. */

const strokes = {
  /** A microphone, struck through. */
  muted: [
    'M12 3.5a3 3 0 0 1 3 3v4.6',
    'M9 9v2.5a3 3 0 0 0 4.6 2.5',
    'M6 11.5a6 6 0 0 0 9.6 4.8',
    'M18 11.5a6 6 0 0 1-.6 2.6',
    'M12 17.8V21',
    'M9 21h6',
    'M4 4l16 16',
  ],
  /** Waves, struck through. */
  lineLost: [
    'M3 9.5a13 13 0 0 1 4.2-2.7',
    'M11 6a13 13 0 0 1 10 3.5',
    'M6.5 13.4a8 8 0 0 1 3.6-2.1',
    'M14.8 11.6a8 8 0 0 1 2.7 1.8',
    'M10 17a3 3 0 0 1 4 0',
    'M4 4l16 16',
  ],
  person: ['M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z', 'M4.5 20.5c.6-4 3.6-5.8 7.5-5.8s6.9 1.8 7.5 5.8'],
  page: [
    'M6.5 3h7.5l4.5 4.5V20a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Z',
    'M13.5 3v5h5',
    'M9 12.5h6',
    'M9 16.5h6',
  ],
  screen: [
    'M4 4.5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1Z',
    'M12 16.5V20',
    'M8.5 20.5h7',
  ],
} as const;

export type Sign = keyof typeof strokes;

/** @param x of its left edge, as `y` of its upper one */
export function signAt(sign: Sign, x: number, y: number, sizePx: number, colour: string): string {
  const style = `fill="none" stroke="${colour}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"`;
  const paths = strokes[sign].map((path) => `<path d="${path}"/>`).join('');
  const scale = Math.round((sizePx / 24) * 1000) / 1000;
  return `<g transform="translate(${x} ${y}) scale(${scale})" ${style}>${paths}</g>`;
}
