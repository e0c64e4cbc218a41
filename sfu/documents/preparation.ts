import { availableParallelism } from 'node:os';
import type { Log } from '../log.ts';
import { Refusal } from '../protocol/codes.ts';
import type { DocumentFormat, SubstitutedFont } from '../protocol/documents.ts';
import { convert } from './office/conversion.ts';
import type { MentionedFonts } from './examining/document-fonts.ts';
import { Examiner, type ExaminerLimits } from './examining/examiner.ts';
import type { FontRequests } from './office/font-requests.ts';
import { findJail, jailLimits, type Jail } from '../walls/jail.ts';
import { JobFolder } from '../walls/job-folder.ts';
import { findOffice, writeProfile, type Office, type OfficeFormat } from './office/office.ts';
import { rearrange } from './rearranging.ts';
import { isForWantOfRoom, roomIn } from '../walls/room.ts';
import { Turns } from './turns.ts';
import type { RunLimits } from '../walls/run.ts';

export type Prepared = {
  format: DocumentFormat;
  pages: number;
  /** Path of the PDF that was made; null when the original is the PDF. Gone after dispose. */
  pdf: string | null;
  substitutedFonts: SubstitutedFont[];
  dispose(): Promise<void>;
};

export type PreparationLimits = {
  /** At most. */
  pages: number;
};

export type Guard = { kind: 'namespaces' | 'limits' | 'none'; says: string };

export type PreparationOptions = {
  jobsDir: string;
  /** The folder in which all files lie that are to be prepared; without it they may lie anywhere. */
  filesDir?: string;
  limits: PreparationLimits;
  log: Log;
  /** Whether LibreOffice has to run in namespaces of its own; 'off' is for tests. */
  sandbox?: 'auto' | 'required' | 'off';
  /** How many conversions run at once. */
  concurrency?: number;
  /** For tests. */
  conversion?: Partial<RunLimits>;
  /** For tests. */
  examination?: Partial<ExaminerLimits>;
  /** For tests. */
  minRoomBytes?: number;
};

const maxSubstitutedFonts = 30;
const conversionLimits: RunLimits = { ...jailLimits, wallMs: 90_000, residentBytes: 1_200_000_000 };
const examinerLimits: ExaminerLimits = { taskMs: 20_000, idleMs: 60_000, residentBytes: 700_000_000 };
/** With less than this left, a conversion that failed did so for want of room. */
const minRoomBytes = 50_000_000;

const officePackages = 'libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui bubblewrap';

type Parts = { office: Office | null; jail: Jail | null; guard: Guard };

/**
 * Takes strangers' files, says what they are, and makes PDFs of those that are none. Everything that reads
 * their bytes is a process of its own: one that can do nothing but read, or one behind walls.
 */
export class DocumentPreparation {
  readonly guard: Guard;
  readonly #office: Office | null;
  readonly #jail: Jail | null;
  readonly #options: PreparationOptions;
  readonly #examiner: Examiner;
  readonly #turns: Turns;
  readonly #rearrangingTurns = new Turns(1);
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #jobs = new Set<JobFolder>();

  private constructor(options: PreparationOptions, { office, jail, guard }: Parts) {
    this.#options = options;
    this.#office = office;
    this.#jail = jail;
    this.guard = guard;
    const folders = options.filesDir === undefined ? null : [options.filesDir, options.jobsDir];
    this.#examiner = new Examiner({ ...examinerLimits, ...options.examination }, folders);
    this.#turns = new Turns(options.concurrency ?? Math.max(1, Math.floor(availableParallelism() / 2)));
  }

  /** Empties `jobsDir`: it belongs to this alone. */
  static async create(options: PreparationOptions): Promise<DocumentPreparation> {
    await JobFolder.clear(options.jobsDir);
    const office = await findOffice();
    if (!office) return new DocumentPreparation(options, { office, jail: null, guard: withoutOffice });
    const probe = await JobFolder.create(options.jobsDir);
    try {
      const { jail, problem } = await findJail(options.sandbox ?? 'auto', office.folder, probe);
      return new DocumentPreparation(options, { office, jail, guard: guardOf(jail, problem) });
    } finally {
      await probe.remove();
    }
  }

