import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** CAP_SYS_ADMIN, by capabilities(7). */
const mayMountBit = 21n;

/** Whether this process may mount things; in many containers nobody may. */
export function mayMount(): boolean {
  const held = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const may = ((BigInt(`0x${held ?? '0'}`) >> mayMountBit) & 1n) === 1n;
  if (!may) console.warn('    SKIPPED: disks that are full or read-only need the right to mount (root).');
  return may;
}

/** A small disk of its own, in memory, that can be filled up and made read-only. */
export class Disk {
  /** A folder on the usual disk, in which this one is mounted; it goes with it. */
  readonly parent = mkdtempSync(path.join(os.tmpdir(), 'taimen-disk-'));
  /** Where it is mounted, or will be. */
  readonly folder: string;
  readonly #bytes: number;
  #isMounted = false;

  /** @param name under which it is mounted in `parent` */
  constructor(bytes: number, name = 'disk') {
    this.#bytes = bytes;
    this.folder = path.join(this.parent, name);
    process.once('exit', this.#cleanUp);
  }

  mount(): void {
    mkdirSync(this.folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${this.#bytes}`, 'tmpfs', this.folder]);
    this.#isMounted = true;
  }

  /** By something else than recordings. @param leftBytes what stays free; 0: nothing at all */
  fill(leftBytes = 0): void {
    const block = Buffer.alloc(4_096);
    const file = openSync(this.#filling, 'a');
    try {
      while (this.freeBytes > leftBytes) writeSync(file, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    truncateSync(this.#filling);
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  /** Fails while something is open for writing. */
  become(how: 'read-only' | 'writable'): void {
    const option = how === 'read-only' ? 'remount,ro' : 'remount,rw';
    execFileSync('mount', ['-o', `${option},size=${this.#bytes}`, this.folder]);
  }

  remove(): void {
    process.off('exit', this.#cleanUp);
    this.#cleanUp();
  }

  get #filling(): string {
    return path.join(this.folder, 'something-else');
  }

  readonly #cleanUp = () => {
    // At once for everybody who looks for it, also while somebody still has a file open.
    if (this.#isMounted) execFileSync('umount', ['--lazy', this.folder]);
    this.#isMounted = false;
    rmSync(this.parent, { recursive: true, force: true });
  };
}
