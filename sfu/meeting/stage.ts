import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { BroughtDocument, OfferState, OfferView, ShownDocument } from '../protocol/documents.ts';
import type { MeetingEvent } from './events.ts';
import { newId } from './identity.ts';
import { Looked } from './looked.ts';
import type { Participant } from './participant.ts';
import type { OfferRecord, StageRecord } from './records.ts';

/** What a meeting needs to know of a document. */
export type StageDocument = {
  id: string;
  version: number;
  title: string;
  fileName: string;
  bytes: number;
  pages: number;
  shareFile: boolean;
};

/** What the stage asks of its meeting. */
export type StageSetting = {
  present: () => readonly Participant[];
  tell: (event: MeetingEvent) => void;
};

/**
 * The documents of a meeting: what is on everybody's screen and at which page, what has been handed over to
 * whom, and what guests have brought. It belongs to the meeting, not to a page or a person (D5). Who owns a
 * document is checked before it comes here.
 */
export class Stage {
  readonly #setting: StageSetting;
  #shown: ShownDocument | null;
  readonly #offers: OfferRecord[];
  readonly #brought: BroughtDocument[];
  readonly #looked: Looked;

  constructor(record: StageRecord, setting: StageSetting) {
    const { shown, offers, brought, looked, shownSince } = structuredClone(record);
    this.#shown = shown;
    this.#offers = offers;
    this.#brought = brought;
    this.#looked = new Looked({ looked, shownSince });
    this.#setting = setting;
  }

  get shown(): ShownDocument | null {
    return this.#shown;
  }

  get brought(): readonly BroughtDocument[] {
    return this.#brought;
  }

