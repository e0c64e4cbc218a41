import { describe, expect, test } from 'vitest';
import { cameraEncodings, layerCountOf, layerForWidth } from './layers.ts';

describe('which layer is asked for', () => {
  test('a small tile gets the small picture, a large one the large', () => {
    expect(layerForWidth(160, 3)).toBe(0);
    expect(layerForWidth(400, 3)).toBe(0);
    expect(layerForWidth(600, 3)).toBe(1);
    expect(layerForWidth(1440, 3)).toBe(2);
    expect(layerForWidth(5000, 3)).toBe(2);
    expect(layerForWidth(1440, 2)).toBe(1);
  });

  test('a picture without layers has only the one', () => {
    expect(layerForWidth(100, 1)).toBe(0);
    expect(layerCountOf(undefined)).toBe(1);
    expect(layerCountOf('L1T3')).toBe(1);
    expect(layerCountOf('L3T3')).toBe(3);
    expect(layerCountOf('S2T1')).toBe(2);
  });

  test('a large camera sends three sizes, a small one two, each half of the next', () => {
    expect(cameraEncodings(1280).map((each) => each.scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(cameraEncodings(640).map((each) => each.scaleResolutionDownBy)).toEqual([2, 1]);
  });
});
