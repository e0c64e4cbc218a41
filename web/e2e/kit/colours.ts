/**
 * Who is seen and heard becomes a colour and a frequency: each participant has one of each. No frequency is
 * a multiple of another, so that a distorted tone is not taken for somebody else's.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

export const colours = {
  red: { rgb: [205, 40, 40], toneHz: 440 },
  green: { rgb: [35, 160, 60], toneHz: 620 },
  blue: { rgb: [45, 70, 210], toneHz: 830 },
  yellow: { rgb: [215, 195, 40], toneHz: 1_170 },
} as const satisfies Record<string, { rgb: Rgb; toneHz: number }>;

export type Colour = keyof typeof colours;

/** The colour that an average is nearest to in hue; null for grey, black and white. */
export function colourOf([red, green, blue]: Rgb): Colour | null {
  const strongest = Math.max(red, green, blue);
  if (strongest < 50 || strongest - Math.min(red, green, blue) < 40) return null;
  if (red > 0.7 * strongest && green > 0.7 * strongest) return 'yellow';
  if (red === strongest) return 'red';
  return green === strongest ? 'green' : 'blue';
}
