import { chmod, mkdir, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { RecorderCommand } from '../../sfu/protocol/recorder.ts';
import type { Report } from '../channel.ts';
import { CaptureFolder } from './capture-folder.ts';
import type { CaptureFacts } from './capture-folder.ts';
import type { Compositor } from './compositor.ts';
import { Composition } from './composition.ts';
import { failureOf } from './failures.ts';
import { RunningTake } from './running-take.ts';

/** How often it is told how far everything is, and how much room the disk has. */
const progressMs = 1_000;
/** A capture whose folder cannot be used is tried again after this. */
const finishAgainMs = 10_000;

export type CapturesOptions = {
  /** An absolute path. */
  recordingsDir: string;
  /** With less than this free, what runs is ended. */
  reserveBytes: number;
  /** What pages of strangers' documents are painted behind. */
  sandbox: 'auto' | 'required';
  compositor: Compositor;
  report: Report;
  log: Logger;
};

type Known = { folder: CaptureFolder; composition: Composition; running: RunningTake | null };

/** All captures that run or are being finished; what the server asks for is done to one of them here. */
export class Captures {
  readonly #options: CapturesOptions;
  readonly #known = new Map<string, Known>();
  readonly #progress: NodeJS.Timeout;
  #isLooking = false;
  #isClosed = false;

  private constructor(options: CapturesOptions) {
    this.#options = options;
    this.#progress = setInterval(() => {
      if (this.#isLooking) return;
      this.#isLooking = true;
      void this.#look().finally(() => {
        this.#isLooking = false;
      });
    }, progressMs);
  }

  static async create(options: CapturesOptions): Promise<Captures> {
    const captures = new Captures(options);
    await mkdir(captures.#capturesDir, { recursive: true });
    // Pages are painted by another user, who has to get through to the folders of the jobs, and to nothing else.
    await rm(captures.#jobsDir, { recursive: true, force: true });
    await mkdir(captures.#jobsDir, { recursive: true });
    await chmod(options.recordingsDir, 0o711);
    await chmod(captures.#jobsDir, 0o711);
    return captures;
  }

  async begin(begin: RecorderCommand<'capture:begin'>): Promise<void> {
    const { captureId, kind, partMs } = begin;
    const { report, log } = this.#options;
    let known: Known | null = null;
    try {
      known = await this.#know({ captureId, kind, partMs });
      // Asked twice: the server has not heard the first answer.
      if (known.running) {
        report('capture:listening', { captureId, port: known.running.port });
        return;
      }
      const running = await RunningTake.create({
        folder: known.folder,
        begin,
        onKeyframeNeeded: (trackId, isStarving) => {
          report('track:keyframe', { captureId, trackId, isStarving });
        },
        onTrouble: (error) => {
          void this.#trouble(captureId, error);
        },
        log,
      });
      known.running = running;
      known.composition.follow(running);
      this.#options.compositor.add(known.composition);
      report('capture:listening', { captureId, port: running.port });
    } catch (error) {
      log.error({ error, captureId }, 'a recording could not begin');
      report('capture:trouble', { captureId, ...failureOf(error) });
      if (known) this.#finish(known);
      else if (await this.#folderOf(captureId).isThere()) await this.finish({ captureId, kind, partMs });
      else report('capture:done', { captureId, parts: 0 });
    }
  }

  async addDocument(command: RecorderCommand<'document:add'>): Promise<void> {
    const { captureId, documentId, version, file } = command;
    await this.#known.get(captureId)?.folder.addDocument(documentId, version, file);
  }

  /** The take that is recorded now; null when it has ended meanwhile, which nobody needs to be told. */
  running(captureId: string): RunningTake | null {
    return this.#known.get(captureId)?.running ?? null;
  }

  async end(captureId: string, at: number | null): Promise<void> {
    const known = this.#known.get(captureId);
    if (!known) return;
    const { running } = known;
    known.running = null;
    try {
      await running?.close(at);
    } catch (error) {
      this.#options.log.error({ error, captureId }, 'a recording could not be closed in order');
    }
    this.#finish(known);
  }

  /** What was left by a recorder before this one. */
  async finish(facts: CaptureFacts): Promise<void> {
    if (this.#isClosed) return;
    try {
      const known = await this.#know(facts);
      if (!known.running) this.#finish(known);
    } catch (error) {
      const { captureId } = facts;
      this.#options.log.error({ error, captureId }, 'a recording cannot be finished yet');
      this.#options.report('part:failed', { captureId, part: 1, ...failureOf(error) });
      // There may be room later.
      setTimeout(() => void this.finish(facts), finishAgainMs);
    }
  }

  async taken(captureId: string, part: number): Promise<void> {
    const known = this.#known.get(captureId);
    if (!known) return;
    await known.folder.setTaken(part);
    await known.composition.taken(part);
    this.#options.compositor.wake();
  }

  async discard(captureId: string): Promise<void> {
    const known = this.#known.get(captureId);
    this.#known.delete(captureId);
    await known?.running?.close(null).catch(() => undefined);
    // Nothing may be written any more when the folder goes.
    await known?.composition.close();
    if (known) await this.#options.compositor.remove(known.composition);
    await this.#folderOf(captureId).remove();
    this.#options.report('capture:done', { captureId, parts: 0 });
  }

  /** Orderly: what runs is closed, and finished by the next recorder. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#progress);
    // One that fails does not keep the others from being closed.
    await Promise.allSettled(
      [...this.#known.values()].map(async ({ running, composition }) => {
        await running?.close(null);
        await composition.close();
      }),
    );
  }

  async #know(facts: CaptureFacts): Promise<Known> {
    const { captureId } = facts;
    const found = this.#known.get(captureId);
    if (found) return found;
    const { sandbox, report, log } = this.#options;
    const folder = this.#folderOf(captureId);
    await folder.begin(facts);
    const composition = new Composition({
      folder,
      // What it began as counts; the server may have been told otherwise since.
      facts: (await folder.facts()) ?? facts,
      sandbox,
      report,
      onDone: () => {
        this.#forget(captureId);
      },
      log,
    });
    const known: Known = { folder, composition, running: null };
    this.#known.set(captureId, known);
    return known;
  }

  #folderOf(captureId: string): CaptureFolder {
    return new CaptureFolder(path.join(this.#capturesDir, captureId), path.join(this.#jobsDir, captureId));
  }

  get #capturesDir(): string {
    return path.join(this.#options.recordingsDir, 'captures');
  }
  get #jobsDir(): string {
    return path.join(this.#options.recordingsDir, 'jobs');
  }

  #finish(known: Known): void {
    known.composition.end();
    this.#options.compositor.add(known.composition);
    this.#options.compositor.wake();
  }

  #forget(captureId: string): void {
    const known = this.#known.get(captureId);
    if (!known) return;
    void this.#options.compositor.remove(known.composition);
    this.#known.delete(captureId);
  }

  /** Nothing more can be recorded: what there is will be finished, and the meeting is told. */
  async #trouble(captureId: string, error: unknown): Promise<void> {
    if (!this.#known.get(captureId)?.running) return;
    this.#options.log.error({ error, captureId }, 'a recording had to end');
    this.#options.report('capture:trouble', { captureId, ...failureOf(error) });
    await this.end(captureId, null);
  }

  async #look(): Promise<void> {
    for (const [captureId, known] of this.#known) {
      if (!known.running) continue;
      // What goes wrong with one is nothing to the others.
      try {
        await this.#lookAt(captureId, known);
      } catch (error) {
        this.#options.log.error({ error, captureId }, 'a recording could not be looked at');
      }
    }
  }

  async #lookAt(captureId: string, known: Known): Promise<void> {
    const { recordingsDir, reserveBytes, report } = this.#options;
    const { bavail, bsize } = await statfs(recordingsDir);
    if (bavail * bsize < reserveBytes) {
      await this.#trouble(captureId, new NoRoom(bavail * bsize));
      return;
    }
    const progress = await known.composition.progress();
    report('capture:progress', { captureId, ...progress });
  }
}

class NoRoom extends Error {
  readonly code = 'ENOSPC';
  constructor(bytes: number) {
    super(
      `The disk has only ${Math.round(bytes / 1e6)} MB left: the recording ends while it can still be finished.`,
    );
  }
}
