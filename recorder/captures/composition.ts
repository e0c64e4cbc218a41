import type { Logger } from 'pino';
import type { RecorderReport } from '../../sfu/protocol/recorder.ts';
import type { Report } from '../channel.ts';
import { PartFiles } from '../finish/part-files.ts';
import { chaptersOf } from '../timeline/chapters.ts';
import { cutPieces } from '../timeline/pieces.ts';
import type { Piece, TakeLog } from '../timeline/types.ts';
import type { CaptureFacts, CaptureFolder } from './capture-folder.ts';
import { chapterWords } from './chapter-words.ts';
import { failureOf } from './failures.ts';
import { niceness, PieceMaker } from './piece-maker.ts';
import type { RunningTake } from './running-take.ts';
import { Takes } from './takes.ts';

/** Packets that come late, and what lies ahead of a piece in its sound: then nothing of it changes any more. */
const settledAfterMs = 2_500;
/** A meeting that runs is looked at this often. */
const lookMs = 1_000;
/** With nothing left to do but to wait. */
const restMs = 30_000;
/** How often a step is tried again that fails for another reason than want of room … */
const triesMax = 3;
const retryMs = 2_000;
const retryMaxMs = 30_000;
/** … and how often when there is none: somebody may make some. */
const roomRetryMs = 10_000;
/** A server that has not taken a finished part by then is told of it again. */
const tellAgainMs = 15_000;
/** So much that was captured is not thrown away, whatever has become of its log. */
const worthKeepingMs = 2_000;
/** In the place of the time at which it was told. */
const taken = 0;
/** Behind a part, so much of what was captured is still needed for the sound and pictures of the next. */
const keptBehindMs = 60_000;

export type CompositionOptions = {
  folder: CaptureFolder;
  facts: CaptureFacts;
  sandbox: 'auto' | 'required';
  report: Report;
  /** Its folder is gone. */
  onDone: () => void;
  log: Logger;
};

type Known = { logs: TakeLog[]; pieces: Piece[] };

/**
 * Composes one capture, piece by piece, while it runs and after it, and finishes its parts. Everything it knows is on
 * the disk: another process goes on where this one was killed.
 */
export class Composition {
  readonly #options: CompositionOptions;
  readonly #takes: Takes;
  readonly #stopping = new AbortController();
  #maker: Promise<PieceMaker> | null = null;
  readonly #parts = new Map<number, PartFiles>();
  /** Parts that need no more work here: told to the server, and when, and taken by it in the end. */
  readonly #over = new Map<number, number>();
  /** Parts that could not be composed; the next recorder tries them again. */
  readonly #failed = new Set<number>();
  #isEnded = false;
  #dueAt = 0;
  #tries = 0;
  #toldFailed: number | null = null;

  constructor(options: CompositionOptions) {
    this.#options = options;
    this.#takes = new Takes(options.folder);
  }

  /** A take begins. */
  follow(running: RunningTake): void {
    this.#takes.follow(running);
    this.#isEnded = false;
  }

  /** Nothing more will be captured: all that is left is due. */
  end(): void {
    this.#takes.settle();
    this.#isEnded = true;
    this.#tries = 0;
    this.wake();
  }

  /** Something has come that it may have waited for. */
  wake(): void {
    this.#dueAt = 0;
  }

  /** The server has the file of this part: what was captured for it can go, but for what the next one begins with. */
  async taken(part: number): Promise<void> {
    const { pieces } = await this.#look();
    const last = pieces.findLast((piece) => piece.part === part);
    if (last) await this.#takes.forgetBefore(last.take, last.to - keptBehindMs);
    this.wake();
  }

  get isDue(): boolean {
    return performance.now() >= this.#dueAt;
  }

