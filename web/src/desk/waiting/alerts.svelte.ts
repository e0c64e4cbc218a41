import type { WaitingCaller } from '../../../../sfu/protocol/desk.ts';
import { playChime } from '../../session/chime.ts';
import { isQuiet, readQuietHours, type QuietHours } from './quiet-hours.ts';

const quietKey = 'taimen.quiet-hours';
const soundKey = 'taimen.desk-sound';
/** Of several tabs one rings: the others come about in this time. */
const ringingMs = 2_000;

/** Words of a notification. */
export type Words = { title: string; body: string };

export type AlertsOptions = {
  words: (caller: WaitingCaller) => Words;
  /** Shown when the person has just allowed notifications: so one looks. */
  example: () => Words;
  /** A notification was pressed. */
  opened: () => void;
};

/**
 * A sound, and a notification of the browser where it is allowed and the person does not look at the desk, for
 * everybody who begins to wait (B1). What the person has chosen stays in this browser.
 */
export class Alerts {
  readonly #options: AlertsOptions;
  #quiet = $state.raw(readQuietHours(kept(quietKey)));
  #hasSound = $state(kept(soundKey) !== 'off');
  #permission = $state<NotificationPermission | 'unsupported'>(
    'Notification' in globalThis ? Notification.permission : 'unsupported',
  );
  /** What is still shown, by the meeting it is about. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing on the screen depends on it
  readonly #shown = new Map<string, Notification>();
  /** Null: what waited before this page was open is not news. */
  #known: readonly string[] | null = null;

  constructor(options: AlertsOptions) {
    this.#options = options;
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

  /** Turned on, it sounds once: one knows what to listen for, and the browser that it may. */
  setSound(isOn: boolean): void {
    this.#hasSound = isOn;
    keep(soundKey, isOn ? 'on' : 'off');
    if (isOn) chime();
  }

  /** By a press of the person: browsers ask at no other time. */
  async allow(): Promise<void> {
    if (this.#permission === 'unsupported') return;
    this.#permission = await Notification.requestPermission();
    if (this.#permission === 'granted') this.#notify(this.#options.example(), 'example');
  }

  /** To be called with everybody who waits, whenever that is different. @param isFree whether the person takes calls */
  follow(waiting: readonly WaitingCaller[], isFree: boolean): void {
    const known = this.#known;
    this.#known = waiting.map(({ meetingId }) => meetingId);
    this.#withdraw(this.#known);
    if (!known || !isFree || isQuiet(this.#quiet)) return;
    const come = waiting.filter(({ meetingId }) => !known.includes(meetingId));
    const [first] = come;
    if (!first) return;
    if (this.#hasSound) void inOneTab(first.meetingId, chime);
    if (this.#permission !== 'granted' || document.hasFocus()) return;
    for (const caller of come) this.#notify(this.#options.words(caller), caller.meetingId);
  }

  /** Whoever has been taken, or has gone, is not to be pressed any more. */
  #withdraw(waiting: readonly string[]): void {
    for (const [tag, notification] of this.#shown) {
      if (waiting.includes(tag)) continue;
      notification.close();
      this.#shown.delete(tag);
    }
  }

  /** @param tag the same from several tabs is shown once */
  #notify({ title, body }: Words, tag: string): void {
    try {
      const notification = new Notification(title, { body, tag });
      this.#shown.set(tag, notification);
      notification.addEventListener('click', () => {
        focus();
        this.#options.opened();
        notification.close();
      });
    } catch {
      // Browsers of telephones have notifications, and refuse them to a page.
      this.#permission = 'unsupported';
    }
  }
}

function chime(): void {
  void playChime(null).catch(() => undefined);
}

async function inOneTab(meetingId: string, act: () => void): Promise<void> {
  await navigator.locks.request(`taimen.rings.${meetingId}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    act();
    await new Promise((resolve) => setTimeout(resolve, ringingMs));
  });
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
