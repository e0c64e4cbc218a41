import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { limits as protocolLimits } from '../../sfu/protocol/limits.ts';
import { findJail, jailLimits, type Jail } from '../../sfu/walls/jail.ts';
import { JobFolder } from '../../sfu/walls/job-folder.ts';
import { runWalled, type RunLimits } from '../../sfu/walls/run.ts';
import { readPageSizes, type PageSize } from './page-sizes.ts';
import type { PaintedStill } from './stills.ts';
import { Turns } from './turns.ts';

export type PagesOptions = {
  /** Emptied at the start: it belongs to this alone. */
  jobsDir: string;
  /** Where the PNG files stay, also for the next process. */
  cacheDir: string;
  /** As for Office files: whether the programs have to run in namespaces of their own. */
  sandbox: 'auto' | 'required' | 'off';
  /** Is told once of each page, or document, that cannot be painted. */
  onProblem?: (problem: {
    documentId: string;
    version: number;
    page: number | null;
    message: string;
  }) => void;
  /** For tests. */
  limits?: Partial<RunLimits>;
};

/** Where Debian has poppler's programs (poppler-utils). */
const programsFolder = '/usr/bin';
const pageLimits: RunLimits = {
  ...jailLimits,
  cpuSeconds: 20,
  wallMs: 20_000,
  residentBytes: 600_000_000,
  addressBytes: 1_500_000_000,
  fileBytes: 50_000_000,
};
const pngBytesMax = 30_000_000;
const textBytesMax = 1_000_000;
const sidePxMax = 4_096;
/** Documents whose copy is kept ready behind the walls: those that are leafed through now. */
const openMax = 3;

type Document = { documentId: string; version: number };
/** What was printed, or why nothing of use was; `isLasting` when another try would end the same way. */
type Printed = { output: Buffer } | { message: string; isLasting: boolean };

/**
 * Pages of PDFs as pictures, made by poppler behind the same walls as Office files are converted behind: the files
 * are strangers'. Each page is painted once for a size. What cannot be read does not stop a recording: there is no
 * picture of it, then.
 */
export class Pages {
  /** What keeps strangers' files in; null: there is nothing, and no page is painted. */
  readonly guard: Jail['kind'] | null;
  readonly #jail: Jail | null;
  readonly #jailProblem: string;
  readonly #options: PagesOptions;
  readonly #limits: RunLimits;
  readonly #turns = new Turns(1);
  readonly #closing = new AbortController();
  readonly #jobs = new Map<string, JobFolder>();
  readonly #sizes = new Map<string, Promise<Map<number, PageSize>>>();
  readonly #known = new Map<string, Map<number, PageSize>>();
  readonly #painting = new Map<string, Promise<PaintedStill | null>>();
  readonly #failed = new Set<string>();
  readonly #told = new Set<string>();

  private constructor(options: PagesOptions, jail: Jail | null, problem: string) {
    this.#options = options;
    this.#jail = jail;
    this.#jailProblem = problem;
    this.guard = jail?.kind ?? null;
    this.#limits = { ...pageLimits, ...options.limits };
  }

  static async create(options: PagesOptions): Promise<Pages> {
    await Promise.all([JobFolder.clear(options.jobsDir), mkdir(options.cacheDir, { recursive: true })]);
    const probe = await JobFolder.create(options.jobsDir);
    try {
      const { jail, problem } = await findJail(options.sandbox, programsFolder, probe);
      return new Pages(options, jail, problem);
    } finally {
      await probe.remove();
    }
  }

