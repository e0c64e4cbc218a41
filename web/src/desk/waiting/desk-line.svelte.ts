import type { ChosenPresence, DeskView, Presence, WaitingCaller } from '../../../../sfu/protocol/desk.ts';
import type { CallApi, Failure } from '../../session/api.ts';
import { RequestFailure } from '../../session/signal.ts';

/**
 * Who waits and who is there, as the server tells it (B1). Asked for with every new connection: what was told on an
 * earlier one may be over.
 */
export class DeskLine {
  readonly #line: CallApi['line'];
  #view = $state.raw<DeskView | null>(null);
  #failure = $state.raw<Failure | null>(null);
  /** Rises whenever there is something new about calls to be returned. */
  #callbackNews = $state(0);

  constructor(line: CallApi['line']) {
    this.#line = line;
    line.on('desk:waiting', ({ waiting }) => {
      if (this.#view) this.#view = { ...this.#view, waiting };
    });
    line.on('desk:presence', (told) => {
      if (this.#view) this.#view = { ...this.#view, ...told };
    });
    line.on('desk:callbacks', () => {
      this.#callbackNews += 1;
    });
    line.onConnection((isConnected) => {
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
      this.#failure = error.failure;
    }
  }
}

const lines = new WeakMap<CallApi['line'], DeskLine>();

/** One for the life of the page: whoever comes back to the desk's home finds what was told meanwhile. */
export function deskLineOf(line: CallApi['line']): DeskLine {
  const known = lines.get(line);
  if (known) return known;
  const made = new DeskLine(line);
  lines.set(line, made);
  return made;
}
