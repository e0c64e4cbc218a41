/** Of a page as it is shown upright, in points; only the proportion matters. */
export type PageSize = {
  width: number;
  height: number;
  /** It lies on its side in the file. */
  isTurned: boolean;
};

/**
 * What `pdfinfo -f 1 -l n` says of each page: "Page 3 size: 595.32 x 841.92 pts (A4)", "Page 3 rot: 90". The size is
 * that of the crop box, before it is turned. Where a line comes twice, the later one counts: what stands before may
 * be a title that looks like one.
 */
export function readPageSizes(pdfinfo: string): Map<number, PageSize> {
  const sizes = new Map<number, PageSize>();
  const turned = new Set<number>();
  for (const [, page, what, first, second] of pdfinfo.matchAll(
    /^Page\s+(\d+)\s+(size|rot):\s+([\d.e+-]+)(?: x ([\d.e+-]+) pts)?/gm,
  )) {
    const number = Number(page);
    const [width, height] = [Number(first), Number(second)];
    if (what === 'size' && width > 0 && height > 0) sizes.set(number, { width, height, isTurned: false });
    if (what === 'rot') {
      if (Math.abs(width) % 180 === 90) turned.add(number);
      else turned.delete(number);
    }
  }
  for (const page of turned) {
    const size = sizes.get(page);
    if (size) sizes.set(page, { width: size.height, height: size.width, isTurned: true });
  }
  return sizes;
}