  /**
   * Reads how large the pages are; afterwards `sizeOf` knows them. Asked again it costs nothing.
   * @returns by page, from 1; without those that are damaged
   */
  async open(file: string, documentId: string, version: number): Promise<ReadonlyMap<number, PageSize>> {
    const key = keyOf({ documentId, version });
    let sizes = this.#sizes.get(key);
    if (!sizes) {
      sizes = this.#turns.run(() => this.#readSizes(file, { documentId, version }));
      this.#sizes.set(key, sizes);
      sizes.catch(() => this.#sizes.delete(key));
    }
    return await sizes;
  }

  /** @returns null when it is not known: not opened yet, damaged, or there is no such page */
  sizeOf(documentId: string, version: number, page: number): PageSize | null {
    return this.#known.get(keyOf({ documentId, version }))?.get(page) ?? null;
  }

  /**
   * A page, upright, in exactly so many pixels; `fitted` of the timeline says how many keep its proportion.
   * @param page from 1
   * @returns null when it cannot be painted
   */
  async page(
    file: string,
    documentId: string,
    version: number,
    page: number,
    fit: { width: number; height: number },
  ): Promise<PaintedStill | null> {
    const { width, height } = fit;
    if (![width, height].every((px) => Number.isInteger(px) && px > 0 && px <= sidePxMax)) {
      throw new Error(`A page cannot be painted in ${width} × ${height} pixels.`);
    }
    const key = JSON.stringify([documentId, version, page, width, height]);
    if (this.#failed.has(key)) return null;
    let painting = this.#painting.get(key);
    if (!painting) {
      const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
      const still = { file: path.join(this.#options.cacheDir, `page-${name}.png`), width, height };
      painting = this.open(file, documentId, version).then(() =>
        this.#turns.run(() => this.#paint(file, { documentId, version }, page, still, key)),
      );
      this.#painting.set(key, painting);
      const done = () => this.#painting.delete(key);
      painting.then(done, done);
    }
    return await painting;
  }

  /** Ends what runs and removes what is left of it; the pictures stay. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The recorder ends.'));
    await Promise.allSettled([...this.#painting.values(), ...this.#sizes.values()]);
    await Promise.all(Array.from(this.#jobs.values(), (job) => job.remove()));
    this.#jobs.clear();
  }

  async #readSizes(file: string, document: Document): Promise<Map<number, PageSize>> {
    const range = ['-f', '1', '-l', `${protocolLimits.documentPagesMax * 10}`];
    const argv = (input: string) => [`${programsFolder}/pdfinfo`, ...range, input];
    const printed = await this.#run(file, document, argv, textBytesMax);
    const sizes =
      'output' in printed ? readPageSizes(printed.output.toString('latin1')) : new Map<never, never>();
    if (sizes.size === 0) {
      const message = 'message' in printed ? printed.message : 'pdfinfo has found no page in it.';
      this.#tell(document, null, message);
      if ('isLasting' in printed && !printed.isLasting) this.#sizes.delete(keyOf(document));
    }
    this.#known.set(keyOf(document), sizes);
    return sizes;
  }

  async #paint(
    file: string,
    document: Document,
    page: number,
    still: PaintedStill,
    key: string,
  ): Promise<PaintedStill | null> {
    const there = await stat(still.file).catch(() => null);
    if (there?.size) return still;
    const size = this.sizeOf(document.documentId, document.version, page);
    if (!size) {
      this.#tell(document, page, 'It has no such page, or the page is damaged.');
      return null;
    }
    const argv = (input: string) => pdftoppm(input, page, still, size.isTurned);
    const printed = await this.#run(file, document, argv, pngBytesMax);
    if ('output' in printed && isPng(printed.output, still)) {
      const unfinished = `${still.file}.${randomUUID()}.tmp`;
      try {
        await writeFile(unfinished, printed.output);
        await rename(unfinished, still.file);
      } finally {
        await rm(unfinished, { force: true });
      }
      return still;
    }
    const isLasting = 'output' in printed || printed.isLasting;
    const message = 'message' in printed ? printed.message : 'pdftoppm has not painted the page.';
    if (isLasting) this.#failed.add(key);
    this.#tell(document, page, message);
    return null;
  }

  #tell(document: Document, page: number | null, message: string): void {
    const key = JSON.stringify([keyOf(document), page]);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#options.onProblem?.({ ...document, page, message });
  }

  /** Runs one of poppler's programs on a copy of the file, behind the walls. */
  async #run(
    file: string,
    document: Document,
    argv: (input: string) => string[],
    bytesMax: number,
  ): Promise<Printed> {
    this.#closing.signal.throwIfAborted();
    const jail = this.#jail;
    if (!jail) return { message: `Nothing walls poppler off here: ${this.#jailProblem}`, isLasting: true };
    const job = await this.#jobFor(file, document, jail).catch((error: unknown) => {
      // Deleted before it could be kept: nobody will ever have a picture of it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(file)) return null;
      throw error;
    });
    if (!job) return { message: 'The document is not there any more.', isLasting: true };
    const { folder, temporary } = jail.inside(job);
    const environment = { HOME: temporary, TMPDIR: temporary, LC_ALL: 'C.UTF-8', PATH: programsFolder };
    const command = jail.command(job, argv(`${folder}/in.pdf`), environment, this.#limits);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const tooMuch = new AbortController();
    const signal = AbortSignal.any([this.#closing.signal, tooMuch.signal]);
    const deadline = performance.now() + this.#limits.wallMs;
    const ended = await runWalled(command, this.#limits, deadline, signal, (chunk) => {
      bytes += chunk.length;
      if (bytes > bytesMax) tooMuch.abort();
      else chunks.push(chunk);
    });
    this.#closing.signal.throwIfAborted();
    if (ended.exitCode === 0 && ended.stopped === null) return { output: Buffer.concat(chunks) };
    const complaints = ended.complaints.trim().split('\n').at(-1) ?? '';
    return {
      message:
        ended.stopped === null ? `It cannot be read: ${complaints}` : `It was stopped: ${ended.stopped}`,
      // Then it never came to poppler: that is no fault of the document.
      isLasting: !/^(bwrap|prlimit|setpriv): /m.test(ended.complaints),
    };
  }

  async #jobFor(file: string, document: Document, jail: Jail): Promise<JobFolder> {
    const key = keyOf(document);
    const open = this.#jobs.get(key);
    if (open) {
      // The one that was used last is the last to go.
      this.#jobs.delete(key);
      this.#jobs.set(key, open);
      return open;
    }
    const job = await JobFolder.create(this.#options.jobsDir);
    try {
      await job.takeIn(file, 'pdf');
      await job.giveTo(jail.user);
    } catch (error) {
      await job.remove();
      throw error;
    }
    this.#jobs.set(key, job);
    const [[oldest, folder] = []] = this.#jobs;
    if (oldest !== undefined && folder && this.#jobs.size > openMax) {
      this.#jobs.delete(oldest);
      await folder.remove();
    }
    return job;
  }
}

/** Its arguments, to print one page as PNG. */
function pdftoppm(input: string, page: number, { width, height }: PaintedStill, isTurned: boolean): string[] {
  // It scales before it turns, and cuts afterwards what is more than it should be by rounding.
  const scaleTo = isTurned ? [height, width] : [width, height];
  return [
    // Recording waits rather than a meeting. Viewers show the crop box, so that is the page.
    ...['/usr/bin/nice', '-n', '10', `${programsFolder}/pdftoppm`, '-q', '-png', '-singlefile', '-cropbox'],
    ...['-f', `${page}`, '-l', `${page}`, '-scale-to-x', `${scaleTo[0]}`, '-scale-to-y', `${scaleTo[1]}`],
    ...['-x', '0', '-y', '0', '-W', `${width}`, '-H', `${height}`],
    input,
  ];
}

const keyOf = ({ documentId, version }: Document) => JSON.stringify([documentId, version]);

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const pngEnd = Buffer.from('IEND', 'latin1');

/** Whole, and of this size (PNG specification, sections 5.2, 11.2.2 and 11.2.5). */
function isPng(bytes: Buffer, { width, height }: { width: number; height: number }): boolean {
  return (
    bytes.length > 33 &&
    bytes.subarray(0, 8).equals(pngSignature) &&
    bytes.readUInt32BE(16) === width &&
    bytes.readUInt32BE(20) === height &&
    bytes.subarray(-8, -4).equals(pngEnd)
  );
}
