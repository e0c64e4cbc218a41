import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { Refusal } from '../protocol/codes.ts';
import { listenInfos } from './addresses.ts';

export type WorkerPoolOptions = {
  /** How many workers at the most; each uses one core at the most. */
  count: number;
  /** The first worker's media port; the others take the ports after it. */
  port: number;
  announcedAddress: string | undefined;
  /** The mediasoup-worker binary; mediasoup's own place for it when undefined. */
  workerBin: string | undefined;
  log: Logger;
};

export type PooledWorker = { worker: types.Worker; server: types.WebRtcServer };

const restartDelayMs = 100;
const restartDelayMaxMs = 5_000;

/**
 * The mediasoup workers, one media port each. The first runs from the start; another one joins when all that
 * run hold a meeting, because most servers hold one meeting at a time and a worker takes memory. A worker that
 * dies is replaced on the same port; whoever had a router on it learns of that through the router's
 * `workerclose`.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #slots: (PooledWorker | null)[];
  /** How many of the slots have ever been started; they are started in their order. */
  #started = 0;
  #closed = false;

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#slots = new Array<PooledWorker | null>(options.count).fill(null);
  }

  /** @throws Error saying which worker or port cannot be had */
  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await pool.#start(pool.#started++);
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  /** True when a meeting could start now. */
  get ready(): boolean {
    return this.#slots.some((slot) => slot !== null);
  }

  /** Process IDs of the living workers, for measuring and for fault tests. */
  get pids(): number[] {
    return this.#slots.flatMap((slot) => (slot ? [slot.worker.pid] : []));
  }

  /**
   * A new router on the worker that carries the fewest meetings.
   * @throws Refusal media-unavailable while all workers are being replaced
   */
  async createRouter(
    mediaCodecs: types.RouterRtpCodecCapability[],
  ): Promise<{ router: types.Router; server: types.WebRtcServer }> {
    let least = this.#leastLoaded();
    if (least && routersOn(least) > 0) {
      await this.#startNext();
      least = this.#leastLoaded();
    }
    if (!least) throw new Refusal('media-unavailable', 'No media worker is running at the moment.');
    const { worker, server } = least;
    const count = (change: number) => {
      server.appData['routers'] = routersOn({ server }) + change;
    };
    count(1);
    try {
      const router = await worker.createRouter({ mediaCodecs });
      router.observer.once('close', () => {
        count(-1);
      });
      return { router, server };
    } catch (error) {
      count(-1);
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    for (const slot of this.#slots) slot?.worker.close();
    this.#slots.fill(null);
  }

  #leastLoaded(): PooledWorker | null {
    const running = this.#slots.filter((slot) => slot !== null);
    return running.toSorted((a, b) => routersOn(a) - routersOn(b))[0] ?? null;
  }

  /** Where another one cannot be had, the meetings share those that run. */
  async #startNext(): Promise<void> {
    if (this.#started >= this.#options.count) return;
    try {
      await this.#start(this.#started++);
    } catch (error) {
      this.#options.log.error({ error }, 'another media worker could not be started');
    }
  }

  async #start(slot: number): Promise<void> {
    const { workerBin, announcedAddress, log } = this.#options;
    const port = this.#options.port + slot;
    const worker = await createWorker({ logLevel: 'error', ...(workerBin ? { workerBin } : {}) });
    let server: types.WebRtcServer;
    try {
      server = await worker.createWebRtcServer({ listenInfos: listenInfos(port, announcedAddress) });
    } catch (error) {
      worker.close();
      throw new Error(
        `The media port ${port} (UDP and TCP) cannot be opened: is another server using it? ` +
          `RTC_PORT chooses another one. (${(error as Error).message})`,
        { cause: error },
      );
    }
    if (this.#closed) {
      worker.close();
      return;
    }
    server.appData['routers'] = 0;
    this.#slots[slot] = { worker, server };
    worker.once('died', (error) => {
      log.error({ error: error.message, pid: worker.pid, port }, 'a media worker died and is being replaced');
      this.#slots[slot] = null;
      void this.#restart(slot);
    });
  }

  async #restart(slot: number): Promise<void> {
    for (let delayMs = restartDelayMs; !this.#closed; delayMs = Math.min(delayMs * 2, restartDelayMaxMs)) {
      try {
        await this.#start(slot);
        return;
      } catch (error) {
        this.#options.log.error(
          { error: (error as Error).message },
          'a media worker could not be replaced yet',
        );
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }
}

function routersOn({ server }: Pick<PooledWorker, 'server'>): number {
  return server.appData['routers'] as number;
}
