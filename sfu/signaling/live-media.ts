import type { Logger } from 'pino';
import { Refusal } from '../protocol/codes.ts';
import { MeetingMedia } from '../media/meeting-media.ts';
import type { MeetingMediaEvents } from '../media/meeting-media.ts';
import type { WorkerPool } from '../media/workers.ts';

const retryMs = 200;

/**
 * A meeting's media, made when first needed and made again when its worker dies. Everybody who asks while
 * it is being made waits for the same one.
 */
export class LiveMedia {
  readonly #pool: WorkerPool;
  readonly #events: Omit<MeetingMediaEvents, 'lost'> & { remade: (epoch: string) => void };
  readonly #log: Logger;
  #current: MeetingMedia | null = null;
  #making: Promise<MeetingMedia> | null = null;
  #remaking = false;
  #closed = false;

  constructor(
    pool: WorkerPool,
    events: Omit<MeetingMediaEvents, 'lost'> & { remade: (epoch: string) => void },
    log: Logger,
  ) {
    this.#pool = pool;
    this.#events = events;
    this.#log = log;
  }

  /** Null before the first use and while it is being made again. */
  get current(): MeetingMedia | null {
    return this.#current;
  }

  /**
   * While there is no worker this refuses, and `remade` tells when there is one.
   * @throws Refusal media-unavailable, meeting-ended
   */
  async get(): Promise<MeetingMedia> {
    try {
      return await this.#get();
    } catch (error) {
      if (!this.#closed) void this.#remake();
      throw error;
    }
  }

  async #get(): Promise<MeetingMedia> {
    if (this.#closed) throw new Refusal('meeting-ended', 'The meeting is over.');
    if (this.#current) return this.#current;
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  close(): void {
    this.#closed = true;
    this.#current?.close();
    this.#current = null;
  }

  async #make(): Promise<MeetingMedia> {
    const { remade: _, ...events } = this.#events;
    const media = await MeetingMedia.create(this.#pool, {
      ...events,
      lost: () => {
        if (this.#current !== media) return;
        this.#current = null;
        void this.#remake();
      },
    });
    if (this.#closed) media.close();
    else this.#current = media;
    return media;
  }

  async #remake(): Promise<void> {
    if (this.#remaking) return;
    this.#remaking = true;
    while (!this.#closed) {
      try {
        const media = await this.#get();
        this.#remaking = false;
        this.#events.remade(media.epoch);
        return;
      } catch (error) {
        this.#log.warn({ error: (error as Error).message }, 'a meeting waits for a media worker');
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }
}
