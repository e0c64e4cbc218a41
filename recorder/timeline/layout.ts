import { limits } from '../../sfu/protocol/limits.ts';
import type { Scene } from '../../sfu/protocol/recorder.ts';
import { hasMiddle } from './middle.ts';
import { picture, type Box } from './types.ts';

/** Where one person is: the face, and the strip below it with the name. */
export type Seat = { participantId: string; tile: Box; caption: Box };

/** Where everything is in the picture. All numbers are even, as colours at half the resolution need it. */
export type Layout = {
  /** In the order of the scene. */
  seats: Seat[];
  /** For the page or the screen that is shown; null when there is none. */
  middle: Box | null;
};

/** At the edge of the picture, and between things in it. */
const edgePx = 12;
/** Faces beside a page: never under 120 px wide (LOOK.md), and four of them have room below one another. */
const beside = { width: 224, height: 126, caption: 30, gap: 12 } as const;
const large = { caption: 36, gap: 20 } as const;

/** By the number of people, how wide a face is; 16:9. */
const widths: Record<number, number> = { 1: 1152, 2: 608, 3: 544, 4: 544 };

/** Who is painted: never more than can be in a meeting. */
const seated = ({ people }: Scene) =>
  people.slice(0, limits.participantsPerMeeting).map(({ participantId }) => participantId);

/** Two scenes with the same key have the same layout. */
export function layoutKey(scene: Scene): string {
  return [hasMiddle(scene) ? 'beside' : 'among', ...seated(scene)].join(' ');
}

/** Faces share the picture; with a page or a screen, that has the middle and they go to the side (LOOK.md). */
export function layoutOf(scene: Scene): Layout {
  const people = seated(scene);
  if (!hasMiddle(scene)) return { seats: amongThemselves(people), middle: null };
  const x = picture.width - edgePx - beside.width;
  const step = beside.height + beside.caption + beside.gap;
  return {
    seats: people.map((participantId, index) =>
      seatAt(participantId, x, edgePx + index * step, beside.width, beside.caption),
    ),
    middle: {
      x: edgePx,
      y: edgePx,
      width: x - 2 * edgePx,
      height: picture.height - 2 * edgePx,
    },
  };
}

/** One is large, two sit side by side, three and four two by two. */
function amongThemselves(people: string[]): Seat[] {
  const width = widths[people.length] ?? 0;
  const height = heightOf(width) + large.caption;
  const columns = people.length === 1 ? 1 : 2;
  const rows = Math.ceil(people.length / columns);
  const top = even((picture.height - rows * height - (rows - 1) * edgePx) / 2);
  return people.map((participantId, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, people.length - row * columns);
    const left = even((picture.width - inRow * width - (inRow - 1) * large.gap) / 2);
    const x = left + (index % columns) * (width + large.gap);
    return seatAt(participantId, x, top + row * (height + edgePx), width, large.caption);
  });
}

function seatAt(participantId: string, x: number, y: number, width: number, captionHeight: number): Seat {
  const height = heightOf(width);
  return {
    participantId,
    tile: { x, y, width, height },
    caption: { x, y: y + height, width, height: captionHeight },
  };
}

const heightOf = (width: number) => even((width * 9) / 16);

/** The nearest even number. */
const even = (value: number) => Math.round(value / 2) * 2;

/** The largest box of a picture's shape in the middle of another box, in even pixels. */
export function fitted(size: { width: number; height: number }, within: Box): Box {
  const scale = Math.min(within.width / size.width, within.height / size.height);
  const width = Math.min(within.width, Math.max(2, even(size.width * scale)));
  const height = Math.min(within.height, Math.max(2, even(size.height * scale)));
  return {
    x: within.x + even((within.width - width) / 2),
    y: within.y + even((within.height - height) / 2),
    width,
    height,
  };
}
