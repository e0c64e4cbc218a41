import type { Logger } from 'pino';
import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import { parseConnectionNumber } from '../protocol/connection-number.ts';
import { hashSecret, newId, randomNumber } from '../meeting/identity.ts';
import { Meeting } from '../meeting/meeting.ts';
import type { Host } from '../meeting/meeting.ts';
import type { WorkerPool } from '../media/workers.ts';
import type { Recordings } from '../recording/recordings.ts';
import type { ChatRepository } from '../store/chat-repository.ts';
import type { ConnectionNumberRepository } from '../store/connection-number-repository.ts';
import type { MeetingRepository } from '../store/meeting-repository.ts';
import type { StageDocument } from '../meeting/stage.ts';
import type { OrganizationRepository } from '../store/organization-repository.ts';
import { LiveMeeting } from './live-meeting.ts';
import type { LiveMeetingDependencies } from './live-meeting.ts';
import type { Timings } from './timings.ts';

export type LiveMeetingsOptions = {
  /** This node's name: whose meetings it takes up again at the start. */
  home: string;
  meetings: MeetingRepository;
  chat: ChatRepository;
  numbers: ConnectionNumberRepository;
  organizations: OrganizationRepository;
  pool: WorkerPool;
  recordings: Recordings;
  timings: Timings;
  log: Logger;
  /** Told after every change of a meeting, and of whose line is there. */
  changed: (meeting: LiveMeeting) => void;
  /** Told of what has been done, with the meeting as it was before, and of what has been said. */
  acted?: LiveMeetingDependencies['acted'];
  said?: LiveMeetingDependencies['said'];
  /** Told of every meeting that has ended. */
  ended: (meetingId: string) => void;
};

/** All meetings that this node holds, found by ID, number, invitation or resume token. */
export class LiveMeetings {
  readonly #options: LiveMeetingsOptions;
  readonly #deps: LiveMeetingDependencies;
  readonly #byId = new Map<string, LiveMeeting>();
  readonly #byNumber = new Map<string, LiveMeeting>();
  /** When numbers ended that rest now: whoever types one late should read that it was right once. */
  readonly #endedAt = new Map<string, number>();

