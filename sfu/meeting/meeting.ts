import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { DeviceState, EndReason, LeaveReason } from '../protocol/view.ts';
import type { MeetingEvent } from './events.ts';
import { newId } from './identity.ts';
import { Invitation } from './invitation.ts';
import { Participant } from './participant.ts';
import { emptyRecording, MeetingRecording } from './recording.ts';
import type { MeetingRecord } from './records.ts';
import { emptyStage, Stage } from './stage.ts';

/** The rep who runs a meeting. */
export type Host = { accountId: string; organizationId: string; name: string };

export type SeatTaken = { participant: Participant; resumeToken: string };

type Facts = Omit<MeetingRecord, 'participants' | 'invitations' | 'stage' | 'recording'>;

/**
 * A meeting and its rules, without any I/O: who may come in, how many, what their leaving means. Every
 * method either changes the meeting and notes what happened (`takeEvents`) or throws a Refusal and changes
 * nothing. Times are milliseconds since 1970.
 */
export class Meeting {
  readonly #facts: Facts;
  readonly #participants = new Map<string, Participant>();
  readonly #invitations = new Map<string, Invitation>();
  /** What is on the table; it notes what happens like the meeting itself. */
  readonly stage: Stage;
  /** Whether it is recorded; as above. */
  readonly recording: MeetingRecording;
  #events: MeetingEvent[] = [];

  private constructor(facts: Facts, stage = emptyStage, recording = emptyRecording) {
    this.#facts = facts;
    const setting = {
      present: () => this.present,
      tell: (event: MeetingEvent) => this.#events.push(event),
    };
    this.stage = new Stage(stage, setting);
    this.recording = new MeetingRecording(recording, setting);
  }

