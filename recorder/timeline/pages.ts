import { fitted, type Layout } from './layout.ts';
import { united } from './stretches.ts';
import type { Layer, Piece, Stretch } from './types.ts';
import type { View } from './views.ts';

export type PageSize = (
  documentId: string,
  version: number,
  page: number,
) => { width: number; height: number } | null;

/** The pages that have the middle, each in its stretches; one whose size is not known yet is not painted. */
export function pageLayers(
  piece: Piece,
  views: readonly View[],
  layout: Layout,
  pageSize: PageSize,
): Layer[] {
  const { middle: place } = layout;
  if (!place) return [];
  const layers = new Map<string, Layer & { type: 'still' }>();
  for (const { from, to, middle } of views) {
    if (middle?.kind !== 'page') continue;
    const { documentId, version, page } = middle.shown;
    const key = [documentId, version, page].join(' ');
    const size = pageSize(documentId, version, page);
    if (!size) continue;
    const stretch: Stretch = { from: from - piece.from, to: to - piece.from };
    const layer = layers.get(key);
    if (layer) layer.during = united([...layer.during, stretch]);
    else {
      layers.set(key, {
        type: 'still',
        still: { kind: 'page', documentId, version, page },
        box: fitted(size, place),
        during: [stretch],
      });
    }
  }
  return [...layers.values()];
}
