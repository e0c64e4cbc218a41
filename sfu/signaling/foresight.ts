import type { ProducerView } from '../protocol/view.ts';
import type { Connection } from './connection.ts';
import type { LiveMeeting } from './live-meeting.ts';

/**
 * Two sides that wait for each other, a customer with a number and a rep who has typed it, make ready to
 * receive each other's media before 接続する is pressed: consumers are made, paused, and let go on connecting.
 * Until then nothing flows, and neither is shown to the other.
 */
export class Foresight {
  readonly #live: LiveMeeting;
  readonly #preparing = new Set<Connection>();

  constructor(live: LiveMeeting) {
    this.#live = live;
  }

  begin(connection: Connection): void {
    this.#preparing.add(connection);
    this.tell();
  }

  end(connection: Connection): void {
    if (this.#preparing.delete(connection)) this.tell();
  }

  /** Once the number is taken or no longer valid, whoever still prepares is told so and leaves nothing behind. */
  letGo(): void {
    const { meeting } = this.#live;
    if (meeting.facts.state === 'waiting') return;
    const code = meeting.isEnded ? 'number-expired' : 'number-taken';
    for (const connection of [...this.#preparing]) {
      // The rep who has just connected is in the meeting under the ID of the preparation.
      const isIn = meeting.participants.some(({ id }) => id === connection.seat?.participantId);
      if (isIn && !meeting.isEnded) continue;
      this.#live.detach(connection);
      connection.whisper('number:gone', { code });
    }
  }

  /** What this side may make ready to receive; nothing once the meeting is live. */
  producersFor(participantId: string): ProducerView[] {
    if (this.#live.meeting.facts.state !== 'waiting') return [];
    const guests = this.#waiting();
    const reps = [...this.#preparing].flatMap(({ seat }) => (seat?.preparing ? [seat.participantId] : []));
    const counterparts = guests.includes(participantId) ? reps : reps.includes(participantId) ? guests : [];
    return counterparts.flatMap((id) => this.#live.media.current?.peer(id)?.producers ?? []);
  }

  /** Tells both sides what the other sends by now. */
  tell(): void {
    if (this.#live.meeting.facts.state !== 'waiting') return;
    for (const connection of this.#preparing) this.#whisper(connection);
    for (const id of this.#waiting()) this.#whisper(this.#live.connectionOf(id));
  }

  #waiting(): string[] {
    return this.#live.meeting.participants.filter((each) => each.standing === 'waiting').map(({ id }) => id);
  }

  #whisper(connection: Connection | null): void {
    if (!connection?.seat) return;
    connection.whisper('media:foreseen', { producers: this.producersFor(connection.seat.participantId) });
  }
}
