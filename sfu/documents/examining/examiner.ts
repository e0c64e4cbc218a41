import { Worker } from 'node:worker_threads';
import { Refusal } from '../../protocol/codes.ts';
import type { ExaminerTasks, Question, Reply, TaskName } from './examiner-tasks.ts';

export type ExaminerTimes = {
  /** The longest that one question may take. */
  taskMs: number;
  /** A thread without work ends after this. */
  idleMs: number;
};

type Job = {
  question: Question;
  settle: (reply: Reply | Error) => void;
};

const megabytes = { heap: 512, young: 64, stack: 4 };

/**
 * Has strangers' files read in a thread of its own: whatever a file does to the code that reads it, the
 * server's own thread goes on. A thread that hangs or breaks is thrown away, and the next question goes to a
 * new one.
 */
export class Examiner {
  readonly #times: ExaminerTimes;
  #thread: Worker | null = null;
  #running: Job | null = null;
  readonly #waiting: Job[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(times: ExaminerTimes) {
    this.#times = times;
  }

  /** True while a thread exists, for tests. */
  get hasThread(): boolean {
    return this.#thread !== null;
  }

  /**
   * @throws Refusal with what the file is refused for: document-slow when reading it took too long
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

  async close(): Promise<void> {
    this.#closed = true;
    const gone = new Error('The examination of documents has ended.');
    for (const job of this.#waiting.splice(0)) job.settle(gone);
    await this.#endThread(gone);
  }

  #next(): void {
    if (this.#running) return;
    const job = this.#waiting.shift();
    clearTimeout(this.#timer);
    if (!job) {
      this.#thread?.unref();
      this.#timer = setTimeout(() => void this.#endThread(null), this.#times.idleMs).unref();
      return;
    }
    this.#running = job;
    this.#thread ??= this.#startThread();
    this.#thread.ref();
    this.#timer = setTimeout(() => {
      void this.#endThread(new Refusal('document-slow', 'Reading the file took too long.'));
    }, this.#times.taskMs);
    this.#thread.postMessage(job.question);
  }

  #startThread(): Worker {
    const thread = new Worker(new URL('./examiner-thread.ts', import.meta.url), {
      env: {},
      execArgv: [],
      name: 'examiner',
      resourceLimits: {
        maxOldGenerationSizeMb: megabytes.heap,
        maxYoungGenerationSizeMb: megabytes.young,
        stackSizeMb: megabytes.stack,
      },
    });
    thread.on('message', (reply: Reply) => {
      if (thread === this.#thread) this.#finish(reply);
    });
    thread.on('error', (error: NodeJS.ErrnoException) => {
      if (thread !== this.#thread) return;
      const isTooMuch = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      const reply = isTooMuch
        ? new Refusal('document-too-large', 'Reading the file took too much memory.')
        : new Error('The thread that reads documents broke.', { cause: error });
      void this.#endThread(reply);
    });
    return thread;
  }

  #finish(reply: Reply | Error): void {
    const job = this.#running;
    this.#running = null;
    job?.settle(reply);
    this.#next();
  }

  #abandon(job: Job, reason: Error): void {
    if (job === this.#running) {
      void this.#endThread(reason);
      return;
    }
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    job.settle(reason);
  }

  /** @param reply for whoever waits for this thread; null: nobody does. */
  async #endThread(reply: Error | null): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    clearTimeout(this.#timer);
    if (reply) this.#finish(reply);
    await thread?.terminate();
  }
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
