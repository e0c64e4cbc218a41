import { describe, expect, test } from 'vitest';
import { layoutOf } from './layout.ts';
import { cutPieces } from './pieces.ts';
import { planPiece } from './plan.ts';
import { idOf, page, person, sceneOf, Story, track } from './test-kit.ts';
import type { Layer, PiecePlan, Stretch, TakeLog, TrackTimes } from './types.ts';

const words = { host: '担当者', guest: 'お客様' };
const hour = { partMs: 3_600_000 };
const slides = { width: 1_600, height: 900 };
const host = person('host', { name: '佐藤' });
const guest = person('Suzuki');
const two = sceneOf([host, guest]);
const cameras = [track('camera', 'host', [0, 60]), track('camera', 'Suzuki', [0, 60])];

/** The plan of the piece that is running at a moment; seconds of the take. */
function planAt(
  second: number,
  log: TakeLog,
  tracks: TrackTimes[],
  pageSize = () => slides as typeof slides | null,
) {
  const piece = cutPieces([log], hour).find(({ from, to }) => from <= second * 1_000 && second * 1_000 < to)!;
  return { piece, plan: planPiece(piece, log, tracks, { words, kind: 'video', pageSize }) };
}

const layersOf = ({ layers }: PiecePlan) => layers!;
const videos = (plan: PiecePlan) => layersOf(plan).filter((layer) => layer.type === 'video');
const stills = (plan: PiecePlan) => layersOf(plan).filter((layer) => layer.type === 'still');
const backdrops = (plan: PiecePlan) =>
  stills(plan).flatMap(({ still, during }) => (still.kind === 'svg' ? [{ svg: still.svg, during }] : []));
const pages = (plan: PiecePlan) =>
  stills(plan).flatMap(({ still, box, during }) =>
    still.kind === 'page' ? [{ page: still.page, box, during }] : [],
  );
const palms = (plan: PiecePlan) => layersOf(plan).filter((layer) => layer.type === 'moving');
const seconds = (stretches: Stretch[]) =>
  stretches.map(({ from, to }) => [Math.round(from) / 1_000, Math.round(to) / 1_000]);
/** What a moving layer does at a frame's time; milliseconds of the piece. */
const cornerAt = (layer: Layer & { type: 'moving' }, ms: number) =>
  layer.places.findLast(({ at }) => at <= ms)?.corner;

describe('faces', () => {
  test.each([1, 2, 3, 4])('of %i people are seen, each in their own place', (count) => {
    const names = ['host', 'Sato', 'Suzuki', 'Ito'].slice(0, count);
    const scene = sceneOf(names.map((name) => person(name)));
    const { plan } = planAt(
      0,
      new Story(scene).end(10).log(),
      names.map((name) => track('camera', name, [0, 10])),
    );
    expect(plan.durationMs).toBe(10_000);
    expect(videos(plan).map(({ box, during }) => [box, during])).toEqual(
      layoutOf(scene).seats.map(({ tile }) => [tile, [{ from: 0, to: 10_000 }]]),
    );
    for (const name of names) expect(backdrops(plan)[0]?.svg).toContain(`>${name}</text>`);
  });

  test('go when the camera is off and come again when it is on and pictures come', () => {
    const log = new Story(two)
      .scene(2, { people: [host, { ...guest, camera: 'off' }] })
      .scene(5, { people: [host, guest] })
      .end(10)
      .log();
    const { plan } = planAt(0, log, [cameras[0]!, track('camera', 'Suzuki', [0, 2.1], [5.5, 10])]);
    expect(videos(plan).map(({ during }) => seconds(during))).toEqual([
      [[0, 10]],
      [
        [0, 2],
        [5.5, 10],
      ],
    ]);
  });

  test('stay for two seconds when no more pictures come, then there is a plate', () => {
    const log = new Story(two).end(10).log();
    const { plan } = planAt(0, log, [track('camera', 'Suzuki', [0, 3], [4, 5], [9.5, 10])]);
    expect(seconds(videos(plan)[0]!.during)).toEqual([
      [0, 7],
      [9.5, 10],
    ]);
    expect(backdrops(plan)[0]?.svg).toContain('>S</text>');
  });

  test('come from the newer track, where there are two of one camera', () => {
    const log = new Story(two).end(10).log();
    const { plan } = planAt(0, log, [
      track('camera', 'Suzuki', [0, 5]),
      track('camera', 'Suzuki', [5.5, 10]),
    ]);
    expect(videos(plan).map(({ during }) => seconds(during))).toEqual([[[5.5, 10]], [[0, 5.5]]]);
  });

  test('of somebody who comes in the middle are seen from then on, and of somebody who goes no longer', () => {
    const log = new Story(sceneOf([host]))
      .scene(4, two)
      .scene(7.05, sceneOf([guest]))
      .end(10)
      .log();
    expect(videos(planAt(0, log, cameras).plan)).toHaveLength(1);
    expect(backdrops(planAt(0, log, cameras).plan)[0]?.svg).not.toContain('Suzuki');
    const { piece, plan } = planAt(5, log, cameras);
    expect([piece.from, piece.to]).toEqual([4_000, 7_200]);
    // Gone in the very moment, and not only where the next piece begins.
    expect(videos(plan).map(({ during }) => seconds(during))).toEqual([[[0, 3.05]], [[0, 3.2]]]);
    expect(backdrops(plan).map(({ svg, during }) => [svg.includes('佐藤'), seconds(during)])).toEqual([
      [true, [[0, 3.05]]],
      [false, [[3.05, 3.2]]],
    ]);
  });

  test('from a pause are not seen after it', () => {
    const log = new Story(two).pause(4).resume(8).end(20).log();
    const { plan } = planAt(8, log, [
      track('camera', 'host', [0, 7.9]),
      track('camera', 'Suzuki', [0, 7.9], [8.4, 20]),
    ]);
    expect(videos(plan).map(({ during }) => seconds(during))).toEqual([[[0.4, 10]]]);
  });
});

