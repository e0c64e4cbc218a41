import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import type { RawFrame, TrackInfo } from './raw.ts';
import { encodeRecord } from './raw-record.ts';

export const rawFileMs = 10_000;
/** A file of video begins with a keyframe when one comes within so long of where it should begin. */
const keyframeWithinMs = 2_000;
const gatherMs = 250;
const syncEveryMs = 1_000;
/** What a disk that does not answer may keep in memory, of one track. */
const gatheredBytesMax = 32_000_000;

export type RawWriterOptions = {
  /** Made if it is not there. */
  trackDir: string;
  info: TrackInfo;
  /** Nothing more is written; told once. */
  onTrouble: (error: Error) => void;
};

/**
 * Writes the frames of one track: `track.json`, and a file for about every 10 s, named by the take time at which
 * it begins. What is written is on its way to the file after 250 ms at the latest, and on the disk about a second
 * later.
 */
export class RawWriter {
  readonly #options: RawWriterOptions;
  #work: Promise<void>;
  #file: { handle: FileHandle; startMs: number } | null = null;
  /** Where the file that `write` is at begins. */
  #startMs: number | null = null;
  /** Not written yet, for each file the bytes for it. */
  #gathered: { startMs: number; chunks: Buffer[] }[] = [];
  #gatheredBytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #syncTimer: NodeJS.Timeout | null = null;
  #syncing: Promise<void> | null = null;
  #isStopped = false;
  #hasTrouble = false;
  #closing: Promise<void> | null = null;

  constructor(options: RawWriterOptions) {
    this.#options = options;
    this.#work = this.#attempt(() => this.#begin());
  }

  /** Never throws, and does nothing once it is closed or there was trouble. Frames in the order of their times. */
  write(frame: RawFrame): void {
    if (this.#isStopped) return;
    if (this.#startMs === null || this.#beginsFile(frame, frame.timeMs - this.#startMs)) {
      // What was made just before the take began stands at its beginning, as in the record.
      this.#startMs = Math.max(0, Math.floor(frame.timeMs));
      this.#gathered.push({ startMs: this.#startMs, chunks: [] });
    }
    let last = this.#gathered.at(-1);
    if (!last) this.#gathered.push((last = { startMs: this.#startMs, chunks: [] }));
    const record = encodeRecord(frame);
    last.chunks.push(...record);
    this.#gatheredBytes += record[0].length + record[1].length;
    if (this.#gatheredBytes > gatheredBytesMax) {
      const failure = new Error(`The disk takes nothing any more: ${this.#options.trackDir}`);
      this.#stop(Object.assign(failure, { code: 'EIO' }));
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#append();
    }, gatherMs);
  }

  /** Whatever was written until now can be read when it is done. Never rejects. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#append();
    return this.#work;
  }

  /** All is on the disk when it is done. Idempotent; never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #beginsFile({ isKeyframe }: RawFrame, ageMs: number): boolean {
    if (this.#options.info.codec === 'opus') return ageMs >= rawFileMs;
    return ageMs >= rawFileMs + keyframeWithinMs || (isKeyframe && ageMs >= rawFileMs - keyframeWithinMs);
  }

  /** Its presence says that the folder is a track; so it must be whole. */
  async #begin(): Promise<void> {
    const { trackDir, info } = this.#options;
    await mkdir(trackDir, { recursive: true });
    const file = path.join(trackDir, 'track.json');
    const handle = await open(`${file}.new`, 'w');
    try {
      await handle.writeFile(JSON.stringify(info));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
    await syncFolder(trackDir);
  }

  #append(): void {
    const gathered = this.#gathered;
    if (gathered.length === 0) return;
    this.#gathered = [];
    this.#work = this.#work.then(() =>
      this.#attempt(async () => {
        for (const { startMs, chunks } of gathered) {
          if (this.#hasTrouble) return;
          const bytes = Buffer.concat(chunks);
          await (await this.#fileAt(startMs)).appendFile(bytes);
          this.#gatheredBytes -= bytes.length;
        }
        this.#syncSoon();
      }),
    );
  }

  async #fileAt(startMs: number): Promise<FileHandle> {
    if (this.#file?.startMs === startMs) return this.#file.handle;
    await this.#closeFile();
    const { trackDir } = this.#options;
    const handle = await open(path.join(trackDir, `${startMs}.raw`), 'a');
    this.#file = { handle, startMs };
    await syncFolder(trackDir);
    return handle;
  }

  /** Beside the writing, which a slow disk would hold up; also when nothing more comes. */
  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = null;
      if (!this.#file) return;
      if (this.#syncing) {
        this.#syncSoon();
        return;
      }
      const { handle } = this.#file;
      this.#syncing = this.#attempt(() => handle.datasync()).then(() => {
        this.#syncing = null;
      });
    }, syncEveryMs);
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (!file) return;
    await this.#syncing;
    try {
      await file.handle.datasync();
    } finally {
      await file.handle.close();
    }
  }

  async #close(): Promise<void> {
    await this.flush();
    this.#isStopped = true;
    this.#stopTimers();
    await this.#attempt(() => this.#closeFile());
  }

  /** After trouble, nothing more is tried but to close. */
  async #attempt(action: () => Promise<void>): Promise<void> {
    if (this.#hasTrouble) return;
    try {
      await action();
    } catch (error) {
      this.#stop(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #stopTimers(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#syncTimer) clearTimeout(this.#syncTimer);
    this.#timer = null;
    this.#syncTimer = null;
  }

  #stop(error: Error): void {
    this.#isStopped = true;
    this.#gathered = [];
    this.#stopTimers();
    if (this.#hasTrouble) return;
    this.#hasTrouble = true;
    const file = this.#file;
    this.#file = null;
    void file?.handle.close().catch(() => undefined);
    this.#options.onTrouble(error);
  }
}

/** That a new file is in its folder outlives a power cut only when the folder is written, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
