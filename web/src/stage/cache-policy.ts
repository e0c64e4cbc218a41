import { canvasPixels } from './geometry.ts';

/** Which pages are kept painted. Pure, so that what a phone's memory must bear is written in one place. */

/** Backing pixels of all painted pages together: 80 MB at 4 bytes each. */
export const allPixels = 2.5 * canvasPixels;

/**
 * The pages worth having, the most wanted first: the one looked at, the one that comes next in the direction
 * of leafing, the one just left, and the one after the next.
 */
export function wantedPages(page: number, count: number, backwards: boolean): number[] {
  const ahead = backwards ? -1 : 1;
  return [page, page + ahead, page - ahead, page + 2 * ahead].filter((one) => one >= 1 && one <= count);
}

/**
 * As many of them as the memory bears. The first is always among them; a page whose size is not known yet
 * counts as nothing, because it is asked about again once it is.
 */
export function affordable(wanted: readonly number[], pixelsOf: (page: number) => number): number[] {
  let left = allPixels;
  return wanted.filter((page, index) => {
    const pixels = pixelsOf(page);
    if (index > 0 && pixels > left) return false;
    left -= pixels;
    return true;
  });
}
