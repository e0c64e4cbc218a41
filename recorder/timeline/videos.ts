import type { Scene } from '../../sfu/protocol/recorder.ts';
import type { Layout } from './layout.ts';
import { middlesOf } from './middle.ts';
import { shared, since, united, without } from './stretches.ts';
import type { Box, Layer, Piece, Stretch, TakeLog, TrackTimes } from './types.ts';

/** A face that has not moved for longer is no longer there: the line is bad, or gone. */
const cameraHoldMs = 2_000;
/** A screen on which nothing changes sends nothing. */
const screenHoldMs = Infinity;

/** The faces, while their cameras are on and pictures come. */
export function cameraLayers(
  piece: Piece,
  span: Stretch,
  log: TakeLog,
  layout: Layout,
  tracks: readonly TrackTimes[],
): Layer[] {
  return layout.seats.flatMap(({ participantId, tile }) => {
    const isOn = (scene: Scene) =>
      scene.people.some((person) => person.participantId === participantId && person.camera === 'on');
    const times = log.scenes.map(({ scene }) => isOn(scene));
    const own = tracks.filter((track) => track.source === 'camera' && track.participantId === participantId);
    return layersOf(own, { piece, span, log, times, holdMs: cameraHoldMs, box: tile, fit: 'cover' });
  });
}

/** The shared screens, each while it has the middle. */
export function screenLayers(
  piece: Piece,
  span: Stretch,
  log: TakeLog,
  layout: Layout,
  tracks: readonly TrackTimes[],
): Layer[] {
  const { middle: box } = layout;
  if (!box) return [];
  const middles = middlesOf(log.scenes);
  const own = (participantId: string) =>
    tracks.filter((track) => track.source === 'screen' && track.participantId === participantId);
  return layout.seats.flatMap(({ participantId }) => {
    const isShared = log.scenes.map(({ scene }) => scene.screens.includes(participantId));
    const hasMiddle = middles.map(
      (middle) => middle?.kind === 'screen' && middle.participantId === participantId,
    );
    const layers = layersOf(own(participantId), {
      ...{ piece, span, log, times: isShared, holdMs: screenHoldMs, box, fit: 'contain' as const },
    });
    const seen = since(piece.from, shared(stretchesOf(log, hasMiddle), [piece]));
    return layers
      .map((layer) => ({ ...layer, during: shared(layer.during, seen) }))
      .filter(({ during }) => during.length > 0);
  });
}

type Wanted = {
  piece: Piece;
  /** Nothing from before it may be seen: that was paused. */
  span: Stretch;
  log: TakeLog;
  /** For each scene of the log, whether the picture is wanted in it. */
  times: readonly boolean[];
  /** How long a picture stays when no other one comes. */
  holdMs: number;
  box: Box;
  fit: 'cover' | 'contain';
};

/** Of several tracks that follow one another, the later one is seen where both could be. */
function layersOf(tracks: readonly TrackTimes[], wanted: Wanted): (Layer & { type: 'video' })[] {
  const { piece, span, log, times, holdMs, box, fit } = wanted;
  const whenWanted = shared(stretchesOf(log, times), [span]);
  const begin = ({ stretches }: TrackTimes) => stretches[0]?.from ?? Infinity;
  let taken: Stretch[] = [];
  return tracks
    .toSorted((a, b) => begin(b) - begin(a))
    .flatMap(({ trackId, stretches }) => {
      const there = united(whenWanted.flatMap((when) => shown(stretches, when, holdMs)));
      const during = since(piece.from, shared(without(there, taken), [piece]));
      taken = united([...taken, ...there]);
      return during.length > 0 ? [{ type: 'video' as const, trackId, box, fit, during }] : [];
    });
}

/** When there is something to show: only pictures that came since it was wanted are held. */
function shown(stretches: readonly Stretch[], wanted: Stretch, holdMs: number): Stretch[] {
  const fresh = stretches.filter(({ from, to }) => to >= wanted.from && from < wanted.to);
  const held = fresh.map(({ from, to }) => ({ from, to: to + holdMs }));
  return shared(united(held), [wanted]);
}

/** The stretches of the scenes that are marked. */
function stretchesOf({ scenes }: TakeLog, marks: readonly boolean[]): Stretch[] {
  return united(
    scenes.flatMap(({ at }, index) =>
      marks[index] ? [{ from: at, to: scenes[index + 1]?.at ?? Infinity }] : [],
    ),
  );
}
