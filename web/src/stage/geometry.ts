/** Where a page lies in its box and what of it is where. All sizes in CSS pixels unless they say otherwise. */

export type Size = { readonly width: number; readonly height: number };
export type Point = { readonly x: number; readonly y: number };
export type Rect = Size & { readonly left: number; readonly top: number };

export const wholePage = 1;
/** Relative to the whole page in its box: enough for the small print of a poster on a phone. */
export const closest = 8;
const step = 1.4;

/**
 * Backing pixels of one canvas. Safari on iPhones refuses canvases over 16 megapixels and drops the whole page
 * when all of them together are too much for it; half of that is sharp on every screen that has been sold.
 */
export const canvasPixels = 8 * 1_024 * 1_024;
/** No side of a canvas may be longer than this in any browser. */
const canvasSide = 8_192;

/** How much larger (or smaller) than 1:1 the page is when all of it just fits. */
export function fitScale(page: Size, box: Size): number {
  return Math.min(box.width / page.width, box.height / page.height);
}

/**
 * The page's size on the screen: a whole number of device pixels each way, so that a canvas of as many pixels
 * is shown as it is instead of being blurred.
 */
export function shownSize(page: Size, box: Size, zoom: number, pixelRatio: number): Size {
  const scale = fitScale(page, box) * zoom;
  const whole = (length: number) => Math.max(1, Math.floor(length * scale * pixelRatio)) / pixelRatio;
  return { width: whole(page.width), height: whole(page.height) };
}

/** The canvas for a page of that size on the screen, in backing pixels: sharp, or as sharp as is allowed. */
export function canvasSize(shown: Size, pixelRatio: number, limit: number = canvasPixels): Size {
  const width = Math.max(1, Math.round(shown.width * pixelRatio));
  const height = Math.max(1, Math.round(shown.height * pixelRatio));
  const less = Math.min(1, Math.sqrt(limit / (width * height)), canvasSide / Math.max(width, height));
  if (less === 1) return { width, height };
  return { width: Math.max(1, Math.floor(width * less)), height: Math.max(1, Math.floor(height * less)) };
}

/** The upper left corner of the page in its box; never outside, a page larger than the box is scrolled. */
export function inTheMiddle(shown: Size, box: Size): Point {
  const between = (room: number, length: number) => Math.max(0, Math.floor((room - length) / 2));
  return { x: between(box.width, shown.width), y: between(box.height, shown.height) };
}

/** A place on the page, 0 to 1 each way; null beside it. */
export function placeAt(point: Point, page: Rect): Point | null {
  if (page.width <= 0 || page.height <= 0) return null;
  const x = (point.x - page.left) / page.width;
  const y = (point.y - page.top) / page.height;
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : null;
}

export function boundedZoom(zoom: number): number {
  if (!Number.isFinite(zoom)) return wholePage;
  // Fingers do not hit exactly 1: what is as good as whole is whole.
  if (zoom < wholePage * 1.02) return wholePage;
  return Math.min(zoom, closest);
}

export const closer = (zoom: number) => boundedZoom(zoom * step);
export const farther = (zoom: number) => boundedZoom(zoom / step);

/** A turn of the wheel; `lines` and `pages` are what some mice and systems count in. */
export function wheelZoom(zoom: number, delta: number, unit: 'pixels' | 'lines' | 'pages'): number {
  const pixels = delta * { pixels: 1, lines: 16, pages: 400 }[unit];
  // A notch of a wheel is about 100, a trackpad's pinch sends many small ones.
  return boundedZoom(zoom * Math.exp(-Math.max(-150, Math.min(150, pixels)) / 300));
}

/**
 * Where to scroll to so that what was under `anchor` (in the box) before the page changed its size on the
 * screen is under it afterwards.
 */
export function scrollFor(before: Size, after: Size, box: Size, scrolled: Point, anchor: Point): Point {
  const was = inTheMiddle(before, box);
  const is = inTheMiddle(after, box);
  const along = (offset: number, from: number, length: number, place: number, to: number, next: number) =>
    Math.max(0, ((offset + place - from) / length) * next + to - place);
  return {
    x: along(scrolled.x, was.x, before.width, anchor.x, is.x, after.width),
    y: along(scrolled.y, was.y, before.height, anchor.y, is.y, after.height),
  };
}
