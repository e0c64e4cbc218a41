import type { WaitingCaller } from '../../../../sfu/protocol/desk.ts';
import { playChime } from '../../session/chime.ts';
import { isQuiet, readQuietHours, type QuietHours } from './quiet-hours.ts';

const quietKey = 'taimen.quiet-hours';
const soundKey = 'taimen.desk-sound';

/** Words of a notification. */
export type Told = (caller: WaitingCaller) => { title: string; body: string };

/**
 * A sound, and a notification of the browser where it is allowed and the desk is not before the eyes, for everybody
 * who begins to wait (B1). What the person has chosen stays in this browser.
 */
export class Alerts {
  readonly #told: Told;
  #quiet = $state.raw(readQuietHours(kept(quietKey)));
  #hasSound = $state(kept(soundKey) !== 'off');
  #permission = $state<NotificationPermission | 'unsupported'>(
    'Notification' in globalThis ? Notification.permission : 'unsupported',
  );
  /** Null: what waited before this page was open is not news. */
  #known: ReadonlySet<string> | null = null;

  constructor(told: Told) {
    this.#told = told;
  }

  get quiet(): QuietHours {
    return this.#quiet;
  }

  get hasSound(): boolean {
    return this.#hasSound;
  }

  get permission(): NotificationPermission | 'unsupported' {
    return this.#permission;
  }

  keepQuiet(change: Partial<QuietHours>): void {
    this.#quiet = { ...this.#quiet, ...change };
    keep(quietKey, JSON.stringify(this.#quiet));
  }

  setSound(isOn: boolean): void {
    this.#hasSound = isOn;
    keep(soundKey, isOn ? 'on' : 'off');
  }

  /** By a press of the person: browsers ask at no other time. */
  async allow(): Promise<void> {
    if (this.#permission === 'unsupported') return;
    this.#permission = await Notification.requestPermission();
  }

  /** To be called with everybody who waits, whenever that is different. @param isFree whether the person takes calls */
  follow(waiting: readonly WaitingCaller[], isFree: boolean): void {
    const known = this.#known;
    this.#known = new Set(waiting.map(({ meetingId }) => meetingId));
    if (!known || !isFree || isQuiet(this.#quiet, new Date())) return;
    const come = waiting.filter(({ meetingId }) => !known.has(meetingId));
    if (come.length === 0) return;
    if (this.#hasSound) void playChime(null).catch(() => undefined);
    if (this.#permission !== 'granted' || document.visibilityState === 'visible') return;
    for (const caller of come) {
      const { title, body } = this.#told(caller);
      const notification = new Notification(title, { body, tag: caller.meetingId });
      notification.addEventListener('click', () => {
        focus();
        notification.close();
      });
    }
  }
}

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it is chosen again next time.
  }
}