  /**
   * What the file is by its content, whatever its name says.
   * @throws Refusal document-*
   */
  async recognise(path: string): Promise<DocumentFormat> {
    return await this.#examiner.ask('recognise', { path }, this.#closing.signal);
  }

  /**
   * Waits its turn, converts if it has to, and reads the result back.
   * @param options.onAhead is told how many conversions come first; 0: this one runs
   * @param options.maxPages of this one, where it may have fewer than others
   * @throws Refusal document-*, storage-full
   * @throws the signal's reason
   */
  async prepare(
    path: string,
    format: DocumentFormat,
    options: { signal?: AbortSignal; onAhead?: (ahead: number) => void; maxPages?: number } = {},
  ): Promise<Prepared> {
    const signal = AbortSignal.any([this.#closing.signal, ...(options.signal ? [options.signal] : [])]);
    const onAhead = options.onAhead ?? (() => undefined);
    const maxPages = Math.min(options.maxPages ?? Infinity, this.#options.limits.pages);
    signal.throwIfAborted();
    const work =
      format === 'pdf'
        ? this.#preparePdf(path, maxPages, onAhead, signal)
        : this.#prepareOffice(path, format, maxPages, onAhead, signal);
    this.#running.add(work);
    try {
      return await work;
    } catch (error) {
      throw isForWantOfRoom(error) ? noRoom() : error;
    } finally {
      this.#running.delete(work);
    }
  }

  /** Ends what runs and removes all that is left of it. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The server ends.'));
    await Promise.allSettled(this.#running);
    await this.#examiner.close();
    await Promise.all([...this.#jobs].map((job) => this.#remove(job)));
  }

  async #preparePdf(
    path: string,
    maxPages: number,
    onAhead: (ahead: number) => void,
    signal: AbortSignal,
  ): Promise<Prepared> {
    onAhead(0);
    const pages = await this.#countPages(path, maxPages, signal);
    const better = await this.#rearranged(path, pages, signal);
    return {
      format: 'pdf',
      pages,
      pdf: better?.result ?? null,
      substitutedFonts: [],
      dispose: async () => {
        if (better) await this.#remove(better);
      },
    };
  }

  async #prepareOffice(
    path: string,
    format: OfficeFormat,
    maxPages: number,
    onAhead: (ahead: number) => void,
    signal: AbortSignal,
  ): Promise<Prepared> {
    const office = this.#office;
    const jail = this.#jail;
    if (!office || !jail) throw new Refusal('document-office-missing', this.guard.says);
    const endTurn = await this.#turns.take(onAhead, signal);
    const job = await this.#newJob(endTurn);
    try {
      await Promise.all([job.takeIn(path, format), writeProfile(office, job.folder)]);
      await job.giveTo(jail.user);
      // The examiner reads the original while LibreOffice works, and is ready when there is a PDF.
      const names = this.#mentionedFonts(path, format, signal);
      const limits = { ...conversionLimits, ...this.#options.conversion };
      const fonts = await convert({ office, jail, job, format, maxPages, limits, signal });
      endTurn();
      const pages = await this.#countPages(job.result, maxPages, signal);
      const substitutedFonts = await this.#substituted(path, job, format, fonts, await names, signal);
      const better = await this.#rearranged(job.result, pages, signal);
      const dispose = async () => {
        for (const each of better ? [better, job] : [job]) await this.#remove(each);
      };
      return { format, pages, pdf: (better ?? job).result, substitutedFonts, dispose };
    } catch (error) {
      const isUnexplained = !(error instanceof Refusal) || error.code === 'document-damaged';
      const isFull = isUnexplained && !signal.aborted && (await this.#hasNoRoom());
      await this.#remove(job);
      throw isFull ? noRoom() : error;
    } finally {
      endTurn();
    }
  }

  /** The same pages in an order that is quicker to show; null where the file is better left as it is. */
  async #rearranged(pdf: string, pages: number, signal: AbortSignal): Promise<JobFolder | null> {
    if (!this.#jail) return null;
    const endTurn = await this.#rearrangingTurns.take(() => undefined, signal);
    const job = await this.#newJob(endTurn);
    try {
      const limits = { ...conversionLimits, ...this.#options.conversion };
      const isDone = await rearrange(pdf, { jail: this.#jail, job, limits, signal });
      endTurn();
      if (isDone && (await this.#countPages(job.result, pages, signal)) === pages) return job;
    } catch (error) {
      if (signal.aborted) {
        await this.#remove(job);
        throw signal.reason;
      }
      this.#options.log.debug({ error }, 'a PDF is left in the order it came in');
    } finally {
      endTurn();
    }
    await this.#remove(job);
    return null;
  }

  /** LibreOffice does not say why it has written nothing. */
  async #hasNoRoom(): Promise<boolean> {
    const { jobsDir, minRoomBytes: least = minRoomBytes } = this.#options;
    return (await roomIn(jobsDir).catch(() => Infinity)) < least;
  }

  async #newJob(endTurn: () => void = () => undefined): Promise<JobFolder> {
    try {
      const job = await JobFolder.create(this.#options.jobsDir);
      this.#jobs.add(job);
      return job;
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  async #remove(job: JobFolder): Promise<void> {
    await job.remove();
    this.#jobs.delete(job);
  }

  async #countPages(path: string, maxPages: number, signal: AbortSignal): Promise<number> {
    return await this.#examiner.ask('countPages', { path, maxPages }, signal);
  }

  /** @returns null when they can be looked for only once it is known which. */
  async #mentionedFonts(
    path: string,
    format: OfficeFormat,
    signal: AbortSignal,
  ): Promise<MentionedFonts | null> {
    try {
      const warm = this.#examiner.ask('warm', null, signal);
      const isOld = format === 'doc' || format === 'xls' || format === 'ppt';
      const [names] = await Promise.all([
        isOld ? null : this.#examiner.ask('namesInOoxml', { path }, signal),
        warm,
      ]);
      return names;
    } catch (error) {
      // Without the names the document can still be shown.
      if (!signal.aborted) this.#options.log.warn({ error }, 'the fonts of a document could not be read');
      return { chosen: [], others: [] };
    }
  }

  async #substituted(
    path: string,
    job: JobFolder,
    format: OfficeFormat,
    fonts: FontRequests,
    names: MentionedFonts | null,
    signal: AbortSignal,
  ): Promise<SubstitutedFont[]> {
    try {
      const [drawn, found] = await Promise.all([
        this.#examiner.ask('pdfFonts', { path: job.result }, signal),
        names ? [] : this.#examiner.ask('namesInOle', { path, names: fonts.wanted }, signal),
      ]);
      return fonts.substituted(names ?? { chosen: found, others: [] }, drawn, format, maxSubstitutedFonts);
    } catch (error) {
      signal.throwIfAborted();
      this.#options.log.warn({ error }, 'the fonts of a document could not be compared');
      return [];
    }
  }
}

const noRoom = () => new Refusal('storage-full', 'There is no room to prepare the file.');

const withoutOffice: Guard = {
  kind: 'none',
  says:
    'LibreOffice is not installed, so Word, Excel and PowerPoint files are refused; PDFs can be used. ' +
    `To have them accepted, install: ${officePackages}`,
};

function guardOf(jail: Jail | null, problem: string): Guard {
  const reason = problem.replaceAll('\n', ' ');
  if (!jail) {
    return {
      kind: 'none',
      says: `Word, Excel and PowerPoint files are refused, because LibreOffice cannot be walled off here (${reason}).`,
    };
  }
  if (jail.kind === 'namespaces') {
    return {
      kind: 'namespaces',
      says: 'Office files are converted in a sandbox: without network, without any file but the document itself, and with limits on time and memory.',
    };
  }
  const user = jail.user === null ? "the server's own user" : 'the user nobody';
  return {
    kind: 'limits',
    says:
      `Office files are converted by LibreOffice as ${user}, with limits on time and memory and with links and ` +
      `macros switched off, but not in a sandbox (${reason}). Where that can be changed, allow bubblewrap to make namespaces.`,
  };
}
