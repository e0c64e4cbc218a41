import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Still } from '../timeline/types.ts';
import { Turns } from './turns.ts';

export type PaintedStill = {
  /** A PNG. */
  file: string;
  /** Pixels. */
  width: number;
  height: number;
};

const program = 'rsvg-convert';
const paintingMs = 10_000;
const svgBytesMax = 500_000;
const sidePxMax = 4_096;
const complaintCharacters = 2_000;
/** Below whatever keeps a meeting going. */
const niceness = 10;

/**
 * Paints SVG of our own making into PNG files, each once: the file's name is made of what is in it. It outlives
 * the process that painted it.
 */
export class Stills {
  readonly #folder: string;
  readonly #turns = new Turns(2);
  readonly #painting = new Map<string, Promise<PaintedStill>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create({ cacheDir }: { cacheDir: string }): Promise<Stills> {
    await mkdir(cacheDir, { recursive: true });
    return new Stills(cacheDir);
  }

  /** @throws when it cannot be painted: the program is missing, the SVG is wrong, or there is no room */
  async paint({ svg, width, height }: Still & { kind: 'svg' }): Promise<PaintedStill> {
    if (Buffer.byteLength(svg) > svgBytesMax || !isSide(width) || !isSide(height)) {
      throw new Error(`A picture of ${width} × ${height} from ${svg.length} characters of SVG is too large.`);
    }
    const key = createHash('sha256').update(`${width} ${height} ${svg}`).digest('hex').slice(0, 32);
    let painting = this.#painting.get(key);
    if (!painting) {
      const file = path.join(this.#folder, `${key}.png`);
      painting = this.#turns.run(() => paintOnce(svg, width, height, file));
      this.#painting.set(key, painting);
      // Afterwards the file speaks for itself, and what failed can be tried again.
      const done = () => this.#painting.delete(key);
      painting.then(done, done);
    }
    return await painting;
  }
}

const isSide = (px: number) => Number.isInteger(px) && px > 0 && px <= sidePxMax;

async function paintOnce(svg: string, width: number, height: number, file: string): Promise<PaintedStill> {
  const there = await stat(file).catch(() => null);
  if (!there?.size) {
    const unfinished = `${file}.${randomUUID()}.tmp`;
    try {
      await convert(svg, [
        '--format=png',
        `--width=${width}`,
        `--height=${height}`,
        `--output=${unfinished}`,
      ]);
      await rename(unfinished, file);
    } finally {
      await rm(unfinished, { force: true });
    }
  }
  return { file, width, height };
}

async function convert(svg: string, args: string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: paintingMs,
    killSignal: 'SIGKILL',
  });
  let complaints = '';
  child.once('spawn', () => lower(child.pid));
  child.once('error', (error) =>
    reject(new Error(`${program} cannot be run (install librsvg2-bin): ${error.message}`)),
  );
  child.once('close', (code, signal) => {
    if (code === 0) resolve(undefined);
    else if (signal !== null)
      reject(new Error(`${program} was ended by ${signal}; a picture takes 10 s at the most.`));
    else {
      const failure = new Error(`${program} cannot paint a picture: ${complaints.trim()}`);
      // It says so in words only.
      const isForWantOfRoom = /No space left on device|Disk quota exceeded/.test(complaints);
      reject(isForWantOfRoom ? Object.assign(failure, { code: 'ENOSPC' }) : failure);
    }
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-complaintCharacters);
  });
  // It may have ended before it has read all; its exit code says so.
  child.stdin.on('error', () => undefined);
  child.stdin.end(svg);
  await promise;
}

function lower(pid: number | undefined): void {
  try {
    if (pid !== undefined) os.setPriority(pid, niceness);
  } catch {
    // It has ended already, or may not be lowered: it is short anyway.
  }
}
