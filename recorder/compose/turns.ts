import type { Layer } from '../timeline/types.ts';

/** Whoever leafs on at once has not read it; and every whole picture takes bits from those after it. */
const staysMs = 1_000;

/**
 * When in a piece a page is turned to that stays. There a keyframe is made: encoded from the page before, the new one
 * would take a second to become readable, and a chapter begins there, which players go to by keyframes.
 */
export function pageTurns(layers: readonly Layer[] | null, durationMs: number): number[] {
  const pages = (layers ?? []).flatMap((layer) =>
    layer.type === 'still' && layer.still.kind === 'page' ? layer.during : [],
  );
  const turns = pages.filter(
    ({ from, to }) => from > 0 && from < durationMs && (to >= durationMs || to - from >= staysMs),
  );
  return [...new Set(turns.map(({ from }) => from))].toSorted((a, b) => a - b);
}
