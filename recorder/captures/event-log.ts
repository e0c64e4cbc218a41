import { open, type FileHandle } from 'node:fs/promises';
import { eventLine, type TakeEvent } from '../timeline/events.ts';

/** A power cut costs no more than this. */
const syncIntervalMs = 1_000;

/** Writes the events of a take to a file that only grows. */
export class EventLog {
  readonly #handle: FileHandle;
  readonly #onTrouble: (error: Error) => void;
  #pending = '';
  #writing: Promise<void> | null = null;
  #syncedAt = performance.now();
  #hasFailed = false;

  private constructor(handle: FileHandle, onTrouble: (error: Error) => void) {
    this.#handle = handle;
    this.#onTrouble = onTrouble;
  }

  /** @param onTrouble told once; nothing more is written then */
  static async create(file: string, onTrouble: (error: Error) => void): Promise<EventLog> {
    return new EventLog(await open(file, 'ax'), onTrouble);
  }

  add(event: TakeEvent): void {
    if (this.#hasFailed) return;
    this.#pending += eventLine(event);
    this.#writing ??= this.#write();
  }

  /** Resolves when all that was added is with the operating system. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle.close();
  }

  async #write(): Promise<void> {
    try {
      while (this.#pending !== '') {
        const text = this.#pending;
        this.#pending = '';
        await this.#handle.appendFile(text);
        if (performance.now() - this.#syncedAt > syncIntervalMs) {
          await this.#handle.datasync();
          this.#syncedAt = performance.now();
        }
      }
    } catch (error) {
      this.#hasFailed = true;
      this.#onTrouble(error as Error);
    } finally {
      this.#writing = null;
    }
  }
}