describe('what is written below a face', () => {
  test('is the name or what the person is, and a sign when the microphone is off', () => {
    const named = (changes: object) =>
      backdrops(planAt(0, new Story(sceneOf([person('host', changes)])).end(2).log(), []).plan)[0]!.svg;
    expect(named({ name: '' })).toContain('>担当者</text>');
    expect(named({ name: '  ' }).match(/担当者/g)).toHaveLength(1);
    expect(named({ name: '佐藤' })).toMatch(/>佐藤<.*>担当者</);
    expect(named({ name: '佐藤', microphone: 'off' })).not.toBe(named({ name: '佐藤' }));
    expect(named({ name: '佐藤', isConnected: false })).not.toBe(named({ name: '佐藤' }));
  });

  test('changes in the moment in which somebody mutes, with two pictures however often it is done', () => {
    const story = new Story(two);
    for (let second = 1; second < 10; second += 1) {
      story.scene(second, { people: [host, { ...guest, microphone: second % 2 === 1 ? 'off' : 'on' }] });
    }
    const { plan } = planAt(0, story.end(10).log(), cameras);
    expect(backdrops(plan).map(({ during }) => seconds(during))).toEqual([
      [0, 2, 4, 6, 8].map((second) => [second, second + 1]),
      [1, 3, 5, 7, 9].map((second) => [second, second + 1]),
    ]);
  });
});

