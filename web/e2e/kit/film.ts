import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from '@playwright/test';
import { pdfOf } from '../../../sfu/test/kit/pdf.ts';
import { toneIn } from '../../../sfu/test/kit/recorded.ts';
import type { Area } from '../../../sfu/test/kit/recorded.ts';
import { fitted, layoutOf } from '../../../recorder/timeline/layout.ts';
import { picture } from '../../../recorder/timeline/types.ts';
import { colourOf, colours } from './colours.ts';
import type { Colour, Rgb } from './colours.ts';
import type { Participant } from './participant.ts';
import type { Stretch } from './story-time.ts';

/* What is to be seen and heard in a recorded file, where, and from when to when. */

/** How exactly something of the wall's clock is found in the file. */
export const toleranceMs = 1_000;

/** So many pixels of the file, each way, make one here. */
const cellPx = 8;
const columns = picture.width / cellPx;
const rows = picture.height / cellPx;
const frameBytes = columns * rows * 3;
const frameMs = 1_000 / picture.framesPerSecond;

/** Encoders do not keep a colour to the last digit, and the cameras' pictures have stripes. */
const sameColourMax = 40;

export function isNear(one: Rgb, other: Rgb, most = sameColourMax): boolean {
  return one.every((value, index) => Math.abs(value - (other[index] ?? 0)) <= most);
}

/** Every frame of a recorded file, small. */
export class Film {
  readonly file: string;
  readonly #frames: Buffer;

  private constructor(file: string, frames: Buffer) {
    this.file = file;
    this.#frames = frames;
  }

