import type { ChosenPresence, DeskView, Presence, WaitingCaller } from '../../../../sfu/protocol/desk.ts';
import type { CallApi, Failure } from '../../session/api.ts';
import { RequestFailure } from '../../session/signal.ts';

/**
 * Who waits and who is there, as the server tells it (B1). Asked for with every new connection: what was told on an
 * earlier one may be over.
 */
export class DeskLine {
  readonly #line: CallApi['line'];
  readonly #closed: (why: Failure) => void;
  #view = $state.raw<DeskView | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #isConnected = $state(true);
  /** Rises whenever there is something new about calls to be returned. */
  #callbackNews = $state(0);

  /** @param closed nobody is signed in here any more; with `reason` in the details where the server has told it */
  constructor(line: CallApi['line'], closed: (why: Failure) => void) {
    this.#line = line;
    this.#closed = closed;
    line.on('desk:waiting', ({ waiting }) => {
      if (this.#view) this.#view = { ...this.#view, waiting };
    });
    line.on('desk:presence', (told) => {
      if (this.#view) this.#view = { ...this.#view, ...told };
    });
    line.on('desk:callbacks', () => {
      this.#callbackNews += 1;
    });
    line.on('desk:closed', ({ reason }) => {
      this.#close({ code: 'sign-in-required', details: reason === null ? {} : { reason } });
    });
    line.onConnection((isConnected) => {
      this.#isConnected = isConnected;
      if (isConnected) void this.#watch();
    });
    void this.#watch();
  }

  /** Null until the server has answered once. */
  get presence(): Presence | null {
    return this.#view?.presence ?? null;
  }

  /** The longest waiting first. */
  get waiting(): readonly WaitingCaller[] {
    return this.#view?.waiting ?? [];
  }

  /** Colleagues who could take a call now. */
  get available(): number {
    return this.#view?.available ?? 0;
  }

  /** False while what is shown may be over, because the line is being restored. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  get callbackNews(): number {
    return this.#callbackNews;
  }

  async choose(presence: ChosenPresence): Promise<void> {
    await this.#ask(() => this.#line.request('presence:set', { presence }));
  }

  async #watch(): Promise<void> {
    await this.#ask(async () => {
      this.#view = await this.#line.request('desk:watch', {});
      this.#callbackNews += 1;
    });
  }

  async #ask(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      this.#failure = null;
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      if (error.failure.code === 'sign-in-required') this.#close(error.failure);
      else this.#failure = error.failure;
    }
  }

  #close(why: Failure): void {
    this.#view = null;
    this.#closed(why);
  }
}