  /** Higher is sooner: what somebody waits for, then whoever has waited the longest for a turn. */
  get urgency(): number {
    return (this.#isEnded ? Number.MAX_SAFE_INTEGER / 2 : 0) - this.#dueAt;
  }

  /** One piece, or the finishing of one part, or nothing when nothing is due. Failures are told, not thrown. */
  async step(): Promise<void> {
    let part = 1;
    try {
      const known = await this.#look();
      part = await this.#currentPart(known.pieces);
      await this.#advance(part, known);
      this.#tries = 0;
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#stumble(part, error);
    }
  }

  async progress(): Promise<Pick<RecorderReport<'capture:progress'>, 'recordedMs' | 'parts'>> {
    const { running } = this.#takes;
    const over = (await this.#takes.logs()).filter(({ take }) => take !== running?.take);
    const spans = over.flatMap((log) => log.spans);
    const recordedMs = spans.reduce((sum, { from, to }) => sum + to - from, 0) + (running?.recordedMs ?? 0);
    const { partMs } = this.#options.facts;
    const count = Math.floor(recordedMs / partMs) + 1;
    const parts = Array.from({ length: count }, (_, index) => index + 1)
      .filter((part) => !this.#over.has(part))
      .map((part) => {
        const files = this.#parts.get(part);
        return {
          part,
          recordedMs: Math.min(partMs, recordedMs - (part - 1) * partMs),
          composedMs: files?.composedMs ?? 0,
          composedBytes: files?.bytes ?? 0,
        };
      });
    return { recordedMs, parts };
  }

  /** Orderly: the piece at work is left, to be made again. */
  async close(): Promise<void> {
    this.#stopping.abort();
    const maker = await this.#maker?.catch(() => null);
    await maker?.close();
  }

  /** What has been captured by now, and the pieces of it that will not change any more. */
  async #look(): Promise<Known> {
    const { running } = this.#takes;
    await running?.flush();
    const logs = await this.#takes.logs();
    const { partMs, kind } = this.#options.facts;
    const until = running ? { until: running.nowMs - settledAfterMs } : {};
    return { logs, pieces: cutPieces(logs, { partMs, kind, ...until }) };
  }

  /** The first that is not over; behind the last piece when all are. */
  async #currentPart(pieces: readonly Piece[]): Promise<number> {
    const last = pieces.at(-1)?.part ?? 0;
    for (let part = 1; part <= last; part += 1) {
      const toldAt = this.#over.get(part);
      if (toldAt === taken || this.#failed.has(part)) continue;
      if (await this.#options.folder.isTaken(part)) this.#over.set(part, taken);
      // The server could not take it, for want of room perhaps: it is told again.
      else if (toldAt === undefined || performance.now() - toldAt > tellAgainMs) return part;
    }
    return last + 1;
  }

  async #advance(part: number, { logs, pieces }: Known): Promise<void> {
    const { folder, facts, report, log } = this.#options;
    const own = pieces.filter((piece) => piece.part === part);
    const [first] = own;
    if (!first) {
      await this.#rest(pieces);
      return;
    }
    const done = await folder.done(part);
    if (done) {
      this.#over.set(part, performance.now());
      report('part:done', { captureId: facts.captureId, part, file: folder.doneFile(part), ...done });
      return;
    }
    const files = await this.#partFiles(part);
    const next = this.#restOf(own, files.composedMs);
    if (next) {
      const take = logs.find(({ take }) => take === next.take);
      if (!take) throw new Error(`Take ${next.take} cannot be read.`);
      this.#maker ??= this.#createMaker();
      await files.append(await (await this.#maker).make(next, take));
      const { running } = this.#takes;
      if (running?.take === next.take) running.timeline.forgetPointersBefore(next.to - keptBehindMs);
      // Others have their turn before the next piece.
      this.#dueAt = performance.now();
      return;
    }
    const isWhole = this.#isEnded || pieces.some((piece) => piece.part > part);
    if (!isWhole) {
      this.#dueAt = performance.now() + lookMs;
      return;
    }
    const finished = await files.finish({
      chapters: chaptersOf(part, pieces, logs, chapterWords(this.#takes.words)),
      to: folder.doneFile(part),
      createdAt: await this.#takes.wallTimeOf(first),
      title: '',
      niceness,
      signal: this.#stopping.signal,
    });
    await folder.setDone(part, finished);
    this.#parts.delete(part);
    log.info(
      { captureId: facts.captureId, part, ...finished, chapters: finished.chapters.length },
      'a recording is ready',
    );
  }

  /** All that there is has been told; when it is also taken, nothing of it is needed any more. */
  async #rest(pieces: readonly Piece[]): Promise<void> {
    const { folder, facts, report, onDone } = this.#options;
    this.#dueAt = performance.now() + (this.#failed.size > 0 ? restMs : lookMs);
    if (!this.#isEnded) return;
    const parts = pieces.at(-1)?.part ?? 0;
    for (let part = 1; part <= parts; part += 1) if (!(await folder.isTaken(part))) return;
    if (parts === 0 && (await this.#takes.capturedMs()) > worthKeepingMs) {
      throw new Error('What was captured cannot be placed in time.');
    }
    await this.close();
    await folder.remove();
    report('capture:done', { captureId: facts.captureId, parts });
    onDone();
  }

  /**
   * The piece to compose next. Pieces do not change, so one begins where the last one ended; should one not, what is
   * missing of it is composed rather than left out.
   */
  #restOf(pieces: readonly Piece[], composedMs: number): Piece | null {
    const next = pieces.find(({ startInPartMs, from, to }) => startInPartMs + (to - from) > composedMs);
    if (!next || next.startInPartMs >= composedMs) return next ?? null;
    this.#options.log.error({ next, composedMs }, 'the pieces of a recording are not where they were');
    const shift = composedMs - next.startInPartMs;
    return { ...next, from: next.from + shift, startInPartMs: composedMs };
  }

  async #partFiles(part: number): Promise<PartFiles> {
    const known = this.#parts.get(part);
    if (known) return known;
    const files = await PartFiles.open(this.#options.folder.part(part), this.#options.facts.kind);
    this.#parts.set(part, files);
    return files;
  }

  #createMaker(): Promise<PieceMaker> {
    const { folder, facts, sandbox, log } = this.#options;
    const { signal } = this.#stopping;
    return PieceMaker.create({ folder, facts, takes: this.#takes, sandbox, signal, log });
  }

  #stumble(part: number, error: unknown): void {
    const { facts, report, log } = this.#options;
    const { captureId } = facts;
    const { code, message } = failureOf(error);
    log.error({ error, captureId, part }, 'a recording could not be composed further');
    // What was made by half may be in the way of the next try.
    this.#parts.delete(part);
    this.#maker = null;
    this.#tries += 1;
    const hasRoom = code !== 'recording-disk';
    this.#dueAt = performance.now() + (hasRoom ? Math.min(retryMs * this.#tries, retryMaxMs) : roomRetryMs);
    if (!this.#isEnded || (hasRoom && this.#tries < triesMax)) return;
    if (this.#toldFailed !== part) report('part:failed', { captureId, part, code, message });
    this.#toldFailed = part;
    // Room may come back by itself. Anything else is for the next recorder; the other parts are not to wait for it.
    if (!hasRoom) return;
    this.#failed.add(part);
    this.#tries = 0;
  }
}
