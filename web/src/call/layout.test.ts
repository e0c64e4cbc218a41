import { describe, expect, it } from 'vitest';
import { arrange, narrowestFace, type Box, type Scene } from './layout.ts';

const rooms = [
  { width: 374, height: 640 },
  { width: 304, height: 420 },
  { width: 752, height: 860 },
  { width: 1424, height: 740 },
  { width: 680, height: 600 },
];
const counts = [1, 2, 3, 4];
const middles: Scene['middle'][] = ['screen', 'page', 'alone', null];
const usual = { large: false, memo: false };
const pages = [usual, { large: true, memo: true }, { large: false, memo: true }];

const scenes = rooms.flatMap((room) =>
  counts.flatMap((count) =>
    middles.flatMap((middle) =>
      [true, false].flatMap((faces) =>
        (middle === 'page' ? pages : [usual]).map((page): Scene => ({
          ...room,
          count,
          self: count - 1,
          middle,
          faces,
          ...page,
        })),
      ),
    ),
  ),
);

const overlap = (a: Box, b: Box) =>
  a.left < b.left + b.width &&
  b.left < a.left + a.width &&
  a.top < b.top + b.height &&
  b.top < a.top + a.height;

describe('the places of the faces', () => {
  it.each(scenes)('keeps everybody recognisable and inside: %o', (scene) => {
    const { tiles } = arrange(scene);
    expect(tiles).toHaveLength(scene.count);
    for (const tile of tiles) {
      expect(tile.width).toBeGreaterThanOrEqual(narrowestFace - 1);
      expect(tile.left).toBeGreaterThanOrEqual(0);
      expect(tile.top).toBeGreaterThanOrEqual(0);
      expect(tile.left + tile.width).toBeLessThanOrEqual(scene.width + 1);
      expect(tile.top + tile.height).toBeLessThanOrEqual(scene.height + 1);
    }
  });

  it.each(scenes.filter(({ middle }) => middle === 'screen' || middle === 'page'))(
    'covers nothing of what is in the middle: %o',
    (scene) => {
      const { tiles, middle, memo } = arrange(scene);
      for (const tile of memo ? [...tiles, memo] : tiles) expect(overlap(tile, middle!)).toBe(false);
      if (memo) for (const tile of tiles) expect(overlap(tile, memo)).toBe(false);
      expect(middle!.width * middle!.height).toBeGreaterThan(0.3 * scene.width * scene.height);
    },
  );

  it('gives the other person the room when there are two', () => {
    const { tiles } = arrange({
      width: 1424,
      height: 740,
      count: 2,
      self: 1,
      middle: null,
      faces: true,
      ...usual,
    });
    expect(tiles[0]!.height).toBe(740);
    expect(tiles[1]!.width).toBeLessThan(260);
  });

  it('leaves the own picture in its place when the first guest comes', () => {
    const room = { width: 1316, height: 740, self: 0, faces: true, ...usual };
    const before = arrange({ ...room, count: 1, middle: 'alone' }).tiles[0]!;
    const after = arrange({ ...room, count: 2, middle: null }).tiles[0]!;
    expect(Math.abs(before.left - after.left)).toBeLessThan(4);
    expect(before.top).toBe(after.top);
  });

  it('has nothing to place before the room is measured', () => {
    const nowhere = { width: 0, height: 0, count: 3, self: 0, middle: null, faces: true, ...usual };
    expect(arrange(nowhere).tiles).toEqual([]);
  });

  it('has room for the memo on a desktop, under four faces too, and none on a phone', () => {
    const page = { count: 4, self: 0, middle: 'page', faces: true, large: false, memo: true } as const;
    const desktop = arrange({ ...page, width: 1424, height: 740 });
    expect(desktop.memo!.height).toBeGreaterThan(300);
    expect(arrange({ ...page, width: 374, height: 640 }).memo).toBeNull();
  });

  it('makes the page larger when it is wanted', () => {
    const page = { width: 1424, height: 740, count: 3, self: 0, middle: 'page', faces: true } as const;
    const standard = arrange({ ...page, large: false, memo: true }).middle!;
    expect(arrange({ ...page, large: true, memo: true }).middle!.width).toBeGreaterThan(standard.width * 1.2);
  });
});
