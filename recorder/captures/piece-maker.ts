import type { Logger } from 'pino';
import { readFrames } from '../capture/raw-files.ts';
import type { RawFrame } from '../capture/raw.ts';
import type { StillFile } from '../compose/inputs.ts';
import { composePiece, type ComposedPiece } from '../compose/piece.ts';
import { Pages } from '../drawing/pages.ts';
import { Stills } from '../drawing/stills.ts';
import { planPiece } from '../timeline/plan.ts';
import {
  gridMs,
  type Piece,
  type PiecePlan,
  type Still,
  type Stretch,
  type TakeLog,
} from '../timeline/types.ts';
import type { CaptureFacts, CaptureFolder } from './capture-folder.ts';
import type { Takes } from './takes.ts';

/** Below the meetings themselves; of nice(1). */
export const niceness = 10;

export type PieceMakerOptions = {
  folder: CaptureFolder;
  facts: CaptureFacts;
  takes: Takes;
  sandbox: 'auto' | 'required';
  signal: AbortSignal;
  log: Logger;
};

/** A page that cannot be painted: a white sheet stays. */
const blankSheet = (width: number, height: number): Still & { kind: 'svg' } => ({
  kind: 'svg',
  width,
  height,
  svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/></svg>`,
});

/** Makes the pieces of one capture: reads what was captured, has its pictures painted, and composes. */
export class PieceMaker {
  readonly #options: PieceMakerOptions;
  readonly #stills: Stills;
  readonly #pages: Pages;

  private constructor(options: PieceMakerOptions, stills: Stills, pages: Pages) {
    this.#options = options;
    this.#stills = stills;
    this.#pages = pages;
  }

  static async create(options: PieceMakerOptions): Promise<PieceMaker> {
    const { folder, sandbox, log } = options;
    const [stills, pages] = await Promise.all([
      Stills.create({ cacheDir: folder.pages }),
      Pages.create({
        jobsDir: folder.jobs,
        cacheDir: folder.pages,
        sandbox,
        onProblem: (problem) => {
          log.warn(problem, 'a page cannot be painted into a recording');
        },
      }),
    ]);
    return new PieceMaker(options, stills, pages);
  }

  async make(piece: Piece, log: TakeLog): Promise<ComposedPiece> {
    const { folder, facts, takes, signal } = this.#options;
    const span = log.spans.find(({ from, to }) => from <= piece.from && piece.to <= to) ?? piece;
    const tracks = await takes.tracks(piece.take, piece, span);
    await this.#openDocuments(piece, log);
    const plan = planPiece(piece, log, tracks, {
      words: takes.words,
      kind: facts.kind,
      pageSize: (documentId, version, page) => this.#pages.sizeOf(documentId, version, page),
    });
    const composed = await composePiece({
      plan,
      around: { beforeMs: piece.from - span.from, afterMs: span.to - piece.to },
      tracks,
      frames: (trackId, from, to) => this.#frames(piece, span, trackId, { from, to }),
      still: (still) => this.#paint(still, plan),
      workDir: folder.work,
      niceness,
      signal,
    });
    if (composed.complaints.length > 0) {
      this.#options.log.warn(
        { complaints: composed.complaints },
        'a piece of a recording was composed with losses',
      );
    }
    return composed;
  }

  /** Nothing from before the span: that was paused, and after a pause every picture begins anew. */
  async #frames(piece: Piece, span: Stretch, trackId: string, { from, to }: Stretch): Promise<RawFrame[]> {
    const trackDir = this.#options.takes.trackDir(piece.take, trackId);
    const frames = await readFrames(trackDir, piece.from + from, piece.from + to, { fromKeyframe: true });
    const isOf = ({ timeMs }: RawFrame) => timeMs >= span.from - gridMs;
    const begins = frames.findIndex((frame) => isOf(frame) && frame.isKeyframe);
    return (begins === -1 ? [] : frames.slice(begins)).map((frame) => ({
      ...frame,
      timeMs: frame.timeMs - piece.from,
    }));
  }

  /** Layers are placed by the sizes of their pages. */
  async #openDocuments(piece: Piece, log: TakeLog): Promise<void> {
    if (this.#options.facts.kind === 'audio') return;
    const scenes = log.scenes.filter(({ at }, index) => {
      const next = log.scenes[index + 1]?.at ?? Infinity;
      return at < piece.to && next > piece.from;
    });
    const shown = scenes.flatMap(({ scene }) => scene.shown ?? []);
    for (const { documentId, version } of shown) {
      await this.#pages.open(this.#options.folder.document(documentId, version), documentId, version);
    }
  }

  async #paint(still: Still, plan: PiecePlan): Promise<StillFile> {
    if (still.kind === 'svg') return this.#stills.paint(still);
    const layer = plan.layers?.find((each) => each.type === 'still' && each.still === still);
    if (layer?.type !== 'still') throw new Error('A page that is nowhere in the picture was to be painted.');
    const { documentId, version, page } = still;
    const file = this.#options.folder.document(documentId, version);
    const painted = await this.#pages.page(file, documentId, version, page, layer.box);
    return painted ?? this.#stills.paint(blankSheet(layer.box.width, layer.box.height));
  }

  close(): Promise<void> {
    return this.#pages.close();
  }
}