  /** J1: a customer asks for a number and waits for the rep who types it. */
  static beginWithNumber(options: {
    id?: string;
    home: string;
    now: number;
    connectionNumber: string;
    organizationId: string | null;
    guestName: string;
    bannerKey?: string | null;
    origin?: string | null;
  }): { meeting: Meeting } & SeatTaken {
    const meeting = Meeting.#create(options, 'waiting');
    meeting.#facts.numberExpiresAt = options.now + limits.numberLifetimeMs;
    const guest = { role: 'guest', name: options.guestName, accountId: null, standing: 'waiting' } as const;
    return { meeting, ...meeting.#seat(Participant.enter(guest, options.now)) };
  }

  /** J4: a rep opens a room, which has a number of its own. */
  static openRoom(options: {
    id?: string;
    home: string;
    now: number;
    connectionNumber: string;
    host: Host;
  }): { meeting: Meeting } & SeatTaken {
    const organizationId = options.host.organizationId;
    const meeting = Meeting.#create({ ...options, organizationId }, 'live');
    meeting.#facts.hostAccountId = options.host.accountId;
    meeting.#facts.startedAt = options.now;
    const { accountId, name } = options.host;
    const host = { role: 'host', name, accountId, standing: 'present' } as const;
    return { meeting, ...meeting.#seat(Participant.enter(host, options.now)) };
  }

  static #create(
    options: {
      id?: string;
      home: string;
      now: number;
      connectionNumber: string;
      organizationId: string | null;
      bannerKey?: string | null;
      origin?: string | null;
    },
    state: 'waiting' | 'live',
  ): Meeting {
    return new Meeting({
      id: options.id ?? newId(),
      organizationId: options.organizationId,
      hostAccountId: null,
      state,
      connectionNumber: options.connectionNumber,
      numberExpiresAt: null,
      createdAt: options.now,
      startedAt: null,
      endedAt: null,
      endReason: null,
      bannerKey: options.bannerKey ?? null,
      origin: options.origin ?? null,
      home: options.home,
    });
  }

  static restore(record: MeetingRecord): Meeting {
    const { participants, invitations, stage, recording, ...facts } = record;
    const meeting = new Meeting({ ...facts }, stage, recording);
    for (const each of participants) meeting.#participants.set(each.id, Participant.restore(each));
    for (const each of invitations) meeting.#invitations.set(each.id, Invitation.restore(each));
    return meeting;
  }

  get facts(): Readonly<Facts> {
    return this.#facts;
  }

  get id(): string {
    return this.#facts.id;
  }

  get isEnded(): boolean {
    return this.#facts.state === 'ended';
  }

  /** Everybody who was ever in the meeting or is at its door, in the order of coming. */
  get participants(): Participant[] {
    return [...this.#participants.values()];
  }

  get present(): Participant[] {
    return this.participants.filter((each) => each.standing === 'present');
  }

  get host(): Participant | null {
    return this.participants.find((each) => each.role === 'host') ?? null;
  }

  get invitations(): Invitation[] {
    return [...this.#invitations.values()];
  }

  /** @throws Refusal when nobody of that ID is or was here. */
  participant(id: string): Participant {
    const found = this.#participants.get(id);
    if (!found) throw new Refusal('participant-unknown', 'There is nobody of that ID in this meeting.');
    return found;
  }

  /**
   * Looks whether this rep could take the number now (J2).
   * @throws Refusal number-taken, number-expired, number-unknown
   */
  assertConnectable(host: Host, now: number): void {
    const { state, organizationId, numberExpiresAt } = this.#facts;
    // A number of another organisation's is, to this rep, a number that does not exist.
    if (organizationId !== null && organizationId !== host.organizationId) {
      throw new Refusal('number-unknown', 'There is no such number.');
    }
    if (state === 'ended' || (numberExpiresAt !== null && now >= numberExpiresAt)) {
      throw new Refusal('number-expired', 'The number is no longer valid.');
    }
    if (state !== 'waiting') throw new Refusal('number-taken', 'Somebody is already using this number.');
  }

  /** J3: the rep takes the number; both are face to face. The ID is the one under which media was prepared. */
  connect(host: Host, now: number, participantId?: string): SeatTaken {
    this.assertConnectable(host, now);
    Object.assign(this.#facts, {
      state: 'live',
      organizationId: host.organizationId,
      hostAccountId: host.accountId,
      numberExpiresAt: null,
      startedAt: now,
    });
    for (const guest of this.participants.filter((each) => each.standing === 'waiting')) {
      guest.standing = 'present';
      guest.joinedAt = now;
      this.#events.push({ type: 'admitted', participantId: guest.id });
    }
    const { accountId, name } = host;
    const entrant = { role: 'host', name, accountId, standing: 'present' } as const;
    return this.#seat(Participant.enter(entrant, now, participantId));
  }

  /** J4, and J2's way back for who lost the page: somebody with the number waits at the door. */
  knock(name: string, now: number): SeatTaken {
    this.#assertLive();
    this.#assertRoom();
    const knockers = this.participants.filter((each) => each.standing === 'knocking').length;
    if (knockers >= limits.knockersPerMeeting) {
      throw new Refusal('door-crowded', 'Too many people are waiting at this door.');
    }
    return this.#seat(Participant.enter(guestNamed(name, 'knocking'), now));
  }

  admit(participantId: string, now: number): void {
    const guest = this.participant(participantId);
    if (guest.standing === 'present') return;
    if (guest.standing !== 'knocking') throw new Refusal('participant-unknown', 'They no longer wait.');
    this.#assertRoom();
    guest.standing = 'present';
    guest.joinedAt = now;
    this.#events.push({ type: 'admitted', participantId }, { type: 'participant-changed', participantId });
    this.recording.somebodyCame();
  }

  /** @throws Refusal invitation-… , meeting-full */
  acceptInvitation(token: string, name: string, now: number): SeatTaken {
    const invitation = this.assertInvited(token, now);
    this.#assertRoom();
    const guest = guestNamed(name, 'present');
    invitation.use();
    const taken = this.#seat(Participant.enter(guest, now));
    this.#events.push({ type: 'invitations-changed' });
    return taken;
  }

  assertInvited(token: string, now: number): Invitation {
    const invitation = this.invitations.find((each) => each.matches(token));
    if (!invitation) throw new Refusal('invitation-unknown', 'There is no such invitation.');
    this.#assertLive();
    invitation.assertUsable(now);
    return invitation;
  }

  invite(now: number): { invitation: Invitation; token: string } {
    this.#assertLive();
    if (this.#invitations.size >= limits.invitationsPerMeeting) {
      throw new Refusal('too-many', 'This meeting has as many invitations as it may have.');
    }
    const issued = Invitation.issue(now);
    this.#invitations.set(issued.invitation.id, issued.invitation);
    this.#events.push({ type: 'invitations-changed' });
    return issued;
  }

  revokeInvitation(invitationId: string, now: number): void {
    const invitation = this.#invitations.get(invitationId);
    if (!invitation) throw new Refusal('invitation-unknown', 'There is no such invitation.');
    invitation.revoke(now);
    this.#events.push({ type: 'invitations-changed' });
  }

  update(
    participantId: string,
    change: {
      microphone?: DeviceState | undefined;
      camera?: DeviceState | undefined;
      speaker?: 'on' | 'off' | undefined;
    },
  ): void {
    const who = this.participant(participantId);
    if (change.microphone) who.microphone = change.microphone;
    if (change.camera) who.camera = change.camera;
    if (change.speaker) who.speaker = change.speaker;
    this.#changed(who);
  }

  /**
   * Somebody shows their token, or is recognised as the host: back to where they were (C7).
   * @throws Refusal seat-unknown when they had left, meeting-full when others have taken the place
   */
  resume(participantId: string): Participant {
    if (this.isEnded) throw new Refusal('meeting-ended', 'The meeting is over.');
    const who = this.#participants.get(participantId);
    if (!who?.canReturn) throw new Refusal('seat-unknown', 'This seat has been given up.');
    if (who.standing === 'gone') {
      this.#assertRoom();
      who.comeBack(this.#facts.state === 'waiting' ? 'waiting' : 'present');
      this.#changed(who);
      this.recording.somebodyCame();
    }
    return who;
  }

  /** The rep comes back to a meeting of their own, from any device, also after leaving it. */
  resumeAsHost(accountId: string): SeatTaken {
    if (this.isEnded) throw new Refusal('meeting-ended', 'The meeting is over.');
    const host = this.host;
    if (!host || host.accountId !== accountId) throw new Refusal('seat-unknown', 'This is not your meeting.');
    if (host.standing === 'gone') {
      this.#assertRoom();
      host.comeBack('present');
      this.recording.somebodyCame();
    }
    const resumeToken = host.renewResumeToken();
    this.#changed(host);
    return { participant: host, resumeToken };
  }

  /** Leaving of one's own will, by a lost line, or sent away. A customer who waits alone ends the meeting. */
  leave(participantId: string, reason: LeaveReason, now: number): void {
    const who = this.participant(participantId);
    if (who.standing === 'gone') return;
    const wasWaiting = who.standing === 'waiting';
    const wasPresent = who.standing === 'present';
    if (who.standing === 'knocking') {
      // Who was never let in has no seat to come back to, nor a place in the history: anybody can knock.
      this.#participants.delete(participantId);
      if (reason === 'lost') reason = 'left';
    }
    who.leave(reason, now);
    if (wasPresent) this.stage.tick(now);
    this.#events.push(
      { type: 'seat-closed', participantId, reason },
      { type: 'participant-left', participantId, name: who.name, reason, wasPresent },
    );
    if (wasPresent) this.recording.somebodyLeft(who, reason, now);
    if (wasWaiting && this.#facts.state === 'waiting') {
      this.end(reason === 'lost' ? 'expired' : 'cancelled', now);
    }
  }

  end(reason: EndReason, now: number): void {
    if (this.isEnded) return;
    this.recording.meetingEnded(now);
    Object.assign(this.#facts, { state: 'ended', endedAt: now, endReason: reason, numberExpiresAt: null });
    for (const who of this.participants) {
      if (who.standing === 'gone') continue;
      who.leave('ended', now);
      this.#events.push({ type: 'seat-closed', participantId: who.id, reason: 'ended' });
    }
    this.stage.tick(now);
    this.#events.push({ type: 'ended', reason });
  }

  /** What has happened since the last call, in order. */
  takeEvents(): MeetingEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  toRecord(): MeetingRecord {
    return {
      ...this.#facts,
      participants: this.participants.map((each) => each.toRecord()),
      invitations: this.invitations.map((each) => each.toRecord()),
      stage: this.stage.toRecord(),
      recording: this.recording.toRecord(),
    };
  }

  #seat(taken: SeatTaken): SeatTaken {
    this.#participants.set(taken.participant.id, taken.participant);
    this.#events.push({ type: 'seat-taken', participantId: taken.participant.id });
    this.#changed(taken.participant);
    if (taken.participant.standing === 'present') this.recording.somebodyCame();
    return taken;
  }

  #changed(who: Participant): void {
    this.#events.push({ type: 'participant-changed', participantId: who.id });
  }

  #assertLive(): void {
    if (this.#facts.state !== 'live') throw new Refusal('meeting-ended', 'The meeting is over.');
  }

  #assertRoom(): void {
    if (this.present.length >= limits.participantsPerMeeting) {
      throw new Refusal('meeting-full', 'Four people are in this meeting already.');
    }
  }
}

function guestNamed(name: string, standing: 'knocking' | 'present') {
  if (name === '') throw new Refusal('name-required', 'A name is needed, so that the others know who comes.');
  return { role: 'guest', name, accountId: null, standing } as const;
}
