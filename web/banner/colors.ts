/* Which colours can be read on which. Colours are `#rrggbb`. */

/** WCAG 2.2, "relative luminance", of sRGB channels from 0 to 255. 0: black, 1: white. */
function luminance(channels: readonly number[]): number {
  const weights = [0.2126, 0.7152, 0.0722];
  return weights.reduce((sum, weight, at) => {
    const share = (channels[at] ?? 0) / 255;
    return sum + weight * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
  }, 0);
}

const channelsOf = (color: string) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

/** WCAG 2.2, "contrast ratio": 1 to 21. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(channelsOf(one)) + 0.05, luminance(channelsOf(other)) + 0.05];
  return Math.max(a / b, b / a);
}

/** On what is darker than this, white is read better than black: (1.05 × 0.05) ** 0.5 - 0.05. */
const whiteInkBelow = 0.17913;

/** Black or white, whichever is read better: 4.58 : 1 in the worst case. */
export const inkOn = (color: string): string =>
  luminance(channelsOf(color)) < whiteInkBelow ? '#ffffff' : '#000000';

/**
 * Whether a page whose text has this colour is a dark one. The text tells more than the background does, which may be a
 * picture, or somebody else's element.
 *
 * @param text as getComputedStyle() writes it: CSS Color 4, "serializing"
 */
export function isDarkPage(text: string): boolean {
  // Not the digits in the name of a colour space.
  const numbers = (text.match(/(?<!\w)-?[\d.]+/g) ?? []).map(Number);
  if (text.startsWith('rgb')) return luminance(numbers) > 0.3;
  // lab() and lch() begin with a lightness up to 100; oklab(), oklch() and color() with a number up to 1.
  const [lightness = 0] = numbers;
  return lightness / (text[0] === 'l' ? 100 : 1) > 0.6;
}
