import type { OfferState, OfferView } from '../../../sfu/protocol/documents.ts';

const shownMs = 8_000;

export type OfferNote = { id: number; name: string; title: string; state: 'taken' | 'declined' };

/** Tells whoever handed something over what became of it, shortly, from the moment that this is on the screen. */
export class OfferNotes {
  #notes = $state.raw<readonly OfferNote[]>([]);
  readonly #states: Record<string, OfferState> = {};
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #next = 0;
  #begun = false;

  get all(): readonly OfferNote[] {
    return this.#notes;
  }

  /** To be called from an effect, with the offers by oneself. */
  follow(offers: readonly OfferView[]): void {
    for (const { id, title, recipients } of offers) {
      for (const { participantId, name, state } of recipients) {
        const key = `${id} ${participantId}`;
        const before = this.#states[key];
        this.#states[key] = state;
        if (this.#begun && state !== 'open' && before !== state) this.#tell({ name, title, state });
      }
    }
    this.#begun = true;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #tell(note: Omit<OfferNote, 'id'>): void {
    const id = (this.#next += 1);
    this.#notes = [...this.#notes, { ...note, id }].slice(-3);
    const timer = setTimeout(() => {
      this.#notes = this.#notes.filter((each) => each.id !== id);
    }, shownMs);
    this.#timers.push(timer);
  }
}
