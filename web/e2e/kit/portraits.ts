import type { Colour, Rgb } from './colours.ts';
import type { Painter } from './media-files.ts';

/** Drawn people for the pictures in the README: calm, and nobody's likeness. */

type Look = { wall: Rgb; light: Rgb; skin: Rgb; hair: Rgb; coat: Rgb; shirt: Rgb; longHair: boolean };

const looks: Record<Colour, Look> = {
  red: {
    wall: [214, 204, 190],
    light: [240, 232, 218],
    skin: [236, 196, 168],
    hair: [52, 42, 38],
    coat: [132, 58, 52],
    shirt: [244, 240, 234],
    longHair: true,
  },
  green: {
    wall: [178, 190, 186],
    light: [222, 230, 224],
    skin: [228, 188, 158],
    hair: [36, 32, 32],
    coat: [38, 54, 84],
    shirt: [240, 242, 246],
    longHair: false,
  },
  blue: {
    wall: [190, 196, 208],
    light: [228, 232, 240],
    skin: [240, 204, 178],
    hair: [92, 64, 46],
    coat: [74, 92, 78],
    shirt: [250, 246, 236],
    longHair: true,
  },
  yellow: {
    wall: [206, 198, 182],
    light: [238, 230, 212],
    skin: [222, 178, 146],
    hair: [96, 96, 98],
    coat: [86, 80, 92],
    shirt: [236, 238, 240],
    longHair: false,
  },
};

/** How far inside an ellipse a place is: over 0 inside, with a soft edge of a pixel or two. */
const inside = (x: number, y: number, middleX: number, middleY: number, width: number, height: number) =>
  (1 - Math.hypot((x - middleX) / width, (y - middleY) / height)) * Math.min(width, height);

const mix = (from: Rgb, to: Rgb, share: number): Rgb => {
  const part = Math.max(0, Math.min(1, share));
  return [
    from[0] + (to[0] - from[0]) * part,
    from[1] + (to[1] - from[1]) * part,
    from[2] + (to[2] - from[2]) * part,
  ];
};

export function portrait(colour: Colour): Painter {
  const { wall, light, skin, hair, coat, shirt, longHair } = looks[colour];
  return (x, y, frame) => {
    // Breathing: a loop of fifteen frames without a seam.
    const sway = Math.sin((2 * Math.PI * frame) / 15) * 1.5;
    const middle = 320 + sway * 0.4;
    const head = 150 + sway;
    let place = mix(light, wall, (x + y * 0.6) / 760);
    const over = (rgb: Rgb, depth: number) => {
      place = mix(place, rgb, depth + 0.5);
    };
    if (longHair) over(hair, inside(x, y, middle, head + 24, 82, 108));
    over(coat, inside(x, y, middle, 388 + sway * 0.5, 190, 146));
    over(shirt, Math.min(inside(x, y, middle, 256 + sway * 0.5, 46, 74), 300 - y));
    over(mix(skin, [120, 80, 60], 0.18), inside(x, y, middle, head + 78, 27, 42));
    over(hair, inside(x, y, middle, head - 12, 66, 76));
    over(skin, inside(x, y, middle, head + 8, 54, 68));
    over(hair, Math.min(inside(x, y, middle, head - 34, 62, 46), head - 20 + Math.abs(x - middle) * 0.3 - y));
    for (const side of [-1, 1]) over([60, 44, 40], inside(x, y, middle + side * 21, head + 4, 5, 5));
    over([196, 120, 108], Math.min(inside(x, y, middle, head + 36, 17, 8), y - head - 35));
    return place;
  };
}
