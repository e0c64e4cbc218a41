import type { CallApi, DevicesApi } from '../session/api.ts';
import type CallView from './CallView.svelte';

export type Session = { call: CallApi; devices: DevicesApi };
export type LoadSession = () => Promise<Session>;

/**
 * The way from a page that is painted at once to the call, which is fetched meanwhile: first the session with
 * its media, then the view of the call.
 */
export class Entrance {
  /** Null when the page's other half could not be fetched. */
  readonly ready: Promise<Session | null>;
  #session = $state.raw<Session | null>(null);
  #view = $state.raw<typeof CallView | null>(null);
  #failed = $state(false);
  #beenInCall = $state(false);
  #devicesAsked = false;

  constructor(load: LoadSession) {
    this.ready = this.#load(load);
  }

  get session(): Session | null {
    return this.#session;
  }

  get call(): CallApi | null {
    return this.#session?.call ?? null;
  }

  get view(): typeof CallView | null {
    return this.#view;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** True from the first moment in the call on, also when it is over: its view says how it ended. */
  get inCall(): boolean {
    return this.#beenInCall || this.#seesCall;
  }

  get #seesCall(): boolean {
    const phase = this.call?.phase;
    return phase === 'live' || phase === 'replaced';
  }

  /** To be called from an effect: remembers that there was a call, and opens the devices for it. */
  follow(): void {
    const phase = this.call?.phase;
    if (this.#seesCall) this.#beenInCall = true;
    // Closed with the call; another one asks anew.
    if (phase === 'closed') this.#devicesAsked = false;
    if (phase === 'waiting' || phase === 'knocking' || phase === 'live') this.openDevices();
  }

  /** Asks for camera and microphone, once in the life of the page; more often only by the person's own press. */
  openDevices(): void {
    if (this.#devicesAsked || !this.#session) return;
    this.#devicesAsked = true;
    void this.#session.devices.open();
  }

  async #load(load: LoadSession): Promise<Session | null> {
    try {
      const session = await load();
      this.#session = session;
      // The view is fetched when the session has arrived, so that it does not take the line from it.
      void import('./CallView.svelte').then(
        (module) => (this.#view = module.default),
        () => (this.#failed = true),
      );
      return session;
    } catch {
      this.#failed = true;
      return null;
    }
  }
}
