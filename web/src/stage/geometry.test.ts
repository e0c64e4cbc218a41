import { describe, expect, it } from 'vitest';
import {
  boundedZoom,
  canvasPixels,
  canvasSize,
  closer,
  closest,
  farther,
  fitScale,
  inTheMiddle,
  placeAt,
  scrollFor,
  shownSize,
  wheelZoom,
} from './geometry.ts';

const a4 = { width: 794, height: 1_123 };
const box = { width: 1_000, height: 700 };

describe('a page in its box', () => {
  it('is seen whole, whatever its shape', () => {
    for (const page of [
      a4,
      { width: 4_000, height: 100 },
      { width: 11, height: 15 },
      { width: 2.7e6, height: 2.7e6 },
    ]) {
      const shown = shownSize(page, box, 1, 1);
      expect(shown.width).toBeLessThanOrEqual(box.width);
      expect(shown.height).toBeLessThanOrEqual(box.height);
      expect(Math.max(shown.width / box.width, shown.height / box.height)).toBeGreaterThan(0.99);
    }
    expect(fitScale(a4, box)).toBeCloseTo(700 / 1_123);
  });

  it('covers whole device pixels', () => {
    for (const ratio of [1, 1.25, 1.5, 2, 2.625, 3]) {
      const shown = shownSize(a4, { width: 391, height: 517 }, 1, ratio);
      expect(shown.width * ratio).toBeCloseTo(Math.round(shown.width * ratio), 6);
      expect(canvasSize(shown, ratio)).toEqual({
        width: Math.round(shown.width * ratio),
        height: Math.round(shown.height * ratio),
      });
    }
  });

  it('has at least one pixel', () => {
    expect(shownSize({ width: 100_000, height: 1 }, box, 1, 1)).toEqual({ width: 1_000, height: 1 });
  });

  it('is never larger on a canvas than a phone bears', () => {
    for (const ratio of [1, 2, 3]) {
      const canvas = canvasSize(shownSize(a4, box, closest, ratio), ratio);
      expect(canvas.width * canvas.height).toBeLessThanOrEqual(canvasPixels);
      expect(canvas.width / canvas.height).toBeCloseTo(794 / 1_123, 2);
    }
    expect(canvasSize({ width: 20_000, height: 10 }, 1).width).toBeLessThanOrEqual(8_192);
  });

  it('stands in the middle and is never cut off at the upper left', () => {
    expect(inTheMiddle({ width: 500, height: 700 }, box)).toEqual({ x: 250, y: 0 });
    expect(inTheMiddle({ width: 5_000, height: 7_000 }, box)).toEqual({ x: 0, y: 0 });
  });
});

describe('a place on the page', () => {
  it('does not depend on zoom and window', () => {
    const small = { left: 10, top: 20, width: 100, height: 200 };
    const large = { left: -300, top: -500, width: 1_000, height: 2_000 };
    expect(placeAt({ x: 35, y: 120 }, small)).toEqual({ x: 0.25, y: 0.5 });
    expect(placeAt({ x: -50, y: 500 }, large)).toEqual({ x: 0.25, y: 0.5 });
  });

  it('is none beside the page', () => {
    const page = { left: 10, top: 20, width: 100, height: 200 };
    expect(placeAt({ x: 9, y: 30 }, page)).toBeNull();
    expect(placeAt({ x: 50, y: 221 }, page)).toBeNull();
    expect(placeAt({ x: 0, y: 0 }, { left: 0, top: 0, width: 0, height: 0 })).toBeNull();
  });
});

describe('looking closer', () => {
  it('has an end both ways', () => {
    let zoom = 1;
    for (let step = 0; step < 20; step += 1) zoom = closer(zoom);
    expect(zoom).toBe(closest);
    for (let step = 0; step < 20; step += 1) zoom = farther(zoom);
    expect(zoom).toBe(1);
    expect(boundedZoom(Number.NaN)).toBe(1);
    expect(boundedZoom(1.01)).toBe(1);
  });

  it('follows the wheel, in whatever it counts', () => {
    expect(wheelZoom(2, -100, 'pixels')).toBeGreaterThan(2);
    expect(wheelZoom(2, 3, 'lines')).toBeLessThan(2);
    expect(wheelZoom(2, -1, 'pages')).toBeLessThan(4);
  });

  it('keeps what is under the fingers under them', () => {
    const before = { width: 500, height: 700 };
    const after = { width: 1_000, height: 1_400 };
    const anchor = { x: 400, y: 350 };
    // 150 px from the left edge of the page, which stood at 250; twice that afterwards.
    expect(scrollFor(before, after, box, { x: 0, y: 0 }, anchor)).toEqual({ x: 0, y: 350 });
    const wide = { width: 2_000, height: 2_800 };
    const scrolled = scrollFor(before, wide, box, { x: 0, y: 0 }, anchor);
    expect((scrolled.x + anchor.x) / wide.width).toBeCloseTo(0.3);
    expect((scrolled.y + anchor.y) / wide.height).toBeCloseTo(0.5);
  });
});
