import type { PointerPlace } from '../protocol/documents.ts';
import { Refusal } from '../protocol/codes.ts';
import type { LiveMeeting } from './live-meeting.ts';

/**
 * Passes on, to everybody else who is present, what is past in a moment. Pointers (D4): moves are volatile; where a
 * pointer rests, or that it has left, is told reliably. Nothing of it is kept.
 */
export class Presence {
  readonly #live: LiveMeeting;
  readonly #pointed: (participantId: string, place: PointerPlace | null) => void;

  /** @param pointed told of every pointer that is passed on */
  constructor(live: LiveMeeting, pointed: (participantId: string, place: PointerPlace | null) => void) {
    this.#live = live;
    this.#pointed = pointed;
  }

  /** @throws Refusal document-not-shown, page-unknown */
  move(participantId: string, place: PointerPlace): void {
    this.#assertOnShow(place);
    for (const connection of this.#others(participantId)) {
      connection.presence('pointer:moved', { participantId, place });
    }
    this.#pointed(participantId, place);
  }

  /** Null: it has left the page, or nobody needs to see it any more. */
  rest(participantId: string, place: PointerPlace | null): void {
    if (place) this.#assertOnShow(place);
    for (const connection of this.#others(participantId)) {
      connection.whisper('pointer:rested', { participantId, place });
    }
    this.#pointed(participantId, place);
  }

  /** D8: whoever is about to show something gives the others' pages a start. */
  foresee(participantId: string): void {
    for (const connection of this.#others(participantId)) connection.presence('document:foreseen', {});
  }

  #assertOnShow({ documentId, page }: PointerPlace): void {
    const { shown } = this.#live.meeting.stage;
    if (shown?.documentId !== documentId) {
      throw new Refusal('document-not-shown', 'This document is not on show.');
    }
    if (page > shown.pages) {
      throw new Refusal('page-unknown', `It has ${shown.pages} pages.`, { pages: shown.pages });
    }
  }

  #others(participantId: string) {
    const others = this.#live.meeting.present.filter(({ id }) => id !== participantId);
    return others.flatMap(({ id }) => this.#live.connectionOf(id) ?? []);
  }
}
