import { Refusal } from '../../protocol/codes.ts';
import type { ExaminerTasks, Question, Reply, TaskName } from './examiner-tasks.ts';
import { ReadingProcess, type Gone } from './reading-process.ts';

export type ExaminerLimits = {
  /** The longest that one question may take. */
  taskMs: number;
  /** A process without work ends after this. */
  idleMs: number;
  /** The most memory that the process may have while it looks for an answer. */
  residentBytes: number;
};

type Job = {
  question: Question;
  settle: (reply: Reply | Error) => void;
};

const memoryCheckMs = 100;
/** A process that has kept more than this share of what it may have is not asked again. */
const keptShareMax = 0.5;
/** How V8 ends when it gets no memory, and how the system ends whoever has most of it. */
const endsForMemory: ReadonlySet<string | null> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGKILL']);

/**
 * Has strangers' files read in a process of its own: whatever a file does to the code that reads it, and
 * however much memory that takes, the server goes on. A process that hangs, grows or breaks is thrown away,
 * and the next question goes to a new one.
 */
export class Examiner {
  readonly #limits: ExaminerLimits;
  readonly #folders: readonly string[] | null;
  #reader: ReadingProcess | null = null;
  #running: Job | null = null;
  readonly #waiting: Job[] = [];
  #timer: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param folders with all files that will be asked about; null: they may lie anywhere */
  constructor(limits: ExaminerLimits, folders: readonly string[] | null = null) {
    this.#limits = limits;
    this.#folders = folders;
  }

  /** Of the process while there is one, for tests. */
  get pid(): number | null {
    return this.#reader?.pid ?? null;
  }

  /**
   * @throws Refusal with what the file is refused for: document-slow when reading it took too long,
   * document-too-large when it took too much memory
   * @throws the signal's reason
   */
  async ask<Name extends TaskName>(
    task: Name,
    ask: ExaminerTasks[Name]['ask'],
    signal?: AbortSignal,
  ): Promise<ExaminerTasks[Name]['answer']> {
    signal?.throwIfAborted();
    if (this.#closed) throw new Error('The examination of documents has ended.');
    const question = { task, ask } as Question;
    const { promise, resolve } = Promise.withResolvers<Reply | Error>();
    const job: Job = { question, settle: resolve };
    const abort = () => this.#abandon(job, signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(job);
    this.#next();
    const reply = await promise;
    signal?.removeEventListener('abort', abort);
    if (!(reply instanceof Error) && 'answer' in reply) return reply.answer as ExaminerTasks[Name]['answer'];
    throw asError(reply);
  }

  /** When it resolves there is no process any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const gone = new Error('The examination of documents has ended.');
    for (const job of this.#waiting.splice(0)) job.settle(gone);
    await this.#endReader(gone);
  }

  #next(): void {
    if (this.#running) return;
    const job = this.#waiting.shift();
    this.#stopWatching();
    if (!job) {
      this.#reader?.hold(false);
      this.#timer = setTimeout(() => void this.#endReader(null), this.#limits.idleMs).unref();
      return;
    }
    this.#running = job;
    this.#reader ??= this.#startReader();
    const reader = this.#reader;
    reader.hold(true);
    this.#timer = setTimeout(() => {
      void this.#endReader(new Refusal('document-slow', 'Reading the file took too long.'));
    }, this.#limits.taskMs);
    this.#watch = setInterval(() => {
      if (reader.residentBytes() > this.#limits.residentBytes) void this.#endReader(tooMuchMemory());
    }, memoryCheckMs);
    reader.ask(job.question);
  }

  #stopWatching(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
  }

  #startReader(): ReadingProcess {
    const reader = new ReadingProcess(this.#folders, (reply) => {
      if (reader !== this.#reader) return;
      // What one file has left behind would be taken for the next one's.
      if (reader.residentBytes() > this.#limits.residentBytes * keptShareMax) void this.#endReader(reply);
      else this.#finish(reply);
    });
    void reader.gone.then((gone) => {
      if (reader === this.#reader) void this.#endReader(whyGone(gone));
    });
    return reader;
  }

  #finish(reply: Reply | Error): void {
    const job = this.#running;
    this.#running = null;
    job?.settle(reply);
    this.#next();
  }

  #abandon(job: Job, reason: Error): void {
    if (job === this.#running) {
      void this.#endReader(reason);
      return;
    }
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    job.settle(reason);
  }

  /** @param reply for whoever waits for this process; null: nobody does. */
  async #endReader(reply: Reply | Error | null): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    this.#stopWatching();
    const end = reader?.end();
    if (reply) this.#finish(reply);
    await end;
  }
}

const tooMuchMemory = () => new Refusal('document-too-large', 'Reading the file took too much memory.');

function whyGone({ code, signal, complaints }: Gone): Error {
  if (endsForMemory.has(signal)) return tooMuchMemory();
  const how = signal ?? (code === null ? 'it could not be started' : `exit code ${code}`);
  return new Error(`The process that reads documents broke (${how}): ${complaints.trim()}`);
}

function asError(reply: Exclude<Reply, { answer: unknown }> | Error): Error {
  if (reply instanceof Error) return reply;
  if ('refusal' in reply) {
    const { code, message, details } = reply.refusal;
    return new Refusal(code, message, details);
  }
  const error = new Error(reply.failure.message);
  if (reply.failure.stack !== undefined) error.stack = reply.failure.stack;
  return error;
}
