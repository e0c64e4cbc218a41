import type { Logger } from 'pino';
import type { RecorderCommand } from '../sfu/protocol/recorder.ts';
import type { Report } from './channel.ts';
import { makeMp4 } from './finish/mp4.ts';

/** Copies for devices that cannot play WebM, one after the other: nobody needs them at once. */
export class Mp4Jobs {
  readonly #report: Report;
  readonly #log: Logger;
  readonly #aborts = new Map<string, AbortController>();
  #queue: Promise<void> = Promise.resolve();

  constructor(report: Report, log: Logger) {
    this.#report = report;
    this.#log = log;
  }

  make(command: RecorderCommand<'mp4:make'>): void {
    if (this.#aborts.has(command.job)) return;
    const abort = new AbortController();
    this.#aborts.set(command.job, abort);
    this.#queue = this.#queue.then(() => this.#make(command, abort.signal));
  }

  cancel(job: string): void {
    this.#aborts.get(job)?.abort();
  }

  close(): void {
    for (const abort of this.#aborts.values()) abort.abort();
  }

  async #make(
    { job, from, to, durationMs }: RecorderCommand<'mp4:make'>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      signal.throwIfAborted();
      const { bytes } = await makeMp4(from, to, {
        durationMs,
        signal,
        onProgress: (done) => {
          this.#report('mp4:progress', { job, done });
        },
      });
      this.#report('mp4:done', { job, bytes });
    } catch (error) {
      if (!signal.aborted) this.#log.error({ error }, 'an MP4 copy could not be made');
      this.#report('mp4:failed', { job, message: (error as Error).message });
    } finally {
      this.#aborts.delete(job);
    }
  }
}
