import { limits } from '../../sfu/protocol/limits.ts';
import { palm, palmReach, type Palm, type PalmSide } from '../drawing/palm.ts';
import { fitted, type Layout } from './layout.ts';
import type { PageSize } from './pages.ts';
import { lastBy } from './stretches.ts';
import { picture, type Box, type Layer, type Piece, type Stretch, type TakeLog } from './types.ts';
import type { View } from './views.ts';

type Shown = {
  log: TakeLog;
  views: readonly View[];
  layout: Layout;
  words: { host: string; guest: string };
  pageSize: PageSize;
};
type Pointer = TakeLog['pointers'][number];
type Reach = ReturnType<typeof palmReach>;
type Moving = Layer & { type: 'moving' };
type Hand = Pick<Palm, 'tip'> & { layer: Moving };

/**
 * The open hands on the page that has the middle (D4): each at its place of the page, while its person is there and
 * it does not rest, looked at once per frame. A hand that comes near the picture's edge is another still, with the
 * name on its other side.
 */
export function palmLayers(piece: Piece, span: Stretch, shown: Shown): Layer[] {
  const { log, layout } = shown;
  if (!layout.middle) return [];
  const oldest = Math.max(span.from, piece.from - limits.pointerRestMs);
  const recent = log.pointers
    .slice(lastBy(log.pointers, oldest - 1) + 1, lastBy(log.pointers, piece.to) + 1)
    .filter(({ at }) => at >= oldest);
  // As on the screens in the meeting (web/src/stage/palm-order.ts): by the order of the ids.
  const order = layout.seats.map(({ participantId }) => participantId).sort();
  return layout.seats.flatMap(({ participantId }) => {
    const own = recent.filter((pointer) => pointer.participantId === participantId);
    if (own.length === 0) return [];
    return handOf(participantId, own, order.indexOf(participantId), piece, shown);
  });
}

function handOf(
  participantId: string,
  pointers: readonly Pointer[],
  colour: number,
  piece: Piece,
  shown: Shown,
): Moving[] {
  const hands = new Map<string, Hand>();
  const reaches = new Map<string, Reach>();
  const reachOf = (name: string) => {
    const reach = reaches.get(name) ?? palmReach(name);
    reaches.set(name, reach);
    return reach;
  };
  const frames = Math.round(((piece.to - piece.from) * picture.framesPerSecond) / 1_000);
  for (let frame = 0; frame < frames; frame += 1) {
    const frameMs = (frame * 1_000) / picture.framesPerSecond;
    const now = placeAt(participantId, pointers, piece.from + frameMs, shown, reachOf);
    // Rounded down, so that it holds in this very frame whatever the frame's time is rounded to.
    const at = Math.floor(frameMs);
    const key = now && [now.side.left, now.side.above, now.name].join(' ');
    if (now && key !== null) {
      const hand = hands.get(key) ?? newHand(palm(now.name, colour, now.side));
      hands.set(key, hand);
      const { tip, layer } = hand;
      go(layer.places, at, { x: even(now.x - tip.x), y: even(now.y - tip.y) });
    }
    for (const [other, { layer }] of hands) if (other !== key) go(layer.places, at, null);
  }
  return Array.from(hands.values(), ({ layer }) => layer);
}

function newHand({ svg, width, height, tip }: Palm): Hand {
  const still = { kind: 'svg', svg, width, height } as const;
  return { tip, layer: { type: 'moving', still, places: [{ at: 0, corner: null }] } };
}

type Place = { x: number; y: number; name: string; side: PalmSide };

/** Where in the picture somebody's pointer is at a moment of the take; null when nowhere. */
function placeAt(
  participantId: string,
  pointers: readonly Pointer[],
  time: number,
  { views, layout, words, pageSize }: Shown,
  reachOf: (name: string) => Reach,
): Place | null {
  const pointer = pointers[lastBy(pointers, time)];
  if (!pointer?.place || time - pointer.at >= limits.pointerRestMs) return null;
  const view = views.find(({ from, to }) => from <= time && time < to);
  const person = view?.scene.people.find((each) => each.participantId === participantId);
  if (!view || !person || view.middle?.kind !== 'page' || !layout.middle) return null;
  const { documentId, version, page } = view.middle.shown;
  if (pointer.place.documentId !== documentId || pointer.place.page !== page) return null;
  const size = pageSize(documentId, version, page);
  if (!size) return null;
  const box = fitted(size, layout.middle);
  const x = box.x + pointer.place.x * box.width;
  const y = box.y + pointer.place.y * box.height;
  const name = person.name.trim() || words[person.role];
  return { x, y, name, side: sideAt(x, y, reachOf(name), layout.middle) };
}

function sideAt(x: number, y: number, reach: Reach, middle: Box): PalmSide {
  return { left: x + reach.x > middle.x + middle.width, above: y + reach.y > picture.height };
}

function go(places: Moving['places'], at: number, corner: { x: number; y: number } | null): void {
  const last = places.at(-1);
  if (last && last.corner?.x === corner?.x && last.corner?.y === corner?.y) return;
  if (last?.at === at) places.pop();
  places.push({ at, corner });
}

const even = (value: number) => Math.round(value / 2) * 2;
