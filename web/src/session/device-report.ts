import type { DevicesApi } from './api.ts';
import type { Signal } from './signal.ts';

/** Tells the others what the own devices are like, whenever that is different from what they know. */
export class DeviceReport {
  readonly #devices: Pick<DevicesApi, 'microphone' | 'camera' | 'speakerOn'>;
  readonly #signal: Signal;
  #told = '';

  constructor(devices: Pick<DevicesApi, 'microphone' | 'camera' | 'speakerOn'>, signal: Signal) {
    this.#devices = devices;
    this.#signal = signal;
  }

  /** Nobody knows anything: another seat, or another meeting. */
  beginAnew(): void {
    this.#told = '';
  }

  /** @throws RequestFailure */
  async tell(): Promise<void> {
    const { microphone, camera, speakerOn } = this.#devices;
    const state = { microphone, camera, speaker: speakerOn ? 'on' : 'off' } as const;
    const key = JSON.stringify(state);
    if (key === this.#told) return;
    await this.#signal.request('participant:update', state);
    this.#told = key;
  }
}