  private constructor(options: LiveMeetingsOptions) {
    this.#options = options;
    this.#deps = {
      ...options,
      organizationName: async (organizationId) =>
        (await options.organizations.load(organizationId))?.name ?? null,
      ended: (live) => {
        this.#forget(live);
        options.ended(live.id);
      },
    };
  }

  /** Takes up what a server before this one held (C7). */
  static async restore(options: LiveMeetingsOptions): Promise<LiveMeetings> {
    const meetings = new LiveMeetings(options);
    for (const record of await options.meetings.loadUnended(options.home)) {
      meetings.#remember(await LiveMeeting.restore(Meeting.restore(record), meetings.#deps));
    }
    return meetings;
  }

  /** J1: a number for a customer, and the meeting it will lead to. */
  async beginWithNumber(options: {
    organizationId: string | null;
    guestName: string;
    /** The banner that was pressed. */
    bannerKey: string | null;
    /** The page that the customer came from. */
    origin: string | null;
  }) {
    return this.#begin((id, connectionNumber, now) =>
      Meeting.beginWithNumber({ id, connectionNumber, now, home: this.#options.home, ...options }),
    );
  }

  /** J4: a room of a rep's. */
  async openRoom(host: Host) {
    return this.#begin((id, connectionNumber, now) =>
      Meeting.openRoom({ id, connectionNumber, now, home: this.#options.home, host }),
    );
  }

  /**
   * @throws Refusal number-form when the text is not a number, number-expired when its meeting has ended
   *   lately, number-unknown when no meeting here has it
   */
  byTypedNumber(typed: string): LiveMeeting {
    const number = parseConnectionNumber(typed);
    if (number === null) throw new Refusal('number-form', 'A connection number has five digits.');
    const live = this.#byNumber.get(number);
    const endedAt = this.#endedAt.get(number) ?? 0;
    if (!live && Date.now() - endedAt < limits.numberRestMs) {
      throw new Refusal('number-expired', 'The number is no longer valid.');
    }
    if (!live) throw new Refusal('number-unknown', 'There is no such number.');
    return live;
  }

  byId(meetingId: string): LiveMeeting {
    const live = this.#byId.get(meetingId);
    if (!live) throw new Refusal('meeting-ended', 'The meeting is over.');
    return live;
  }

  /** @throws Refusal invitation-unknown, meeting-ended */
  async byInvitation(token: string): Promise<LiveMeeting> {
    const record = await this.#options.meetings.findByInvitation(hashSecret(token));
    if (!record) throw new Refusal('invitation-unknown', 'There is no such invitation.');
    return this.byId(record.id);
  }

  /** @throws Refusal seat-unknown, meeting-ended */
  async byResumeToken(token: string): Promise<{ live: LiveMeeting; participantId: string }> {
    const resumeTokenHash = hashSecret(token);
    const record = await this.#options.meetings.findByResumeToken(resumeTokenHash);
    const who = record?.participants.find((each) => each.resumeTokenHash === resumeTokenHash);
    if (!record || !who) throw new Refusal('seat-unknown', 'There is no such seat.');
    return { live: this.byId(record.id), participantId: who.id };
  }

  isLive(meetingId: string): boolean {
    return this.#byId.has(meetingId);
  }

  isPresent(meetingId: string, participantId: string): boolean {
    return this.#byId.get(meetingId)?.meeting.present.some(({ id }) => id === participantId) ?? false;
  }

  /** Whether the rep of this account is present in any meeting that runs. */
  isInMeeting(accountId: string): boolean {
    return [...this.#byId.values()].some(
      ({ meeting: { isEnded, host } }) =>
        !isEnded && host?.accountId === accountId && host.standing === 'present',
    );
  }

  /** This rep's account is no more (A4): nobody holds its seats, nor what they open. Guests may go on talking. */
  async accountRemoved(accountId: string): Promise<void> {
    const hosted = [...this.#byId.values()].filter(({ meeting }) => meeting.host?.accountId === accountId);
    await Promise.all(
      hosted.map((live) =>
        live.change((meeting, now) => {
          if (meeting.host) meeting.leave(meeting.host.id, 'removed', now);
        }),
      ),
    );
  }

  /** Who is present in this meeting with this resume token; the account is the host's. */
  seatOf(meetingId: string, resumeToken: string): { participantId: string; accountId: string | null } | null {
    const hash = hashSecret(resumeToken);
    const who = this.#byId.get(meetingId)?.meeting.present.find((each) => each.resumeTokenHash === hash);
    return who ? { participantId: who.id, accountId: who.accountId } : null;
  }

  /** Whether this document is on show in this meeting. */
  shows(meetingId: string, documentId: string): boolean {
    return this.#byId.get(meetingId)?.meeting.stage.shown?.documentId === documentId;
  }

  /** Whether a document is on show or on offer in any meeting. */
  uses(documentId: string): boolean {
    return [...this.#byId.values()].some(({ meeting }) => meeting.stage.uses(documentId));
  }

  /** A document has another title, file or permission: where it is on show, everybody is told. */
  async documentChanged(document: StageDocument): Promise<void> {
    await this.#onStage((meeting, now) => {
      meeting.stage.documentChanged(document, now);
    });
  }

  async documentRemoved(documentId: string): Promise<void> {
    await this.#onStage((meeting, now) => {
      meeting.stage.documentRemoved(documentId, now);
    });
  }

  /** Before the server stops: how long documents have been on show by now is stored. */
  async settle(): Promise<void> {
    await this.#onStage((meeting, now) => {
      meeting.stage.stopping(now);
    });
  }

  async #onStage(act: (meeting: Meeting, now: number) => void): Promise<void> {
    await Promise.all([...this.#byId.values()].map((live) => live.change(act)));
  }

  /** Lets go of everything; the meetings themselves go on in the store. */
  close(): void {
    for (const live of this.#byId.values()) live.close();
    this.#byId.clear();
    this.#byNumber.clear();
  }

  async #begin<T extends { meeting: Meeting }>(
    make: (id: string, connectionNumber: string, now: number) => T,
  ): Promise<T & { live: LiveMeeting }> {
    const id = newId();
    const now = Date.now();
    const connectionNumber = await this.#options.numbers.claim(id, now, randomNumber);
    try {
      const made = make(id, connectionNumber, now);
      const live = await LiveMeeting.begin(made.meeting, this.#deps);
      this.#remember(live);
      return { ...made, live };
    } catch (error) {
      await this.#options.numbers.release(connectionNumber, now, id);
      throw error;
    }
  }

  #remember(live: LiveMeeting): void {
    this.#byId.set(live.id, live);
    const { connectionNumber } = live.meeting.facts;
    if (connectionNumber) this.#byNumber.set(connectionNumber, live);
  }

  /** Insertion order is the order of ending: the oldest come first and are forgotten first. */
  #rest(connectionNumber: string): void {
    const now = Date.now();
    this.#endedAt.delete(connectionNumber);
    this.#endedAt.set(connectionNumber, now);
    for (const [number, endedAt] of this.#endedAt) {
      if (now - endedAt < limits.numberRestMs) break;
      this.#endedAt.delete(number);
    }
  }

  #forget(live: LiveMeeting): void {
    this.#byId.delete(live.id);
    const { connectionNumber } = live.meeting.facts;
    if (!connectionNumber) return;
    this.#byNumber.delete(connectionNumber);
    this.#rest(connectionNumber);
    // If this fails the number stays taken: safe, and the next start finds its meeting ended.
    this.#options.numbers.release(connectionNumber, Date.now(), live.id).catch((error: unknown) => {
      this.#options.log.error({ error }, 'a connection number could not be released');
    });
  }
}
