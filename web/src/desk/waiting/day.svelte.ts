import type { Callback } from '../../../../sfu/protocol/desk.ts';
import type { HistoryList } from '../../../../sfu/protocol/history.ts';
import type { Failure } from '../../session/api.ts';
import { listCallbacks, listToday, setCallbackDone } from './desk-lists.ts';

/** What there was today and what is still to be done: meetings, calls to be returned, room for recordings (B1). */
export class Day {
  #callbacks = $state.raw<readonly Callback[]>([]);
  #today = $state.raw<HistoryList | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #isThere = $state(false);
  #busy = $state<string | null>(null);
  /** Of two readings under way the later counts. */
  #reading = 0;

  /** Both lists have been asked for: they appear together, so that neither moves the other. */
  get isThere(): boolean {
    return this.#isThere;
  }

  /** The oldest first. */
  get open(): readonly Callback[] {
    return this.#callbacks.filter(({ done }) => done === null);
  }

  /** The latest first. */
  get done(): readonly Callback[] {
    return this.#callbacks.filter(({ done }) => done !== null);
  }

  /** Null where it cannot be read now: 商談履歴 says why. */
  get today(): HistoryList | null {
    return this.#today;
  }

  /** About calls to be returned. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** The call that is being marked. */
  get busy(): string | null {
    return this.#busy;
  }

  async read(): Promise<void> {
    await Promise.all([this.readCallbacks(), this.readToday()]);
    this.#isThere = true;
  }

  async readCallbacks(): Promise<void> {
    this.#reading += 1;
    const reading = this.#reading;
    const outcome = await listCallbacks();
    if (reading !== this.#reading) return;
    if (outcome.ok) this.#callbacks = outcome.value;
    this.#failure = outcome.ok ? null : outcome.failure;
  }

  async readToday(): Promise<void> {
    const outcome = await listToday();
    if (outcome.ok) this.#today = outcome.value;
  }

  async setDone({ id }: Callback, done: boolean): Promise<void> {
    this.#busy = id;
    const failure = await setCallbackDone(id, done);
    if (failure) this.#failure = failure;
    else await this.readCallbacks();
    this.#busy = null;
  }
}
