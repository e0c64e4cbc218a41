import { describe, expect, test } from 'vitest';
import { fitted, layoutKey, layoutOf } from './layout.ts';
import { middlesOf } from './middle.ts';
import { idOf, page, person, sceneOf } from './test-kit.ts';
import { picture, type Box } from './types.ts';

const names = ['host', 'Sato', 'Suzuki', 'Ito'];
const people = (count: number) => names.slice(0, count).map((name) => person(name));
const meets = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe.each([0, 1, 2, 3, 4])('%i people', (count) => {
  describe.each([false, true])('with a page: %s', (hasPage) => {
    const { seats, middle } = layoutOf(sceneOf(people(count), hasPage ? page('doc', 1) : null));
    const boxes = [...seats.flatMap(({ tile, caption }) => [tile, caption]), ...(middle ? [middle] : [])];

    test('each have a face in 16:9, wide enough to be recognised, with the name below it', () => {
      expect(seats.map(({ participantId }) => participantId)).toEqual(names.slice(0, count).map(idOf));
      for (const { tile, caption } of seats) {
        expect(Math.abs(tile.width / tile.height - 16 / 9)).toBeLessThan(0.02);
        expect(tile.width).toBeGreaterThanOrEqual(120);
        expect(caption).toMatchObject({ x: tile.x, y: tile.y + tile.height, width: tile.width });
      }
    });

    test('lie in the picture, on even pixels, and nothing lies on anything else', () => {
      for (const box of boxes) {
        expect(Object.values(box).every((px) => px % 2 === 0 && px >= 0)).toBe(true);
        expect(box.x + box.width).toBeLessThanOrEqual(picture.width);
        expect(box.y + box.height).toBeLessThanOrEqual(picture.height);
        expect(boxes.filter((other) => other !== box && meets(box, other))).toEqual([]);
      }
    });

    test('leave the most of the picture to the page', () => {
      expect(middle !== null).toBe(hasPage);
      if (middle)
        expect((middle.width * middle.height) / (picture.width * picture.height)).toBeGreaterThan(0.7);
    });
  });
});

test('a page is as large as its place allows, in its own shape, and in the middle of it', () => {
  const place = layoutOf(sceneOf(people(2), page('doc', 1))).middle!;
  const slide = fitted({ width: 1_600, height: 900 }, place);
  expect(slide).toEqual({ x: place.x, y: 74, width: 1_020, height: 574 });
  const a4 = fitted({ width: 595, height: 842 }, place);
  expect(a4).toMatchObject({ y: place.y, height: place.height, width: 492 });
  expect(fitted({ width: 1, height: 100_000 }, place)).toMatchObject({ width: 2, height: place.height });
});

describe('the layout', () => {
  test('is the same when a page is turned, a camera goes off or the screen takes the page’s place', () => {
    const key = layoutKey(sceneOf(people(2), page('doc', 1)));
    expect(layoutKey(sceneOf(people(2), page('doc', 2)))).toBe(key);
    expect(layoutKey(sceneOf([person('host', { camera: 'off' }), person('Sato')], page('a', 1)))).toBe(key);
    expect(layoutKey(sceneOf(people(2), null, ['host']))).toBe(key);
  });

  test('is another one when somebody comes or a page closes', () => {
    const key = layoutKey(sceneOf(people(2), page('doc', 1)));
    expect(layoutKey(sceneOf(people(3), page('doc', 1)))).not.toBe(key);
    expect(layoutKey(sceneOf(people(2)))).not.toBe(key);
  });

  test('has no place for the screen of somebody who is not there', () => {
    expect(layoutOf(sceneOf(people(1), null, ['Sato'])).middle).toBeNull();
  });
});

test('of a page and two screens the one that came last has the middle, and when it goes the one before it', () => {
  const [host, sato] = people(2) as [ReturnType<typeof person>, ReturnType<typeof person>];
  const both = [host, sato];
  const scenes = [
    sceneOf(both),
    sceneOf(both, page('doc', 1)),
    sceneOf(both, page('doc', 1), ['Sato']),
    sceneOf(both, page('doc', 2), ['Sato']),
    sceneOf(both, page('other', 1), ['Sato']),
    sceneOf(both, page('other', 1), ['Sato', 'host']),
    sceneOf(both, page('other', 1), ['Sato']),
    sceneOf(both, null, ['Sato']),
    sceneOf([host], null, ['Sato']),
  ].map((scene) => ({ scene }));
  const told = middlesOf(scenes).map((middle) => {
    if (!middle) return null;
    return middle.kind === 'page' ? `${middle.shown.title} ${middle.shown.page}` : middle.participantId;
  });
  expect(told).toEqual([
    null,
    'doc 1',
    idOf('Sato'),
    idOf('Sato'),
    'other 1',
    idOf('host'),
    'other 1',
    idOf('Sato'),
    null,
  ]);
});
