import { expect, test } from 'vitest';
import type { Layer, Stretch } from '../timeline/types.ts';
import { pageTurns } from './turns.ts';

const page = (number: number, ...during: Stretch[]): Layer => ({
  type: 'still',
  still: { kind: 'page', documentId: 'd', version: 1, page: number },
  box: { x: 0, y: 0, width: 800, height: 600 },
  during,
});
const plate: Layer = {
  type: 'still',
  still: { kind: 'svg', svg: '<svg/>', width: 10, height: 10 },
  box: { x: 0, y: 0, width: 10, height: 10 },
  during: [{ from: 3_000, to: 10_000 }],
};

test('a page that is turned to and stays, also up to the end of the piece', () => {
  const layers = [
    page(1, { from: 0, to: 2_000 }),
    page(2, { from: 2_000, to: 9_400 }),
    page(3, { from: 9_400, to: 10_000 }),
  ];
  expect(pageTurns(layers, 10_000)).toEqual([2_000, 9_400]);
});

test('pages that are only leafed over do not count', () => {
  const layers = [
    page(1, { from: 0, to: 2_000 }, { from: 5_000, to: 10_000 }),
    page(2, { from: 2_000, to: 2_600 }),
    page(3, { from: 2_600, to: 5_000 }),
  ];
  expect(pageTurns(layers, 10_000)).toEqual([2_600, 5_000]);
});

test('the beginning of the piece has its keyframe anyway, and plates need none', () => {
  expect(pageTurns([page(1, { from: 0, to: 10_000 }), plate], 10_000)).toEqual([]);
  expect(pageTurns(null, 10_000)).toEqual([]);
});