  static async of(file: string): Promise<Film> {
    const scale = `fps=${picture.framesPerSecond},scale=${columns}:${rows}:flags=area`;
    const ffmpeg = spawn(
      'ffmpeg',
      ['-v', 'error', '-i', file, '-an', '-vf', scale, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const parts: Buffer[] = [];
    ffmpeg.stdout.on('data', (part: Buffer) => parts.push(part));
    const [code] = (await once(ffmpeg, 'close')) as [number | null];
    if (code !== 0) throw new Error(`ffmpeg cannot read ${file} (${String(code)}).`);
    return new Film(file, Buffer.concat(parts));
  }

  get durationMs(): number {
    return this.#count * frameMs;
  }

  get #count(): number {
    return this.#frames.length / frameBytes;
  }

  /** The average of an area at a moment. */
  colourAt(ms: number, area: Area): Rgb {
    return this.#average(this.#frameAt(ms), area);
  }

  /** The area is so in every frame of a stretch, but for the tolerance at its ends. */
  keeps(what: string, stretch: Stretch, area: Area, isSo: (rgb: Rgb) => boolean): void {
    const { from, to } = inner(stretch);
    expect(to, `there should be time in which ${what} can be seen`).toBeGreaterThan(from);
    for (let frame = this.#frameAt(from); frame <= this.#frameAt(to); frame += 1) {
      const rgb = this.#average(frame, area);
      if (isSo(rgb)) continue;
      const found = `${rgb.join(', ')} at ${Math.round(frame * frameMs)} ms of the file`;
      throw new Error(
        `${what} should be seen from ${Math.round(from)} to ${Math.round(to)} ms, not ${found}`,
      );
    }
  }

  /** Where a colour is anywhere in the picture; null: nowhere from one moment to the other. */
  findsColour(wanted: Rgb, { from, to }: Stretch, most = sameColourMax): string | null {
    for (let frame = this.#frameAt(from); frame <= this.#frameAt(to); frame += 1) {
      for (let cell = 0; cell < columns * rows; cell += 1) {
        if (!isNear(this.#cell(frame, cell), wanted, most)) continue;
        const [x, y] = [(cell % columns) * cellPx, Math.floor(cell / columns) * cellPx];
        return `at ${x}, ${y} after ${Math.round(frame * frameMs)} ms`;
      }
    }
    return null;
  }

  #frameAt(ms: number): number {
    return Math.max(0, Math.min(this.#count - 1, Math.floor(ms / frameMs)));
  }

  /** Of the cells that lie in it with all that they show. */
  #average(frame: number, { x, y, width, height }: Area): Rgb {
    const sums: [number, number, number] = [0, 0, 0];
    let count = 0;
    for (let row = Math.ceil(y / cellPx); (row + 1) * cellPx <= y + height; row += 1) {
      for (let column = Math.ceil(x / cellPx); (column + 1) * cellPx <= x + width; column += 1) {
        this.#cell(frame, row * columns + column).forEach((value, index) => {
          sums[index] = (sums[index] ?? 0) + value;
        });
        count += 1;
      }
    }
    if (count === 0) throw new Error('The area is too small to be looked at.');
    return [Math.round(sums[0] / count), Math.round(sums[1] / count), Math.round(sums[2] / count)];
  }

  #cell(frame: number, cell: number): Rgb {
    const at = frame * frameBytes + cell * 3;
    return [this.#frames[at] ?? 0, this.#frames[at + 1] ?? 0, this.#frames[at + 2] ?? 0];
  }
}

/** Without what may belong to the moments before and after. */
export const inner = ({ from, to }: Stretch): Stretch => ({ from: from + toleranceMs, to: to - toleranceMs });

// where things are in the recorded picture

/** Where everything is when these people are in the picture, in the order of their coming. */
export function placesOf(people: readonly Participant[], { page }: { page: boolean }) {
  const layout = layoutOf({
    people: people.map(({ colour }) => ({
      participantId: colour,
      name: '',
      role: 'guest',
      microphone: 'on',
      camera: 'on',
      isConnected: true,
    })),
    shown: page ? { documentId: '', version: 1, title: '', page: 1, pages: 1 } : null,
    screens: [],
  });
  return {
    /** The inner half of somebody's face. */
    face(who: Participant): Area {
      const seat = layout.seats.find(({ participantId }) => participantId === who.colour);
      if (!seat) throw new Error(`${who.who} has no seat.`);
      return innerHalf(seat.tile);
    },
    /** Where a page or a screen of this size is. */
    middle(size: { width: number; height: number }): Area {
      if (!layout.middle) throw new Error('There is no page in this picture.');
      return fitted(size, layout.middle);
    },
  };
}

export const innerHalf = ({ x, y, width, height }: Area): Area => ({
  x: x + Math.floor(width / 4),
  y: y + Math.floor(height / 4),
  width: Math.floor(width / 2),
  height: Math.floor(height / 2),
});

/** All of them are seen, each at their place, throughout a stretch. */
export function keepsFaces(
  film: Film,
  stretch: Stretch,
  people: readonly Participant[],
  { page, of = people }: { page: boolean; of?: readonly Participant[] },
): void {
  const places = placesOf(people, { page });
  for (const each of of) {
    film.keeps(each.who, stretch, places.face(each), (rgb) => colourOf(rgb) === each.colour);
  }
}

/** In place of this one's face there is none. */
export function keepsPlate(
  film: Film,
  stretch: Stretch,
  people: readonly Participant[],
  who: Participant,
  { page }: { page: boolean },
): void {
  const face = placesOf(people, { page }).face(who);
  film.keeps(`a plate for ${who.who}`, stretch, face, (rgb) => colourOf(rgb) === null);
}

// what is heard

/**
 * In dB of a full sine. Whoever speaks is levelled to about -3; what others' tones spill over their neighbours, with
 * their beginnings and endings and where a packet was lost, was found at -32 at the loudest.
 */
const heardDb = -12;
const silentDb = -25;

/** The tones of these people are in a stretch, and nobody else's. */
export async function keepsTones(
  { file }: Pick<Film, 'file'>,
  stretch: Stretch,
  people: readonly Participant[],
): Promise<void> {
  const { from, to } = inner(stretch);
  expect(to, 'there should be time in which they can be heard').toBeGreaterThan(from);
  const heard = people.map(({ colour }) => colour);
  for (const colour of Object.keys(colours) as Colour[]) {
    const level = await toneIn(file, colours[colour].toneHz, from, to);
    const words = `${colour} from ${Math.round(from)} to ${Math.round(to)} ms of the file (dB)`;
    if (heard.includes(colour))
      expect(level, `there should be the tone of ${words}`).toBeGreaterThan(heardDb);
    else expect(level, `there should be no tone of ${words}`).toBeLessThan(silentDb);
  }
}

// pages that are a colour

/** Pages of a document, each with its number and a large square of its colour. */
export function colouredPages(all: readonly Rgb[]): Buffer {
  const photos = all.map((rgb) => {
    const source = `color=c=0x${Buffer.from(rgb).toString('hex')}:s=64x64,format=yuvj444p`;
    const jpeg = execFileSync(
      'ffmpeg',
      ['-v', 'error', '-f', 'lavfi', '-i', source, '-frames:v', '1', '-q:v', '1', '-f', 'mjpeg', '-'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    return { jpeg, width: 64, height: 64 };
  });
  return pdfOf(all.length, { photos });
}

/** Of each page, in points, and of the square on it in shares of the page (sfu/test/kit/pdf.ts). */
export const colouredPage = {
  size: { width: 595, height: 842 },
  square: { left: 97 / 595, top: 382 / 842, right: 497 / 595, bottom: 782 / 842 },
};

/** Beside these people the page of this colour is shown, throughout a stretch. */
export function keepsPage(film: Film, stretch: Stretch, people: readonly Participant[], colour: Rgb): void {
  const square = squareOn(placesOf(people, { page: true }).middle(colouredPage.size));
  film.keeps(`a page of ${colour.join(', ')}`, stretch, square, (rgb) => isNear(rgb, colour));
}

/** The square of colour, where the page is in this box. */
export function squareOn({ x, y, width, height }: Area): Area {
  const { left, top, right, bottom } = colouredPage.square;
  const inset = 10;
  return {
    x: Math.round(x + left * width) + inset,
    y: Math.round(y + top * height) + inset,
    width: Math.round((right - left) * width) - 2 * inset,
    height: Math.round((bottom - top) * height) - 2 * inset,
  };
}
