import { createReadStream } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { listTracks, readTimes, trackDirOf } from '../capture/raw-files.ts';
import type { TrackInfo } from '../capture/raw.ts';
import { eventLine, readEvents, TakeEvents, type TakeBeginning } from '../timeline/events.ts';
import type { Words } from '../timeline/plan.ts';
import { gridMs, type Piece, type Stretch, type TakeLog, type TrackTimes } from '../timeline/types.ts';
import type { CaptureFolder } from './capture-folder.ts';
import type { RunningTake } from './running-take.ts';

/** A picture or sound that comes after a longer silence is a new stretch. */
const gapMs = 2_000;
/** So much of a piece's surroundings tells whether a picture was there at its ends … */
const aroundMs = 3_000;
/** … and of a shared screen, on which nothing may change until a keyframe is asked for. */
const aroundScreenMs = 25_000;

const defaultWords: Words = { host: '担当者', guest: 'お客様' };

/** A take that is over. */
type Over = { beginning: TakeBeginning; log: TakeLog };

/** What is known of a capture's takes: of those that are over, read once, and of the one that runs. */
export class Takes {
  readonly #folder: CaptureFolder;
  readonly #over = new Map<number, Promise<Over | null>>();
  #running: RunningTake | null = null;
  #last: TakeBeginning | null = null;

  constructor(folder: CaptureFolder) {
    this.#folder = folder;
  }

  get running(): RunningTake | null {
    return this.#running;
  }

  /** A take begins. */
  follow(running: RunningTake): void {
    this.#over.delete(running.take);
    this.#running = running;
    this.#last = running.beginning;
  }

  /** It is over, and has been closed: what is known of it needs not to be read again. */
  settle(): void {
    const running = this.#running;
    if (!running) return;
    this.#running = null;
    const over: Over = { beginning: running.beginning, log: running.timeline.log() };
    this.#over.set(running.take, Promise.resolve(over));
  }

  /** In their order; the last may still be growing. */
  async logs(): Promise<TakeLog[]> {
    const logs: TakeLog[] = [];
    for (const { take, folder } of await this.#folder.takes()) {
      if (take === this.#running?.take) {
        logs.push(this.#running.timeline.log());
        continue;
      }
      const over = await this.#read(take, folder);
      if (over) logs.push(over.log);
    }
    return logs;
  }

  /** The words that are drawn. */
  get words(): Words {
    return this.#last?.words ?? defaultWords;
  }

  /** When a piece begins, in milliseconds since 1970. */
  async wallTimeOf(piece: Piece): Promise<number> {
    const isRunning = piece.take === this.#running?.take;
    const over = isRunning ? null : await this.#over.get(piece.take);
    const beginning = isRunning ? this.#running?.beginning : over?.beginning;
    return beginning ? beginning.wallAt + piece.from : Date.now();
  }

  /** When there was something of each track in and around a piece, but not before its span. Take time. */
  async tracks(take: number, { from, to }: Stretch, span: Stretch): Promise<TrackTimes[]> {
    const folder = this.#folderOf(take);
    const found = await Promise.all(
      (await listTracks(folder)).map(async (track) => {
        const around = track.source === 'screen' ? aroundScreenMs : aroundMs;
        const first = Math.max(from - around, span.from - gridMs);
        return { ...track, stretches: await stretchesOf(folder, track, first, to + around) };
      }),
    );
    return found.filter(({ stretches }) => stretches.length > 0);
  }

  trackDir(take: number, trackId: string): string {
    return trackDirOf(this.#folderOf(take), trackId);
  }

  /** How long something was captured in the longest take, whatever the logs say. */
  async capturedMs(): Promise<number> {
    const takes = await this.#folder.takes();
    return Math.max(0, ...(await Promise.all(takes.map(({ folder }) => lastFrameOf(folder)))));
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

  async #read(take: number, folder: string): Promise<Over | null> {
    let reading = this.#over.get(take);
    if (!reading) {
      reading = readTake(take, folder);
      this.#over.set(take, reading);
      // What cannot be read now may be read later.
      const forget = () => this.#over.delete(take);
      reading.then((over) => over ?? forget(), forget);
    }
    const over = await reading;
    if (over) this.#last ??= over.beginning;
    return over;
  }

  #folderOf(take: number): string {
    return path.join(this.#folder.folder, `take-${take}`);
  }
}

/**
 * What a recorder before this one has left of a take; line by line, because an hour has many and others are being
 * recorded meanwhile.
 *
 * @returns null when its beginning never got to the disk: then there is nothing of it
 */
async function readTake(take: number, folder: string): Promise<Over | null> {
  const file = path.join(folder, 'events.jsonl');
  let beginning: TakeBeginning | null = null;
  let events: TakeEvents | null = null;
  try {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      for (const event of readEvents(line)) {
        if (event.type === 'begin') {
          beginning ??= event;
          events ??= new TakeEvents(take, event);
        }
        events?.add(event);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (!beginning || !events) return null;
  if (events.log().isOpen) {
    // Cut off by a crash: its end is written down, so that it is the same for everybody who reads it later, also
    // when what was captured is gone.
    const last = events.log(await lastFrameOf(folder)).spans.at(-1);
    const end = { type: 'end' as const, at: beginning.at + (last?.to ?? 0) };
    await appendDurably(file, `\n${eventLine(end)}`);
    events.add(end);
  }
  return { beginning, log: events.log() };
}

async function appendDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a');
  try {
    await handle.appendFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function stretchesOf(folder: string, track: TrackInfo, from: number, to: number): Promise<Stretch[]> {
  const times = await readTimes(trackDirOf(folder, track.trackId), from, to);
  const stretches: Stretch[] = [];
  for (const { timeMs } of times) {
    const last = stretches.at(-1);
    if (last && timeMs - last.to <= gapMs) last.to = timeMs;
    else stretches.push({ from: timeMs, to: timeMs });
  }
  return stretches;
}

/** When the last thing came, by the last file of each track. */
async function lastFrameOf(folder: string): Promise<number> {
  const ends = await Promise.all(
    (await listTracks(folder)).map(async ({ trackId }) => {
      const trackDir = trackDirOf(folder, trackId);
      const times = await readTimes(trackDir, (await startsIn(trackDir)).at(-1) ?? 0);
      return times.at(-1)?.timeMs ?? 0;
    }),
  );
  return Math.max(0, ...ends);
}

/** When the raw files of a track begin, in order. */
async function startsIn(trackDir: string): Promise<number[]> {
  return (await readdir(trackDir))
    .flatMap((name) => /^(\d+)\.raw$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

/** Each file holds what came until the next one begins. */
async function removeBefore(trackDir: string, ms: number): Promise<void> {
  const starts = await startsIn(trackDir);
  for (const [index, start] of starts.entries()) {
    if ((starts[index + 1] ?? Infinity) <= ms || ms === Infinity) {
      await rm(path.join(trackDir, `${start}.raw`), { force: true });
    }
  }
}
