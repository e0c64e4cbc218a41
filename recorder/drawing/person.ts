import type { Box } from '../timeline/types.ts';
import { colours } from './colours.ts';
import { signAt } from './signs.ts';
import { charactersOf, cutTo, oneLine, textAt, widthOf, within } from './text.ts';

/** Of a person, what is painted besides the camera's picture. */
export type PaintedPerson = {
  /** '' where a customer has given none. */
  name: string;
  /** The word for the person's role. */
  role: string;
  isHost: boolean;
  isMuted: boolean;
  isConnected: boolean;
};

/** In place of the face: a plate with the first character of the name, or a figure; dim while the line is lost. */
export function plate({ name, isConnected }: PaintedPerson, box: Box): string {
  const radius = Math.round(Math.min(box.width, box.height) * 0.24);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const [initial] = charactersOf(oneLine(name));
  const round = `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colours.surface}"/>`;
  const inside =
    initial === undefined
      ? signAt('person', x - radius * 0.6, y - radius * 0.6, radius * 1.2, colours.inkQuiet)
      : textAt(x, y, initial.toLocaleUpperCase(), {
          fontPx: Math.round(radius * 0.95),
          colour: colours.inkQuiet,
          anchor: 'middle',
        });
  const corner = box.width > 300 ? 16 : 8;
  const back = `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="${corner}" fill="${colours.tile}"/>`;
  if (isConnected) return back + round + inside;
  const sizePx = Math.max(24, Math.round(radius * 0.6));
  const [atX, atY] = [x + radius * 0.71, y + radius * 0.71];
  const lost =
    `<circle cx="${atX}" cy="${atY}" r="${sizePx * 0.72}" fill="${colours.tile}"/>` +
    signAt('lineLost', atX - sizePx / 2, atY - sizePx / 2, sizePx, colours.ink);
  return `${back}<g opacity="0.45">${round}${inside}</g>${lost}`;
}

/** The strip below a face: whether the microphone is off, the name, and who is the host. */
export function caption({ name, role, isHost, isMuted }: PaintedPerson, box: Box): string {
  const fontPx = box.height >= 36 ? 19 : 15;
  const gapPx = Math.round(fontPx * 0.5);
  const y = box.y + box.height / 2;
  const words = oneLine(name) || role;
  // Who has no name is called by the role: twice would be once too often.
  const mark = isHost && words !== role ? role : '';
  const markPx = Math.round(fontPx * 0.78);
  const signPx = Math.round(fontPx * 1.15);
  let x = box.x + 2;
  let drawn = '';
  if (isMuted) {
    drawn += signAt('muted', x, y - signPx / 2, signPx, colours.ending);
    x += signPx + Math.round(gapPx / 2);
  }
  const markText = cutTo(mark, markPx, box.width / 3);
  const markRoom = mark === '' ? 0 : widthOf(markText, markPx) + 2 * gapPx;
  const shownWords = cutTo(words, fontPx, box.x + box.width - x - markRoom);
  drawn += textAt(x, y, shownWords, { fontPx, colour: colours.ink });
  if (mark !== '') {
    const markX = Math.round(x + widthOf(shownWords, fontPx) + gapPx);
    drawn += textAt(markX, y, markText, { fontPx: markPx, colour: colours.action });
  }
  return within(box, drawn);
}
