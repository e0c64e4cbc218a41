import type { BroughtDocument, OfferView, ShownDocument } from '../../protocol/documents.ts';
import type { Notice, NoticeName } from '../../protocol/notices.ts';
import type { RecordingView } from '../../protocol/recording.ts';
import type { ChatMessage, InvitationView, ParticipantView, Snapshot } from '../../protocol/view.ts';

type Numbered = { revision: number; name: NoticeName; notice: Notice<NoticeName> };

/**
 * A meeting as a page knows it: a snapshot, and the notices after it, whose revisions must follow one another.
 * A notice can overtake the answer that carries the snapshot; it is kept and counted then.
 */
export class MeetingView {
  #snapshot: Snapshot | null = null;
  /** Where this seat's sequence stands; null while a snapshot is awaited. */
  #revision: number | null = null;
  #before: number | null = null;
  #sinceAsked: Numbered[] = [];
  #participants = new Map<string, ParticipantView>();
  chat: ChatMessage[] = [];
  invitations: InvitationView[] = [];
  mediaEpoch = '';
  shown: ShownDocument | null = null;
  offers: OfferView[] = [];
  brought: BroughtDocument[] = [];
  recording: RecordingView | null = null;

  get snapshot(): Snapshot {
    if (!this.#snapshot) throw new Error('This page has not been in any meeting yet.');
    return this.#snapshot;
  }

  get self(): string {
    return this.snapshot.self;
  }

  get participants(): ParticipantView[] {
    return [...this.#participants.values()];
  }

  get present(): ParticipantView[] {
    return this.participants.filter((each) => each.standing === 'present');
  }

  /** Names of those present, in the order of the list. */
  get names(): string[] {
    return this.present.map((each) => each.name);
  }

  of(participantId: string): ParticipantView | null {
    return this.#participants.get(participantId) ?? null;
  }

  /** A seat has been asked for: notices that come from now on may be of the new sequence. */
  expectSeat(): void {
    this.#before = this.#revision;
    this.#revision = null;
    this.#sinceAsked = [];
  }

  seatRefused(): void {
    this.#revision = this.#before;
    for (const each of this.#sinceAsked) this.#advance(each);
  }

  /** @returns a complaint, or null */
  look(snapshot: Snapshot): string | null {
    this.#snapshot = snapshot;
    this.#participants = new Map(snapshot.participants.map((each) => [each.id, each]));
    this.chat = [...snapshot.chat];
    this.invitations = snapshot.invitations;
    this.mediaEpoch = snapshot.mediaEpoch;
    this.shown = snapshot.shown;
    this.offers = snapshot.offers;
    this.brought = snapshot.brought;
    this.recording = snapshot.recording;
    const last = this.#revision;
    this.#revision = snapshot.revision;
    const later = this.#sinceAsked.filter((each) => each.revision > snapshot.revision);
    const complaints = later.map((each) => this.#advance(each));
    // Notices up to the snapshot's revision come before it: a line keeps the order.
    if (last !== null && this.#revision < last) complaints.push(`the revision went back from ${last}`);
    return complaints.find((each) => each !== null) ?? null;
  }

  /** @returns a complaint, or null */
  notice(name: NoticeName, revision: number, notice: Notice<NoticeName>): string | null {
    const numbered = { name, revision, notice };
    this.#sinceAsked.push(numbered);
    return this.#revision === null ? null : this.#advance(numbered);
  }

  describe(): string {
    if (!this.#snapshot) return 'nothing';
    const { participants, chat, invitations, mediaEpoch, shown, offers, brought, recording } = this;
    const said = chat.map((each) => each.text);
    const stage = { shown, offers, brought };
    return JSON.stringify({ participants, chat: said, invitations, mediaEpoch, ...stage, recording });
  }

  #advance({ name, revision, notice }: Numbered): string | null {
    const expected = (this.#revision ?? 0) + 1;
    this.#revision = revision;
    this.#apply(name, notice);
    return revision === expected ? null : `${name} has revision ${revision} instead of ${expected}`;
  }

  #apply(name: NoticeName, notice: Notice<NoticeName>): void {
    switch (name) {
      case 'participant:changed': {
        const { participant } = notice as Notice<'participant:changed'>;
        this.#participants.set(participant.id, participant);
        return;
      }
      case 'participant:left':
        this.#participants.delete((notice as Notice<'participant:left'>).participantId);
        return;
      case 'chat:sent': {
        this.chat.push((notice as Notice<'chat:sent'>).message);
        return;
      }
      case 'invitations:changed':
        this.invitations = (notice as Notice<'invitations:changed'>).invitations;
        return;
      case 'stage:changed':
        this.shown = (notice as Notice<'stage:changed'>).shown;
        return;
      case 'offers:changed':
        this.offers = (notice as Notice<'offers:changed'>).offers;
        return;
      case 'brought:changed':
        this.brought = (notice as Notice<'brought:changed'>).brought;
        return;
      case 'recording:changed':
        this.recording = (notice as Notice<'recording:changed'>).recording;
        return;
      case 'media:reset':
        this.mediaEpoch = (notice as Notice<'media:reset'>).epoch;
        return;
      default:
        name satisfies never;
    }
  }
}