describe('the page on show', () => {
  test('is turned at the right second, each in its own shape, without another piece', () => {
    const log = new Story(two, 'video')
      .scene(0, { shown: page('doc', 1) })
      .scene(3.21, { shown: page('doc', 2) })
      .scene(6, { shown: page('doc', 1) })
      .end(10)
      .log();
    const piece = cutPieces([log], hour)[0]!;
    const pageSize = (_document: string, _version: number, number: number) =>
      number === 1 ? slides : { width: 595, height: 842 };
    const plan = planPiece(piece, log, cameras, { words, kind: 'video', pageSize });
    expect(
      pages(plan).map(({ page: number, box, during }) => [number, box.width, box.height, seconds(during)]),
    ).toEqual([
      [
        1,
        1_020,
        574,
        [
          [0, 3.21],
          [6, 10],
        ],
      ],
      [2, 492, 696, [[3.21, 6]]],
    ]);
    expect(videos(plan).every(({ box }) => box.width === 224)).toBe(true);
  });

  test('has a quiet place until it is known how large it is', () => {
    const log = new Story(sceneOf([host], page('doc', 1))).end(10).log();
    const { plan } = planAt(0, log, [], () => null);
    expect(pages(plan)).toEqual([]);
    expect(stills(plan)).toHaveLength(1);
  });

  test('makes way for a screen that is shared, which stays while nothing moves on it, and comes back', () => {
    const log = new Story(sceneOf([host, guest], page('doc', 1)))
      .scene(2, { screens: [idOf('host')] })
      .scene(8, { screens: [] })
      .end(10)
      .log();
    const { plan } = planAt(0, log, [track('screen', 'host', [2.3, 2.5])]);
    expect(videos(plan)).toMatchObject([{ fit: 'contain', box: layoutOf(log.scenes[0]!.scene).middle }]);
    expect(seconds(videos(plan)[0]!.during)).toEqual([[2.3, 8]]);
    expect(pages(plan).map(({ during }) => seconds(during))).toEqual([
      [
        [0, 2],
        [8, 10],
      ],
    ]);
  });

  test('shows nothing of a screen that was shared once when it is shared again', () => {
    const log = new Story(sceneOf([host], null, ['host']))
      .scene(2, { screens: [] })
      .scene(4, { screens: [idOf('host')] })
      .end(9)
      .log();
    const tracks = [track('screen', 'host', [0, 1.9]), track('screen', 'host', [5, 6])];
    expect(videos(planAt(0, log, tracks).plan).map(({ during }) => seconds(during))).toEqual([[[0, 2]]]);
    expect(videos(planAt(5, log, tracks).plan).map(({ during }) => seconds(during))).toEqual([[[1, 5]]]);
  });
});

describe('the hands on the page', () => {
  const at = (x: number, y: number, number = 1) => ({ document: 'doc', page: number, x, y });
  const shown = new Story(sceneOf([host, guest], page('doc', 1)));
  const log = shown
    .pointer(1, 'Suzuki', at(0.25, 0.5))
    .pointer(1.5, 'Suzuki', at(0.5, 0.5))
    .pointer(2, 'Suzuki', null)
    .pointer(3, 'Suzuki', at(0.5, 0.5, 2))
    .pointer(4, 'host', at(0, 0))
    .end(10)
    .log();
  const { plan } = planAt(0, log, []);
  const [first, second] = palms(plan) as [Layer & { type: 'moving' }, Layer & { type: 'moving' }];
  const box = pages(plan)[0]!.box;

  test('are at their place of the page, by the second, and only on the page on show', () => {
    const [own, others] = first.still.svg.includes('Suzuki') ? [first, second] : [second, first];
    expect(cornerAt(own, 990)).toBeNull();
    const [from, to] = [cornerAt(own, 1_000)!, cornerAt(own, 1_600)!];
    expect(to.x - from.x).toBeCloseTo(box.width / 4, -1);
    expect(to.y).toBe(from.y);
    // The tip of the middle finger, not the corner, is at the place.
    expect(Math.abs(from.x + 19 - (box.x + box.width / 4))).toBeLessThanOrEqual(2);
    expect(Math.abs(from.y + 6 - (box.y + box.height / 2))).toBeLessThanOrEqual(2);
    expect(cornerAt(own, 2_000)).toBeNull();
    expect(cornerAt(own, 9_999)).toBeNull();
    expect(cornerAt(others, 4_000)).not.toBeNull();
  });

  test('go when they rest for five seconds', () => {
    const own = palms(plan).find(({ still }) => still.svg.includes('佐藤'))!;
    expect(own.places.map(({ at: ms, corner }) => [ms, corner !== null])).toEqual([
      [0, false],
      [4_000, true],
      [9_000, false],
    ]);
  });

  test('are told apart by colour', () => {
    const fills = palms(plan).map(({ still }) => /fill="(#1f4a80|#a3307a)" stroke/.exec(still.svg)?.[1]);
    expect(new Set(fills)).toEqual(new Set(['#1f4a80', '#a3307a']));
  });

  test('go with the page, with the person, and stay hidden where a page lies under a screen', () => {
    const story = new Story(sceneOf([host, guest], page('doc', 1)));
    for (let ms = 0; ms < 10_000; ms += 33) story.pointer(ms / 1_000, 'Suzuki', at(0.5, 0.5));
    story
      .scene(2, { shown: page('doc', 2) })
      .scene(3, { shown: page('doc', 1) })
      .scene(4, { screens: [idOf('host')] })
      .scene(5, { screens: [] })
      .scene(6.05, { people: [host] });
    const places = palms(planAt(0, story.end(10).log(), []).plan)[0]!.places;
    expect(places.map(({ at: ms, corner }) => [ms, corner !== null])).toEqual([
      [0, true],
      [2_000, false],
      [3_000, true],
      [4_000, false],
      [5_000, true],
      [6_066, false],
    ]);
    expect(palms(planAt(7, story.log(), []).plan)).toEqual([]);
  });

  test('have their names inside the picture, at every edge of the page', () => {
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      const tall = () => ({ width: 1_020, height: 696 });
      const edge = new Story(sceneOf([host, guest], page('doc', 1)))
        .pointer(0, 'Suzuki', at(x, y))
        .end(1)
        .log();
      const [palm, ...others] = palms(planAt(0, edge, [], tall).plan);
      expect(others).toEqual([]);
      const corner = cornerAt(palm!, 0)!;
      const moved = /translate\((\d+) (\d+)\)/.exec(palm!.still.svg)!;
      const label = /<rect x="([-\d.]+)" y="([-\d.]+)" width="(\d+)" height="(\d+)"/.exec(palm!.still.svg)!;
      const left = corner.x + Number(moved[1]) + Number(label[1]);
      const top = corner.y + Number(moved[2]) + Number(label[2]);
      expect(left).toBeGreaterThanOrEqual(12);
      expect(left + Number(label[3])).toBeLessThanOrEqual(12 + 1_020);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(top + Number(label[4])).toBeLessThanOrEqual(720);
    }
  });

  test('are never more than people can be in a meeting', () => {
    const names = ['host', 'A', 'B', 'C', 'D', 'E'];
    const story = new Story(
      sceneOf(
        names.map((name) => person(name)),
        page('doc', 1),
      ),
    );
    for (const name of names) story.pointer(1, name, at(0.5, 0.5));
    expect(palms(planAt(0, story.end(5).log(), []).plan)).toHaveLength(4);
  });
});

