import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Bytes from `start` to `end`, both included, as HTTP counts them. */
export type ByteRange = { start: number; end: number };

/** A blob that is to be: it exists for nobody until it is kept. */
export interface FutureBlob {
  readonly key: string;
  /** Where its content lies meanwhile, or is to be written to. */
  readonly path: string;
  /** Now it is there, also after a power cut. */
  keep(): Promise<void>;
  /** Idempotent; after `keep` it does nothing. */
  discard(): Promise<void>;
}

/** One whose content is there. */
export interface NewBlob extends FutureBlob {
  readonly bytes: number;
}

/**
 * Files of people under random names. A directory today; whatever keeps streams under keys will do.
 */
export interface BlobStore {
  /**
   * Runs the stream through what checks it into a new blob.
   *
   * @throws what the streams or the disk throw, also when the sender has gone; nothing is left behind then.
   */
  write(content: Readable, check?: Transform): Promise<NewBlob>;
  /** Bytes that are free for more. */
  room(): Promise<number>;
  /** Takes a file of this machine over as a new blob, by copy. */
  take(file: string): Promise<NewBlob>;
  /** A place for another program to write a new blob to. */
  place(): FutureBlob;
  newKey(): string;
  /**
   * Makes a finished file of this machine a blob under a key that was chosen, and written down, before: at any
   * moment the file is in one of the two places. It is moved; from another disk, copied and then removed.
   */
  adopt(file: string, key: string): Promise<void>;
  /** Size in bytes; null when there is no such blob. */
  size(key: string): Promise<number | null>;
  read(key: string, range?: ByteRange): Readable;
  /** A file with this content, for programs that need one; not to be changed. */
  file(key: string): string;
  remove(key: string): Promise<void>;
  /**
   * Puts every blob that is not in use aside, and removes for good all that was being written, and, where it is not
   * to be kept, what has lain aside for a week. Only while nobody writes. Aside, because a server started with
   * another database by mistake knows none of them.
   */
  removeUnused(used: ReadonlySet<string>): Promise<number>;
  /** Puts a blob that lies aside back into its place. @returns whether there was one */
  bringBack(key: string): Promise<boolean>;
}

export type DirectoryBlobsOptions = {
  /** Told when the folder cannot be made; what needs it fails later, then. Without this, it is thrown. */
  onTrouble?: (error: unknown) => void;
  /** What was put aside stays there until somebody removes it. */
  keepsAside?: boolean;
};

const asideForMs = 7 * 24 * 60 * 60_000;
const keyForm = /^[A-Za-z0-9_-]{32}$/;

/** Blobs in a folder, spread over subfolders by the first characters of a hash of the key. */
export class DirectoryBlobs implements BlobStore {
  readonly #folder: string;
  readonly #incoming: string;
  readonly #aside: string;
  readonly #keepsAside: boolean;

  private constructor(folder: string, keepsAside: boolean) {
    this.#folder = path.join(folder, 'kept');
    this.#incoming = path.join(folder, 'incoming');
    this.#aside = path.join(folder, 'aside');
    this.#keepsAside = keepsAside;
  }

  /** @param folder an absolute path; made if it is not there */
  static async open(
    folder: string,
    { onTrouble, keepsAside = false }: DirectoryBlobsOptions = {},
  ): Promise<DirectoryBlobs> {
    const blobs = new DirectoryBlobs(folder, keepsAside);
    // People's files are nobody else's on this machine.
    try {
      for (const each of [blobs.#folder, blobs.#incoming, blobs.#aside]) {
        await mkdir(each, { recursive: true, mode: 0o700 });
      }
    } catch (error) {
      if (!onTrouble) throw error;
      onTrouble(error);
    }
    return blobs;
  }

  async write(content: Readable, check: Transform = new PassThrough()): Promise<NewBlob> {
    return this.#incomingBlob(async (file) => {
      // Who went before this began will tell nobody any more.
      if (content.destroyed && !content.readableEnded) throw new Error('The sender has gone.');
      await pipeline(content, check, createWriteStream(file, { flags: 'wx' }));
    });
  }

  async room(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  async take(file: string): Promise<NewBlob> {
    return this.#incomingBlob((into) => copyFile(file, into));
  }

  place(): FutureBlob {
    return this.#futureBlob(this.newKey());
  }

  newKey(): string {
    return randomBytes(24).toString('base64url');
  }

  async adopt(file: string, key: string): Promise<void> {
    try {
      await this.#putInPlace(file, key);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
      const copy = this.place();
      try {
        await copyFile(file, copy.path);
        await this.#putInPlace(copy.path, key);
      } finally {
        await copy.discard();
      }
      await rm(file, { force: true });
    }
  }

  async size(key: string): Promise<number | null> {
    return stat(this.file(key)).then(
      ({ size }) => size,
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      },
    );
  }

  read(key: string, range?: ByteRange): Readable {
    return createReadStream(this.file(key), range);
  }

  file(key: string): string {
    if (!keyForm.test(key)) throw new Error('This is no key of a blob.');
    const folder = createHash('sha256').update(key).digest('hex').slice(0, 2);
    return path.join(this.#folder, folder, key);
  }

  async remove(key: string): Promise<void> {
    await rm(this.file(key), { force: true });
  }

  async removeUnused(used: ReadonlySet<string>): Promise<number> {
    let removed = 0;
    for (const file of await readdir(this.#incoming)) {
      await rm(path.join(this.#incoming, file), { force: true });
      removed += 1;
    }
    for (const folder of await readdir(this.#folder)) {
      for (const key of await readdir(path.join(this.#folder, folder))) {
        if (used.has(key)) continue;
        const aside = path.join(this.#aside, key);
        await rename(path.join(this.#folder, folder, key), aside);
        const now = new Date();
        await utimes(aside, now, now);
        removed += 1;
      }
    }
    if (this.#keepsAside) return removed;
    for (const key of await readdir(this.#aside)) {
      const file = path.join(this.#aside, key);
      const { mtimeMs } = await stat(file);
      if (Date.now() - mtimeMs > asideForMs) await rm(file, { force: true });
    }
    return removed;
  }

  async bringBack(key: string): Promise<boolean> {
    // What is in its place is right, whatever else lies aside.
    if ((await this.size(key)) !== null) return false;
    try {
      await this.#putInPlace(path.join(this.#aside, key), key);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  async #incomingBlob(fill: (file: string) => Promise<void>): Promise<NewBlob> {
    const blob = this.place();
    try {
      await fill(blob.path);
      const { size: bytes } = await stat(blob.path);
      return { ...blob, bytes };
    } catch (error) {
      await blob.discard();
      throw error;
    }
  }

  #futureBlob(key: string): FutureBlob {
    const file = path.join(this.#incoming, key);
    return {
      key,
      path: file,
      keep: () => this.#putInPlace(file, key),
      discard: () => rm(file, { force: true }),
    };
  }

  /** With everything on the disk that a power cut must not take. */
  async #putInPlace(file: string, key: string): Promise<void> {
    const kept = this.file(key);
    await flush(file);
    await mkdir(path.dirname(kept), { recursive: true, mode: 0o700 });
    await rename(file, kept);
    await flush(path.dirname(kept));
    await flush(this.#folder);
  }
}

/** A folder, too: a rename is safe when the folder is written. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
