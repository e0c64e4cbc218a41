import type { RecorderCommand } from '../../sfu/protocol/recorder.ts';
import type { RecordingKind } from '../../sfu/protocol/recording.ts';
import { backdrop } from '../drawing/backdrop.ts';
import { layoutOf, type Layout } from './layout.ts';
import { viewsOf, type View } from './views.ts';
import { pageLayers, type PageSize } from './pages.ts';
import { palmLayers } from './palms.ts';
import {
  picture,
  type Layer,
  type Piece,
  type PiecePlan,
  type Stretch,
  type TakeLog,
  type TrackTimes,
} from './types.ts';
import { cameraLayers, screenLayers } from './videos.ts';

export type Words = RecorderCommand<'capture:begin'>['words'];

export type PlanContext = {
  words: Words;
  kind: RecordingKind;
  /** Of a page as it is shown upright, in any unit; null while it is not known, or when there is none. */
  pageSize: PageSize;
};

/**
 * How far beyond its ends a piece needs sound: encoder and levelling want to hear what comes before and after.
 */
const soundAroundMs = 3_000;

/**
 * What is seen and heard in a piece. Times in it are from the piece's beginning, in milliseconds; a layer is seen in
 * those of its frames (every 1000/15 ms) that lie in its stretches. Who is not in the scene at a moment is nowhere in
 * the picture at it.
 * @param log of the piece's take
 * @param tracks of the piece's take, all of them or at least those with something in and shortly before the piece
 */
export function planPiece(
  piece: Piece,
  log: TakeLog,
  tracks: readonly TrackTimes[],
  { words, kind, pageSize }: PlanContext,
): PiecePlan {
  const views = viewsOf(log, piece);
  const durationMs = piece.to - piece.from;
  const sounds = soundsOf(piece, views, tracks);
  if (kind === 'audio') return { durationMs, layers: null, sounds };

  const [first] = views;
  const layout: Layout = first ? layoutOf(first.scene) : { seats: [], middle: null };
  const span = log.spans.find(({ from, to }) => from <= piece.from && piece.to <= to) ?? piece;
  const layers = [
    ...backdropLayers(piece, views, layout, words),
    ...pageLayers(piece, views, layout, pageSize),
    ...screenLayers(piece, span, log, layout, tracks),
    ...cameraLayers(piece, span, log, layout, tracks),
    ...palmLayers(piece, span, { log, views, layout, words, pageSize }),
  ];
  return { durationMs, layers, sounds };
}

function soundsOf(piece: Piece, views: readonly View[], tracks: readonly TrackTimes[]): string[] {
  const people = new Set(
    views.flatMap(({ scene }) => scene.people.map(({ participantId }) => participantId)),
  );
  return tracks
    .filter(({ source }) => source === 'microphone' || source === 'screen-audio')
    .filter(({ participantId }) => people.has(participantId))
    .filter(({ stretches }) =>
      stretches.some(({ from, to }) => from < piece.to + soundAroundMs && to > piece.from - soundAroundMs),
    )
    .map(({ trackId }) => trackId);
}

/** One whole picture for each way the piece looks but for what moves; together they cover all of it. */
function backdropLayers(piece: Piece, views: readonly View[], layout: Layout, words: Words): Layer[] {
  const { width, height } = picture;
  const during = new Map<string, Stretch[]>();
  for (const view of views) {
    const svg = backdrop(backdropOf(view, layout, words));
    const stretches = during.get(svg) ?? [];
    const stretch = { from: view.from - piece.from, to: view.to - piece.from };
    const last = stretches.at(-1);
    if (last?.to === stretch.from) last.to = stretch.to;
    else stretches.push(stretch);
    during.set(svg, stretches);
  }
  return [...during].map(([svg, stretches]) => ({
    type: 'still',
    still: { kind: 'svg', svg, width, height },
    box: { x: 0, y: 0, width, height },
    during: stretches,
  }));
}

function backdropOf({ scene, middle }: View, layout: Layout, words: Words) {
  const people = layout.seats.flatMap(({ participantId, tile, caption }) => {
    const person = scene.people.find((each) => each.participantId === participantId);
    if (!person) return [];
    const { name, role, microphone, isConnected } = person;
    return [
      {
        tile,
        caption,
        name,
        role: words[role],
        isHost: role === 'host',
        isMuted: microphone !== 'on',
        isConnected,
      },
    ];
  });
  return { people, middle: layout.middle && middle ? { box: layout.middle, sign: middle.kind } : null };
}
