import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../sfu/test/kit/random.ts';
import { layoutKey } from './layout.ts';
import { cutPieces } from './pieces.ts';
import { anyStory, page, person, sceneOf, Story } from './test-kit.ts';
import { gridMs, type Piece } from './types.ts';

const hour = { partMs: 3_600_000 };
const one = sceneOf([person('host')]);
const two = sceneOf([person('host'), person('Sato')]);
const seconds = (pieces: Piece[]) => pieces.map(({ from, to }) => [from / 1_000, to / 1_000]);

describe('a take is cut', () => {
  test('every ten seconds, counted from where it went on after a pause', () => {
    const log = new Story(two).pause(12).resume(15.1).end(31).log();
    expect(seconds(cutPieces([log], hour))).toEqual([
      [0, 10],
      [10, 12],
      [15.2, 25.2],
      [25.2, 31],
    ]);
  });

  test('where somebody comes or a page opens, but not where it is turned', () => {
    const log = new Story(one)
      .scene(4.05, { people: two.people })
      .scene(13, { shown: page('doc', 1) })
      .scene(16, { shown: page('doc', 2) })
      .end(20)
      .log();
    expect(seconds(cutPieces([log], hour))).toEqual([
      [0, 4.2],
      [4.2, 10],
      [10, 13],
      [13, 20],
    ]);
    expect(seconds(cutPieces([log], { ...hour, kind: 'audio' }))).toEqual([
      [0, 10],
      [10, 20],
    ]);
  });

  test('at most once a second when a page opens and closes all the time, and ends as it was at last', () => {
    const story = new Story(two);
    for (let i = 1; i <= 300; i += 1) story.scene(i / 10, { shown: i % 2 === 1 ? page('doc', 1) : null });
    const pieces = cutPieces([story.end(40).log()], hour);
    expect(pieces.length).toBeLessThanOrEqual(40);
    expect(pieces.at(-1)).toMatchObject({ to: 40_000 });
    const log = story.log();
    const last = pieces.at(-1)!;
    expect(layoutKey(log.scenes.findLast(({ at }) => at <= last.from)!.scene)).toBe(layoutKey(two));
  });

  test('where a part is full: the next one begins in the very same moment', () => {
    const log = new Story(two).pause(3).resume(8).end(20).log();
    const pieces = cutPieces([log], { partMs: 6_000 });
    expect(pieces.map(({ from, to, part, startInPartMs }) => [from, to, part, startInPartMs])).toEqual([
      [0, 3_000, 1, 0],
      [8_000, 11_000, 1, 3_000],
      [11_000, 17_000, 2, 0],
      [17_000, 18_000, 3, 0],
      [18_000, 20_000, 3, 1_000],
    ]);
  });

  test('the next take, after a crash, goes on in the part of the one before', () => {
    const logs = [new Story(two).tick(7.5).log(1), new Story(two).end(6).log(2)];
    const pieces = cutPieces(logs, { partMs: 10_000 });
    expect(
      pieces.map(({ take, from, to, part, startInPartMs }) => [take, from, to, part, startInPartMs]),
    ).toEqual([
      [1, 0, 7_400, 1, 0],
      [2, 0, 2_600, 1, 7_400],
      [2, 2_600, 6_000, 2, 0],
    ]);
  });

  test('while it runs, only as far as nothing can change any more', () => {
    const story = new Story(two).scene(12, { people: one.people }).tick(25);
    const pieces = (until: number) => seconds(cutPieces([story.log()], { ...hour, until: until * 1_000 }));
    expect(pieces(9.9)).toEqual([]);
    expect(pieces(10)).toEqual([[0, 10]]);
    expect(pieces(25)).toEqual([
      [0, 10],
      [10, 12],
      [12, 20],
    ]);
    // Paused, it is known where the piece ends.
    story.pause(27);
    expect(pieces(27).at(-1)).toEqual([20, 27]);
    expect(pieces(26).at(-1)).toEqual([12, 20]);
  });
});

describe.each(Array.from({ length: 60 }, (_, seed) => seed))('whatever happens (%i)', (seed) => {
  const random = seededRandom(seed);
  const story = anyStory(random);
  const whole = story.upTo(story.lengthMs);
  const options = { partMs: 4_000 + random.below(30_000), pieceMs: 10_000 };
  const pieces = cutPieces([whole], options);

  test('pieces follow one another without a gap, on the grid, and fill exactly what is recorded', () => {
    const recorded = whole.spans.reduce((sum, { from, to }) => sum + to - from, 0);
    const part = Math.round(options.partMs / gridMs) * gridMs;
    let sum = 0;
    for (const piece of pieces) {
      expect(piece.to).toBeGreaterThan(piece.from);
      expect(piece.to - piece.from).toBeLessThanOrEqual(10_000);
      expect([piece.from % gridMs, piece.to % gridMs]).toEqual([0, 0]);
      expect(piece).toMatchObject({ part: Math.floor(sum / part) + 1, startInPartMs: sum % part });
      expect(whole.spans.some(({ from, to }) => from <= piece.from && piece.to <= to)).toBe(true);
      sum += piece.to - piece.from;
    }
    expect(sum).toBe(recorded);
  });

  test('what has been cut while it ran stays as it was cut', () => {
    for (let tries = 0; tries < 20; tries += 1) {
      const now = random.below(story.lengthMs);
      const known = story.upTo(now);
      const soFar = cutPieces([known], options);
      expect(soFar.slice(0, -1)).toEqual(pieces.slice(0, Math.max(0, soFar.length - 1)));
      const final = cutPieces([known], { ...options, until: now });
      expect(final).toEqual(pieces.slice(0, final.length));
      expect(final.length).toBeGreaterThanOrEqual(soFar.length - 1);
    }
  });
});
