import type { RecordingKind } from '../../sfu/protocol/recording.ts';
import { layoutKey } from './layout.ts';
import { lastBy } from './stretches.ts';
import { gridMs, type Piece, type TakeLog } from './types.ts';

export type CutOptions = {
  /** The longest piece, counted from the beginning of its span. */
  pieceMs?: number;
  /** How long a part is; recorded time. */
  partMs: number;
  /** Sound has no layout. */
  kind?: RecordingKind;
  /**
   * For a take that runs, the last one: everything until then is known; take time. Only pieces that cannot change
   * any more are given.
   */
  until?: number;
};

/** Somebody who comes and goes, or a page that opens and closes, does not make a piece of every blink. */
const layoutRestMs = 1_000;

/**
 * Cuts what is recorded into pieces: every `pieceMs` of a span, where a part is full, and where the layout changes,
 * at most once in a second. What is known later changes only the last piece of a log that is still open.
 * @param logs all takes so far, in their order; only the last may still be growing
 */
export function cutPieces(logs: readonly TakeLog[], options: CutOptions): Piece[] {
  const { kind = 'video', until = Infinity } = options;
  const pieceMs = onGrid(options.pieceMs ?? 10_000);
  const partMs = onGrid(options.partMs);
  const pieces: Piece[] = [];
  let recordedMs = 0;
  for (const log of logs) {
    const layouts = kind === 'audio' ? null : new Layouts(log);
    const isGrowing = log === logs.at(-1) && options.until !== undefined;
    for (const span of log.spans) {
      let rearrangedAt = -Infinity;
      for (let from = span.from; from < span.to; from = pieces.at(-1)?.to ?? span.to) {
        const startInPartMs = recordedMs % partMs;
        const line = span.from + (Math.floor((from - span.from) / pieceMs) + 1) * pieceMs;
        const full = from + partMs - startInPartMs;
        const latest = Math.min(line, full, span.to);
        const earliest = Math.max(from + gridMs, rearrangedAt + layoutRestMs);
        const rearranged = layouts?.firstChange(from, earliest, latest) ?? null;
        if (rearranged !== null) rearrangedAt = rearranged;
        const to = rearranged ?? latest;
        const mayGrow = to > until || (to === span.to && span === log.spans.at(-1) && log.isOpen);
        if (isGrowing && mayGrow) return pieces;
        const part = Math.floor(recordedMs / partMs) + 1;
        pieces.push({ take: log.take, from, to, part, startInPartMs });
        recordedMs += to - from;
      }
    }
  }
  return pieces;
}

const onGrid = (ms: number) => Math.max(1, Math.round(ms / gridMs)) * gridMs;

/** Which layout there is at each point of the grid: that of the scene which holds there. */
class Layouts {
  readonly #changes: { at: number; key: string }[] = [];

  constructor(log: TakeLog) {
    for (const { at, scene } of log.scenes) {
      const change = { at: Math.ceil(at / gridMs) * gridMs, key: layoutKey(scene) };
      if (this.#changes.at(-1)?.at === change.at) this.#changes.pop();
      if (this.#changes.at(-1)?.key !== change.key) this.#changes.push(change);
    }
  }

  /**
   * When another layout than that of `from` is due.
   * @returns null when none is before `latest`
   */
  firstChange(from: number, earliest: number, latest: number): number | null {
    if (earliest >= latest) return null;
    const key = this.#keyAt(from);
    const first = lastBy(this.#changes, earliest);
    if (this.#changes[first]?.key !== key) return earliest;
    for (let index = first + 1; index < this.#changes.length; index += 1) {
      const change = this.#changes[index];
      if (!change || change.at >= latest) return null;
      if (change.key !== key) return change.at;
    }
    return null;
  }

  #keyAt(time: number): string | undefined {
    return this.#changes[lastBy(this.#changes, time)]?.key;
  }
}