describe('sound', () => {
  const log = new Story(two)
    .scene(12, { people: [host] })
    .end(30)
    .log();
  const tracks = [
    track('microphone', 'host', [0, 30]),
    track('screen-audio', 'Suzuki', [3, 5]),
    track('microphone', 'Suzuki', [0, 12]),
    track('microphone', 'stranger', [0, 30]),
    ...cameras,
  ];
  const heard = (second: number) => planAt(second, log, tracks).plan.sounds;

  test('is that of microphones and shared screens of those who are there', () => {
    expect(heard(0)).toEqual([0, 1, 2].map((index) => tracks[index]!.trackId));
    expect(heard(12)).toEqual([tracks[0]!.trackId]);
  });

  test('is all there is of 音声議事録', () => {
    const piece = cutPieces([log], { ...hour, kind: 'audio' })[0]!;
    const plan = planPiece(piece, log, tracks, { words, kind: 'audio', pageSize: () => slides });
    expect(plan).toEqual({ durationMs: 10_000, layers: null, sounds: heard(0) });
  });
});

test('nobody in the picture: a calm plate, and a part that ends in the middle of everything goes on as it was', () => {
  const empty = planAt(0, new Story(sceneOf([])).end(3).log(), []).plan;
  expect(stills(empty)).toHaveLength(1);
  expect(backdrops(empty)[0]?.svg).toContain('対面');

  const log = new Story(sceneOf([host, guest], page('doc', 3)))
    .pointer(3.9, 'Suzuki', { document: 'doc', page: 3, x: 0.5, y: 0.5 })
    .end(8)
    .log();
  const pieces = cutPieces([log], { partMs: 4_000 });
  expect(pieces.map(({ part }) => part)).toEqual([1, 2]);
  const plan = planPiece(pieces[1]!, log, cameras, { words, kind: 'video', pageSize: () => slides });
  expect(pages(plan).map(({ page: number, during }) => [number, seconds(during)])).toEqual([[3, [[0, 4]]]]);
  expect(palms(plan)[0]?.places[0]).toMatchObject({ at: 0, corner: { x: expect.any(Number) as number } });
  expect(videos(plan).map(({ during }) => seconds(during))).toEqual([[[0, 4]], [[0, 4]]]);
});