  /** Whoever offered sees what became of it for everybody; the others see themselves in it. */
  offersFor(participantId: string): OfferView[] {
    return this.#offers.flatMap((offer) => {
      if (offer.offeredBy === participantId) return [offer];
      const recipients = offer.recipients.filter((each) => each.participantId === participantId);
      return recipients.length > 0 ? [{ ...offer, recipients }] : [];
    });
  }

  /** D3: puts an own document on everybody's screen, in the place of what is there. */
  show(by: Participant, document: StageDocument, page: number, now: number): void {
    assertPresent(by);
    assertPage(page, document.pages);
    this.#note(by, document);
    const { version, title, pages, shareFile } = document;
    this.#put({ documentId: document.id, version, title, pages, page, shownBy: by.id, shareFile }, now);
  }

  /**
   * Whoever shows it turns; when they have left, the host does, and shows it from then on.
   *
   * @throws Refusal document-not-shown, not-allowed, page-unknown
   */
  turn(by: Participant, documentId: string, page: number, now: number): void {
    assertPresent(by);
    const shown = this.#assertShown(documentId);
    const isOrphan = !this.#setting.present().some(({ id }) => id === shown.shownBy);
    if (shown.shownBy !== by.id && !(isOrphan && by.role === 'host')) {
      throw new Refusal('not-allowed', 'Whoever shows a document turns its pages.');
    }
    assertPage(page, shown.pages);
    if (shown.page === page && shown.shownBy === by.id) return;
    this.#put({ ...shown, page, shownBy: by.id }, now);
  }

  /** D5: for all. Closing what is closed already is no fault. */
  close(by: Participant, documentId: string, now: number): void {
    if (this.#shown?.documentId !== documentId) return;
    if (this.#shown.shownBy !== by.id && by.role !== 'host') {
      throw new Refusal('not-allowed', 'Whoever shows a document closes it, or the host does.');
    }
    this.#put(null, now);
  }

  /**
   * D6: offers the original to everybody else who is present. Offered again, it is open again for all of them:
   * who hands over twice means it.
   *
   * @returns the offer's ID
   * @throws Refusal document-not-shared, nobody-to-offer, too-many
   */
  offer(by: Participant, document: StageDocument, now: number): string {
    assertPresent(by);
    if (!document.shareFile) {
      throw new Refusal('document-not-shared', 'Its owner does not share the file of this document.');
    }
    const others = this.#setting.present().filter(({ id }) => id !== by.id);
    if (others.length === 0) throw new Refusal('nobody-to-offer', 'There is nobody else in the meeting.');
    const known = this.#offers.find((each) => each.documentId === document.id && each.offeredBy === by.id);
    if (!known && this.#offers.length >= limits.offersPerMeeting) {
      throw new Refusal('too-many', 'So many files have been handed over in this meeting already.');
    }
    this.#note(by, document);
    const offer: OfferRecord = known ?? {
      id: newId(),
      documentId: document.id,
      version: document.version,
      title: document.title,
      fileName: document.fileName,
      bytes: document.bytes,
      offeredBy: by.id,
      offeredByName: by.name,
      at: now,
      recipients: [],
    };
    if (!known) this.#offers.push(offer);
    offer.at = now;
    for (const { id, name } of others) {
      const recipient = offer.recipients.find((each) => each.participantId === id);
      if (recipient) recipient.state = 'open';
      else offer.recipients.push({ participantId: id, name, state: 'open' });
    }
    this.#tellAbout(offer);
    return offer.id;
  }

  /**
   * Accepts an offer; again, too: a download can fail.
   *
   * @throws Refusal offer-unknown when it was never offered to them, or they have declined
   */
  receive(by: Participant, offerId: string): void {
    assertPresent(by);
    const { recipients } = this.assertOffered(by.id, offerId);
    if (recipients.some((each) => each.participantId === by.id && each.state === 'declined')) {
      throw new Refusal('offer-unknown', 'This offer has been declined.');
    }
    this.#settle(by, offerId, 'taken');
  }

  decline(by: Participant, offerId: string): void {
    const { recipients } = this.assertOffered(by.id, offerId);
    if (recipients.some((each) => each.participantId === by.id && each.state === 'taken')) return;
    this.#settle(by, offerId, 'declined');
  }

  /** D7: the rep keeps what a guest has brought. @throws Refusal document-unknown */
  keep(documentId: string): void {
    this.assertBrought(documentId).kept = true;
    this.#setting.tell({ type: 'brought-changed' });
  }

  /** Its owner has given it another title or file, or shares it no more. */
  documentChanged(document: StageDocument, now: number): void {
    const { id, version, title, pages, shareFile } = document;
    // What was offered is not there any more, or is not to be given any more.
    const isOver = (offer: OfferRecord) =>
      offer.documentId === id && (offer.version !== version || !shareFile);
    this.#withdraw(isOver);
    if (this.#shown?.documentId !== id) return;
    const page = Math.min(this.#shown.page, pages);
    this.#put({ ...this.#shown, version, title, pages, page, shareFile }, now);
  }

  /** It has been deleted: nothing of it can be shown or given any more. */
  documentRemoved(documentId: string, now: number): void {
    if (this.#shown?.documentId === documentId) this.#put(null, now);
    this.#withdraw((offer) => offer.documentId === documentId);
    const brought = this.#brought.findIndex((each) => each.documentId === documentId);
    if (brought < 0) return;
    this.#brought.splice(brought, 1);
    this.#setting.tell({ type: 'brought-changed' });
  }

  /**
   * Counts how long what is on show has been seen (B3). To be called after everything that can have made somebody
   * come or go: what nobody sees is not counted.
   */
  tick(now: number): void {
    this.#looked.count(this.#shown, now);
    this.#looked.begin(this.#shown, this.#isWatched(), now);
  }

  /** The server was away, and with it the screens, since it was last written how long they showed something. */
  restarted(now: number): void {
    this.#looked.begin(this.#shown, this.#isWatched(), now);
  }

  /** The server is about to stop: what has been seen until now has to be stored. */
  stopping(now: number): void {
    if (!this.#shown) return;
    this.tick(now);
    this.#setting.tell({ type: 'stage-changed' });
  }

  /** Whether it is on show, or somebody can still accept it. */
  uses(documentId: string): boolean {
    const here = this.#setting.present().map(({ id }) => id);
    const isOffered = this.#offers.some(
      (offer) =>
        offer.documentId === documentId &&
        offer.recipients.some(({ participantId, state }) => state === 'open' && here.includes(participantId)),
    );
    return this.#shown?.documentId === documentId || isOffered;
  }

  /** @throws Refusal offer-unknown */
  assertOffered(participantId: string, offerId: string): OfferRecord {
    const offer = this.#offers.find(
      (each) => each.id === offerId && each.recipients.some((to) => to.participantId === participantId),
    );
    if (!offer) throw new Refusal('offer-unknown', 'Nothing of that ID was offered to you.');
    return offer;
  }

  /** @throws Refusal document-unknown */
  assertBrought(documentId: string): BroughtDocument {
    const brought = this.#brought.find((each) => each.documentId === documentId);
    if (!brought) throw new Refusal('document-unknown', 'No guest has brought this document.');
    return brought;
  }

  toRecord(): StageRecord {
    return structuredClone({
      shown: this.#shown,
      offers: this.#offers,
      brought: this.#brought,
      looked: [...this.#looked.documents],
      shownSince: this.#looked.since,
    });
  }

  #withdraw(isOver: (offer: OfferRecord) => boolean): void {
    for (const offer of this.#offers.filter(isOver)) {
      this.#offers.splice(this.#offers.indexOf(offer), 1);
      this.#tellAbout(offer);
    }
  }

  #put(shown: ShownDocument | null, now: number): void {
    this.#looked.count(this.#shown, now);
    this.#shown = shown;
    this.#looked.begin(shown, this.#isWatched(), now);
    this.#setting.tell({ type: 'stage-changed' });
  }

  #isWatched(): boolean {
    return this.#setting.present().length > 0;
  }

  #assertShown(documentId: string): ShownDocument {
    if (this.#shown?.documentId !== documentId) {
      throw new Refusal('document-not-shown', 'This document is not on show.');
    }
    return this.#shown;
  }

  #settle(by: Participant, offerId: string, state: OfferState): OfferRecord {
    const offer = this.assertOffered(by.id, offerId);
    for (const each of offer.recipients) if (each.participantId === by.id) each.state = state;
    this.#tellAbout(offer);
    return offer;
  }

  #tellAbout({ offeredBy, recipients }: OfferRecord): void {
    const participantIds = [offeredBy, ...recipients.map(({ participantId }) => participantId)];
    this.#setting.tell({ type: 'offers-changed', participantIds });
  }

  /** The host can keep what a guest has put on the table. */
  #note(by: Participant, { id, title }: StageDocument): void {
    if (by.role === 'host' || this.#brought.some((each) => each.documentId === id)) return;
    this.#brought.push({ documentId: id, title, participantId: by.id, name: by.name, kept: false });
    this.#setting.tell({ type: 'brought-changed' });
  }
}

export const emptyStage: StageRecord = {
  shown: null,
  offers: [],
  brought: [],
  looked: [],
  shownSince: null,
};

/** Who was sent away in this very moment acts no more. */
function assertPresent({ standing }: Participant): void {
  if (standing !== 'present') throw new Refusal('not-allowed', 'Only for those in the meeting.');
}

function assertPage(page: number, pages: number): void {
  if (page < 1 || page > pages) throw new Refusal('page-unknown', `It has ${pages} pages.`, { pages });
}
