import { t } from '../i18n/index.ts';
import type { CallApi, CallEvent } from '../session/api.ts';

/** Coming needs a glance; leaving has a reason that wants to be read. */
const comingShownMs = 6_000;
const leavingShownMs = 20_000;

export type Note = { id: number; event: CallEvent };

/** The short notes about who came and went, each for a while, from the moment that the call is on the screen. */
export class Notes {
  #notes = $state.raw<readonly Note[]>([]);
  #next = 0;
  /** Told already, or older than this view. */
  readonly #known: string[];
  readonly #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(call: CallApi) {
    this.#known = call.events.map(keyOf);
  }

  get all(): readonly Note[] {
    return this.#notes;
  }

  /** To be called from an effect. */
  follow(events: readonly CallEvent[]): void {
    for (const event of events) {
      const key = keyOf(event);
      if (this.#known.includes(key)) continue;
      this.#known.push(key);
      const note = { id: (this.#next += 1), event };
      this.#notes = [...this.#notes, note].slice(-3);
      const timer = setTimeout(
        () => this.dismiss(note.id),
        event.kind === 'left' ? leavingShownMs : comingShownMs,
      );
      this.#timers.push(timer);
    }
  }

  dismiss(id: number): void {
    this.#notes = this.#notes.filter((note) => note.id !== id);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function keyOf(event: CallEvent): string {
  return `${event.kind} ${event.at} ${event.name}`;
}

/** What has happened, and the reason where there is one. */
export function noteText(event: CallEvent): { text: string; more: string | null } {
  const name = event.name || t().common.guest;
  switch (event.kind) {
    case 'joined':
      return { text: t().call.joined(name), more: null };
    case 'returned':
      return { text: t().call.returned(name), more: null };
    case 'left':
      return { text: t().call.left, more: t().call.leftReason[event.reason](name) };
  }
}
