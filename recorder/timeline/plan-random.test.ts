import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../sfu/test/kit/random.ts';
import { cutPieces } from './pieces.ts';
import { planPiece } from './plan.ts';
import { shared, united, without } from './stretches.ts';
import { anyStory, track } from './test-kit.ts';
import { viewsOf } from './views.ts';

const words = { host: '担当者', guest: 'お客様' };
const slides = { width: 1_600, height: 900 };

describe.each(Array.from({ length: 40 }, (_, seed) => seed))('whatever happens (%i)', (seed) => {
  const random = seededRandom(1_000 + seed);
  const story = anyStory(random);
  const log = story.upTo(story.lengthMs);
  const pieces = cutPieces([log], { partMs: 20_000 });
  const tracks = ['host', 'Sato', 'Suzuki', 'Ito'].flatMap((name) =>
    (['camera', 'screen', 'microphone'] as const).map((source) => {
      const from = random.below(20);
      return track(source, name, [from, from + random.below(30)], [60, 80]);
    }),
  );
  const context = { words, kind: 'video' as const, pageSize: () => slides };

  test('all of a piece is painted, and nobody who is not there', () => {
    for (const piece of pieces) {
      const plan = planPiece(piece, log, tracks, context);
      const all = { from: 0, to: plan.durationMs };
      const backdrops = plan.layers!.flatMap((layer) =>
        layer.type === 'still' && layer.still.kind === 'svg' ? layer.during : [],
      );
      expect(united(backdrops)).toEqual([all]);
      for (const layer of plan.layers!) {
        if (layer.type === 'moving') {
          expect(layer.places.every(({ at }) => at >= 0 && at < plan.durationMs)).toBe(true);
          continue;
        }
        expect(without(layer.during, [all])).toEqual([]);
        expect(Object.values(layer.box).every((px) => px % 2 === 0)).toBe(true);
      }
      for (const { from, to, scene } of viewsOf(log, piece)) {
        const then = { from: from - piece.from, to: to - piece.from };
        const away = tracks.filter(({ participantId }) =>
          scene.people.every((someone) => someone.participantId !== participantId),
        );
        const seen = plan.layers!.flatMap((layer) =>
          layer.type === 'video' && away.some(({ trackId }) => trackId === layer.trackId) ? layer.during : [],
        );
        expect(shared(seen, [then])).toEqual([]);
      }
    }
  });

  test('a piece that is final while the meeting runs is painted as it would be afterwards', () => {
    let compared = 0;
    for (const piece of pieces) {
      const known = story.upTo(piece.to + 500);
      const [same] = cutPieces([known], { partMs: 20_000, until: piece.to }).slice(-1);
      // Where a span ends, that is known only afterwards.
      if (same?.to !== piece.to) continue;
      compared += 1;
      expect(planPiece(same, known, tracks, context)).toEqual(planPiece(piece, log, tracks, context));
    }
    expect(compared).toBeGreaterThan(0);
  });
});
