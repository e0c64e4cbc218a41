import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { listTracks, readTimes, trackDirOf } from '../capture/raw-files.ts';
import type { TrackInfo } from '../capture/raw.ts';
import { beginningOf, parseTake, type TakeBeginning } from '../timeline/events.ts';
import type { Words } from '../timeline/plan.ts';
import type { Piece, Stretch, TakeLog, TrackTimes } from '../timeline/types.ts';
import type { CaptureFolder } from './capture-folder.ts';
import type { RunningTake } from './running-take.ts';

/** A picture or sound that comes after a longer silence is a new stretch. */
const gapMs = 2_000;
/** So much of a piece's surroundings tells whether a picture was there at its ends … */
const aroundMs = 3_000;
/** … and of a shared screen, on which nothing may change until a keyframe is asked for. */
const aroundScreenMs = 25_000;

const defaultWords: Words = { host: '担当者', guest: 'お客様' };

/** What is known of a capture's takes: of those that are over, read once, and of the one that runs. */
export class Takes {
  readonly #folder: CaptureFolder;
  readonly #over = new Map<number, TakeLog>();
  readonly #begun = new Map<number, TakeBeginning>();
  running: RunningTake | null = null;

  constructor(folder: CaptureFolder) {
    this.#folder = folder;
  }

  /** In their order; the last may still be growing. */
  async logs(): Promise<TakeLog[]> {
    const logs: TakeLog[] = [];
    for (const { take, folder } of await this.#folder.takes()) {
      if (take === this.running?.take) {
        logs.push(this.running.timeline.log());
        continue;
      }
      let log = this.#over.get(take);
      if (!log) {
        const text = await readFile(path.join(folder, 'events.jsonl'), 'utf8').catch(() => '');
        log = parseTake(text, take, await lastFrameOf(folder));
        const beginning = beginningOf(text);
        if (beginning) this.#begun.set(take, beginning);
        this.#over.set(take, log);
      }
      logs.push(log);
    }
    return logs;
  }

  /** The words that are drawn. */
  get words(): Words {
    return this.#lastBegun()?.words ?? defaultWords;
  }

  /** When a piece begins, in milliseconds since 1970. */
  wallTimeOf(piece: Piece | undefined): number {
    const begun = piece && this.#beginningOf(piece.take);
    return begun ? begun.wallAt + piece.from : Date.now();
  }

  /** When there was something of each track in and around a piece. Take time. */
  async tracks(take: number, { from, to }: Stretch): Promise<TrackTimes[]> {
    const folder = this.#folderOf(take);
    const found = await Promise.all(
      (await listTracks(folder)).map(async (track) => ({
        ...track,
        stretches: await stretchesOf(folder, track, from, to),
      })),
    );
    return found.filter(({ stretches }) => stretches.length > 0);
  }

  trackDir(take: number, trackId: string): string {
    return trackDirOf(this.#folderOf(take), trackId);
  }

  /** Removes what was captured before a moment of a take, and in the takes before it. */
  async forgetBefore(take: number, ms: number): Promise<void> {
    for (const each of await this.#folder.takes()) {
      if (each.take > take) return;
      const limit = each.take === take ? ms : Infinity;
      for (const { trackId } of await listTracks(each.folder)) {
        await removeBefore(trackDirOf(each.folder, trackId), limit);
      }
    }
  }

  #lastBegun(): TakeBeginning | undefined {
    return this.running?.beginning ?? [...this.#begun.values()].at(-1);
  }

  #beginningOf(take: number): TakeBeginning | undefined {
    return this.running?.take === take ? this.running.beginning : this.#begun.get(take);
  }

  #folderOf(take: number): string {
    return path.join(this.#folder.folder, `take-${take}`);
  }
}

async function stretchesOf(folder: string, track: TrackInfo, from: number, to: number): Promise<Stretch[]> {
  const around = track.source === 'screen' ? aroundScreenMs : aroundMs;
  const times = await readTimes(trackDirOf(folder, track.trackId), from - around, to + around);
  const stretches: Stretch[] = [];
  for (const { timeMs } of times) {
    const last = stretches.at(-1);
    if (last && timeMs - last.to <= gapMs) last.to = timeMs;
    else stretches.push({ from: timeMs, to: timeMs });
  }
  return stretches;
}

/** Of a take that was cut off: when the last thing came. */
async function lastFrameOf(folder: string): Promise<number> {
  const ends = await Promise.all(
    (await listTracks(folder)).map(async ({ trackId }) => {
      const times = await readTimes(trackDirOf(folder, trackId));
      return times.at(-1)?.timeMs ?? 0;
    }),
  );
  return Math.max(0, ...ends);
}

/** Each file holds what came until the next one begins. */
async function removeBefore(trackDir: string, ms: number): Promise<void> {
  const starts = (await readdir(trackDir))
    .flatMap((name) => /^(\d+)\.raw$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
  for (const [index, start] of starts.entries()) {
    if ((starts[index + 1] ?? Infinity) <= ms || ms === Infinity) {
      await rm(path.join(trackDir, `${start}.raw`), { force: true });
    }
  }
}
