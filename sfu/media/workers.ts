import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { Refusal } from '../protocol/codes.ts';
import { listenInfos } from './addresses.ts';

export type WorkerPoolOptions = {
  /** How many workers; each uses one core at the most. */
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
 * The mediasoup workers, one media port each. A worker that dies is replaced on the same port; whoever had a
 * router on it learns of that through the router's `workerclose`.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #slots: (PooledWorker | null)[];
  #closed = false;

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#slots = new Array<PooledWorker | null>(options.count).fill(null);
  }

  /** @throws Error saying which worker or port cannot be had */
  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(pool.#slots.map((_, slot) => pool.#start(slot)));
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
   * A new router on the worker that carries the fewest transports.
   * @throws Refusal media-unavailable while all workers are being replaced
   */
  async createRouter(
    mediaCodecs: types.RouterRtpCodecCapability[],
  ): Promise<{ router: types.Router; server: types.WebRtcServer }> {
    const candidates = this.#slots.filter((slot) => slot !== null);
    const loads = candidates.map((slot) => slot.server.appData['routers'] as number);
    const least = candidates[loads.indexOf(Math.min(...loads))];
    if (!least) throw new Refusal('media-unavailable', 'No media worker is running at the moment.');
    const count = (change: number) => {
      least.server.appData['routers'] = (least.server.appData['routers'] as number) + change;
    };
    count(1);
    try {
      const router = await least.worker.createRouter({ mediaCodecs });
      router.observer.once('close', () => {
        count(-1);
      });
      return { router, server: least.server };
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
