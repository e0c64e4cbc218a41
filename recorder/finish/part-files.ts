import { mkdir, open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { RecordingKind } from '../../sfu/protocol/recording.ts';
import { preSkipSamples } from '../compose/encoding.ts';
import type { ComposedPiece } from '../compose/piece.ts';
import { ivfFrameCount, ivfFrames, ivfHeader, ivfHeaderBytes } from '../formats/ivf.ts';
import { oggOpusBeginning, oggOpusPages, type OggPosition } from '../formats/ogg.ts';
import { picture } from '../timeline/types.ts';
import { finishPart, type FinishOrder, type FinishedPart } from './finish.ts';

/** Where the files of a part stand after a piece: one line of the commit log. All are totals from the beginning. */
const commit = z.object({
  pieces: z.number().int().positive(),
  composedMs: z.number().int().positive(),
  frames: z.number().int().min(0),
  videoBytes: z.number().int().min(0),
  soundBytes: z.number().int().min(0),
  pages: z.number().int().min(0),
  samples: z.number().int().min(0),
});

type Commit = z.infer<typeof commit>;

/** Always two: a shared screen may bring stereo in the middle of a part, and packets of mono are valid in it. */
const channels = 2;

/**
 * One part of a recording while it grows: its picture and its sound, joined piece by piece by copy. A piece counts
 * when its line is in the commit log; the data is on the disk before that. So after a crash at any byte it opens at
 * the last whole piece.
 */
export class PartFiles {
  readonly #folder: string;
  readonly #kind: RecordingKind;
  #state: Commit;
  #logBytes: number;

  private constructor(folder: string, kind: RecordingKind, state: Commit, logBytes: number) {
    this.#folder = folder;
    this.#kind = kind;
    this.#state = state;
    this.#logBytes = logBytes;
  }

  /** Opens a part, or begins one; cuts off what had not been committed. */
  static async open(folder: string, kind: RecordingKind): Promise<PartFiles> {
    await mkdir(folder, { recursive: true });
    const beginning = oggOpusBeginning(channels, preSkipSamples);
    const none: Commit = {
      pieces: 0,
      composedMs: 0,
      frames: 0,
      videoBytes: kind === 'video' ? ivfHeaderBytes : 0,
      soundBytes: beginning.bytes.length,
      ...beginning.position,
    };
    const video = join(folder, 'video.ivf');
    const sound = join(folder, 'sound.ogg');
    const log = join(folder, 'pieces.jsonl');
    const [videoBytes, soundBytes] = [await sizeOf(video), await sizeOf(sound)];

    let state = none;
    let logBytes = 0;
    for (const { entry, end } of readCommits(await readFile(log, 'utf8').catch(nothingIfMissing))) {
      const isWhole =
        entry.pieces === state.pieces + 1 && entry.videoBytes <= videoBytes && entry.soundBytes <= soundBytes;
      if (!isWhole) break;
      state = entry;
      logBytes = end;
    }
    if (state === none) {
      await rm(log, { force: true });
      if (kind === 'video') await writeDurably(video, 0, newVideoHeader(0));
      await writeDurably(sound, 0, beginning.bytes);
    }
    if (kind === 'video') await truncate(video, state.videoBytes);
    await truncate(sound, state.soundBytes);
    if (logBytes > 0) await truncate(log, logBytes);
    else await writeDurably(log, 0, Buffer.alloc(0));
    await syncFolder(folder);
    return new PartFiles(folder, kind, state, logBytes);
  }

  /** How long what is joined so far lasts. */
  get composedMs(): number {
    return this.#state.composedMs;
  }

  /** How many bytes that takes. */
  get bytes(): number {
    return this.#state.videoBytes + this.#state.soundBytes;
  }

  /** How many pieces there are. */
  get appended(): number {
    return this.#state.pieces;
  }

  /**
   * Adds the next piece. When it fails, the part is as it was before, and the same piece can be tried again.
   *
   * @throws when the piece has a picture and the part none, or the other way round, and for want of room
   */
  async append(piece: ComposedPiece): Promise<void> {
    const before = this.#state;
    if ((piece.video !== null) !== (this.#kind === 'video')) {
      throw new Error(`A piece ${piece.video ? 'with' : 'without'} picture does not belong into this part.`);
    }
    const frames = piece.video ?? [];
    const video = ivfFrames(frames.map((data, index) => ({ time: before.frames + index, data })));
    const position: OggPosition = { pages: before.pages, samples: before.samples };
    const sound = oggOpusPages(piece.sound, position);
    const after: Commit = {
      pieces: before.pieces + 1,
      composedMs: before.composedMs + piece.durationMs,
      frames: before.frames + frames.length,
      videoBytes: before.videoBytes + video.length,
      soundBytes: before.soundBytes + sound.bytes.length,
      ...sound.position,
    };
    const line = Buffer.from(`${JSON.stringify(after)}\n`);
    // At their places, not at the end: what a failed try has left there is written over.
    if (this.#kind === 'video') await writeDurably(this.#video, before.videoBytes, video);
    await writeDurably(this.#sound, before.soundBytes, sound.bytes);
    await writeDurably(this.#log, this.#logBytes, line);
    this.#state = after;
    this.#logBytes += line.length;
  }

  /**
   * Makes the file that people play: by copy, checked, and under its name only when it is whole. The part stays as
   * it is.
   *
   * @throws {FinishError} naming the check that failed, and as runFfmpeg does
   */
  async finish(order: FinishOrder): Promise<FinishedPart> {
    const { frames, videoBytes, soundBytes, composedMs } = this.#state;
    // What a failed try may have left behind the last piece is not part of it.
    await truncate(this.#sound, soundBytes);
    if (this.#kind === 'video') {
      await truncate(this.#video, videoBytes);
      const { offset, bytes } = ivfFrameCount(frames);
      await writeDurably(this.#video, offset, bytes);
    }
    const video = this.#kind === 'video' ? this.#video : null;
    return await finishPart({ video, sound: this.#sound, composedMs }, order);
  }

  get #video(): string {
    return join(this.#folder, 'video.ivf');
  }

  get #sound(): string {
    return join(this.#folder, 'sound.ogg');
  }

  get #log(): string {
    return join(this.#folder, 'pieces.jsonl');
  }
}

function newVideoHeader(frames: number): Buffer {
  const { width, height, framesPerSecond } = picture;
  const timeBase = { numerator: 1, denominator: framesPerSecond };
  return ivfHeader({ fourcc: 'VP90', width, height, timeBase, frames });
}

/** Whole lines only: a torn one has no end. `end`: bytes. */
function* readCommits(text: string): Generator<{ entry: Commit; end: number }, void, undefined> {
  let end = 0;
  for (const line of text.split('\n').slice(0, -1)) {
    end += Buffer.byteLength(line) + 1;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return;
    }
    const { data } = commit.safeParse(value);
    if (!data) return;
    yield { entry: data, end };
  }
}

async function writeDurably(file: string, position: number, bytes: Buffer): Promise<void> {
  const handle = await open(file, (await sizeOf(file)) === 0 ? 'w' : 'r+');
  try {
    let written = 0;
    while (written < bytes.length) {
      const left = bytes.length - written;
      written += (await handle.write(bytes, written, left, position + written)).bytesWritten;
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** So that names are on the disk, too. */
export async function syncFolder(folder: string): Promise<void> {
  for (const path of [folder, dirname(folder)]) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    (error: unknown) => {
      nothingIfMissing(error);
      return 0;
    },
  );

function nothingIfMissing(error: unknown): '' {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
  throw error;
}
