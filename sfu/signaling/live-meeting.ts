import type { Logger } from 'pino';
import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { Notice, NoticeName } from '../protocol/notices.ts';
import type { StorageView } from '../protocol/recording.ts';
import type { ChatMessage, Snapshot } from '../protocol/view.ts';
import type { WorkerPool } from '../media/workers.ts';
import type { MeetingEvent } from '../meeting/events.ts';
import { newId } from '../meeting/identity.ts';
import { Meeting } from '../meeting/meeting.ts';
import type { Host } from '../meeting/meeting.ts';
import type { Participant } from '../meeting/participant.ts';
import type { MeetingRecord } from '../meeting/records.ts';
import type { Recordings } from '../recording/recordings.ts';
import type { ChatRepository } from '../store/chat-repository.ts';
import type { MeetingRepository } from '../store/meeting-repository.ts';
import type { Connection } from './connection.ts';
import { Foresight } from './foresight.ts';
import { LiveMedia } from './live-media.ts';
import { Patience } from './patience.ts';
import { Presence } from './presence.ts';
import { recordingViewFor } from './recording-view.ts';
import type { Timings } from './timings.ts';
import { snapshotFor, viewOfParticipant } from './views.ts';
import type { LiveState } from './views.ts';

export type LiveMeetingDependencies = {
  meetings: MeetingRepository;
  chat: ChatRepository;
  pool: WorkerPool;
  timings: Timings;
  log: Logger;
  /** The name people read for an organisation. */
  organizationName: (organizationId: string) => Promise<string | null>;
  recordings: Pick<Recordings, 'look' | 'pointer' | 'storageOf'>;
  /** Told after every change, and whenever somebody's line is there or not. */
  changed: (meeting: LiveMeeting) => void;
  /** Told of every change when it has been stored; of a new meeting, there is nothing before. */
  acted?: ((before: MeetingRecord | null, after: MeetingRecord) => void) | undefined;
  said?:
    | ((meeting: Pick<MeetingRecord, 'id' | 'organizationId'>, who: Participant, text: string) => void)
    | undefined;
  ended: (meeting: LiveMeeting) => void;
};

/**
 * A meeting with the people connected to it: applies changes one after the other, stores each before it is
 * told, and tells everybody concerned. Nothing in here is needed to go on after a crash; that is all in the
 * meeting's record.
 */
export class LiveMeeting {
  readonly #deps: LiveMeetingDependencies;
  readonly media: LiveMedia;
  readonly patience: Patience;
  readonly foresight: Foresight;
  readonly presence = new Presence(this, (participantId, place) => {
    this.#deps.recordings.pointer(this, participantId, place);
  });
  #meeting: Meeting;
  #organizationName: string | null = null;
  /** The host's space for recordings; null while there is no host. */
  #storage: StorageView | null = null;
  #chat: ChatMessage[] = [];
  readonly #connections = new Map<string, Connection>();
  /** Whose seat has been taken and whose page is being attached to it. */
  readonly #arriving = new Set<string>();
  /** Where each seat's sequence of notices stands. */
  readonly #revisions = new Map<string, number>();
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(meeting: Meeting, deps: LiveMeetingDependencies) {
    this.#meeting = meeting;
    this.#deps = deps;
    const tellAbout = (participantId: string) => {
      this.#publish({ type: 'participant-changed', participantId });
      this.foresight.tell();
      this.#looked();
    };
    this.media = new LiveMedia(
      deps.pool,
      {
        producersChanged: tellAbout,
        lineChanged: tellAbout,
        speaking: (participantIds) => {
          this.#tellSpeaking(participantIds);
        },
        remade: (epoch) => {
          for (const participantId of this.#connections.keys()) {
            this.#tell(participantId, 'media:reset', { epoch });
          }
          // Who prepares has no sequence of notices: they hear that what they made ready is no more.
          this.foresight.tell();
          this.#looked();
        },
      },
      deps.log,
    );
    this.foresight = new Foresight(this);
    this.patience = new Patience(this, deps.timings, deps.log);
  }

  /** A new meeting, stored before anybody hears of it. */
  static async begin(meeting: Meeting, deps: LiveMeetingDependencies): Promise<LiveMeeting> {
    meeting.takeEvents();
    const record = meeting.toRecord();
    await deps.meetings.save(record);
    deps.acted?.(null, record);
    const live = new LiveMeeting(meeting, deps);
    for (const { id } of meeting.participants) live.#arriving.add(id);
    await live.#learnOrganization();
    await live.#learnStorage();
    live.patience.reconsider();
    return live;
  }

  /** A meeting that a server before this one held: everybody is away, and awaited. */
  static async restore(meeting: Meeting, deps: LiveMeetingDependencies): Promise<LiveMeeting> {
    const live = new LiveMeeting(meeting, deps);
    live.#chat = (await deps.chat.latest(meeting.id, limits.chatInSnapshot)).map(
      ({ meetingId: _, ...message }) => message,
    );
    await live.#learnOrganization();
    await live.#learnStorage();
    live.patience.reconsider();
    // Not stored: a server that dies again announces it again.
    meeting.recording.announceAgain(Date.now());
    meeting.stage.restarted(Date.now());
    meeting.takeEvents();
    live.#looked();
    return live;
  }

  get id(): string {
    return this.#meeting.id;
  }

  /** To look at; changes go through `change`. */
  get meeting(): Meeting {
    return this.#meeting;
  }

  get organizationName(): string | null {
    return this.#organizationName;
  }

  connectionOf(participantId: string): Connection | null {
    return this.#connections.get(participantId) ?? null;
  }

  /** Whether there is a page for this seat, or one on its way to it. */
  isConnected(participantId: string): boolean {
    return this.#connections.has(participantId) || this.#arriving.has(participantId);
  }

  /** False while the line is lost and being restored. */
  isOnLine(participantId: string): boolean {
    return this.#liveState(participantId).line === 'connected';
  }

  hasLivingMedia(participantId: string): boolean {
    return this.media.current?.peer(participantId)?.isConnected ?? false;
  }

  /**
   * Applies a change after all earlier ones, stores the meeting, then tells everybody concerned. If storing
   * fails the meeting is as it was before and nobody has heard anything.
   */
  async change<T>(act: (meeting: Meeting, now: number) => T): Promise<T> {
    const turn = this.#queue.then(async () => {
      const before = this.#meeting.toRecord();
      const now = Date.now();
      const value = act(this.#meeting, now);
      this.#meeting.stage.tick(now);
      const events = this.#meeting.takeEvents();
      if (events.length > 0) {
        const after = this.#meeting.toRecord();
        try {
          await this.#deps.meetings.save(after);
        } catch (error) {
          this.#meeting = Meeting.restore(before);
          throw error;
        }
        this.#deps.acted?.(before, after);
      }
      if (this.#organizationName === null) await this.#learnOrganization();
      const isRecordingNew = events.some(({ type }) => type === 'recording-changed');
      if (isRecordingNew || this.#storage === null) await this.#learnStorage();
      for (const event of events) if (event.type === 'seat-taken') this.#arriving.add(event.participantId);
      for (const event of events) this.#publish(event);
      this.foresight.letGo();
      this.patience.reconsider();
      this.#looked();
      return value;
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** The connection speaks for this seat from here on; an older page of the same person is told so. */
  async attach(connection: Connection, participantId: string): Promise<Snapshot> {
    // The snapshot names the media's epoch; without media now, a `media:reset` follows when there is.
    await this.media.get().catch(() => null);
    if (this.#meeting.host?.id === participantId) await this.#learnStorage();
    const hasArrived = this.#arriving.delete(participantId);
    if (this.#meeting.isEnded) throw new Refusal('meeting-ended', 'The meeting is over.');
    // Who knocks and was sent away meanwhile is not in the list any more.
    const standing = this.#meeting.participants.find(({ id }) => id === participantId)?.standing ?? 'gone';
    if (standing === 'gone') throw new Refusal('seat-unknown', 'This seat has been given up.');
    if (!connection.isOpen) {
      this.patience.reconsider();
      if (hasArrived) await this.#giveUp(participantId);
      else this.#publish({ type: 'participant-changed', participantId });
      throw new Refusal('not-allowed', 'The page has gone.');
    }
    const older = this.#connections.get(participantId);
    if (older && older !== connection) {
      older.seat = null;
      older.whisper('seat:replaced', {});
    }
    connection.seat = { meeting: this, participantId, preparing: false };
    const wasAway = !older && !hasArrived;
    this.#connections.set(participantId, connection);
    this.patience.reconsider();
    if (wasAway) this.#publish({ type: 'participant-changed', participantId });
    this.foresight.tell();
    this.#looked();
    return this.snapshot(participantId);
  }

  /**
   * A seat that was taken for a page which is gone already. Nobody has its token: it must not stay as a ghost.
   * The host can come back by the account.
   */
  async #giveUp(participantId: string): Promise<void> {
    await this.change((meeting, now) => {
      // A newer page of the same person may have come first.
      if (this.isConnected(participantId)) return;
      meeting.leave(participantId, meeting.host?.id === participantId ? 'lost' : 'left', now);
    });
  }

  /** The socket is gone; the seat is kept. */
  detach(connection: Connection): void {
    const { seat } = connection;
    connection.seat = null;
    this.foresight.end(connection);
    if (seat?.meeting !== this) return;
    if (seat.preparing) {
      this.media.current?.closePeer(seat.participantId);
    } else if (this.#connections.get(seat.participantId) === connection) {
      this.#connections.delete(seat.participantId);
      this.patience.reconsider();
      this.#publish({ type: 'participant-changed', participantId: seat.participantId });
      this.#looked();
    }
  }

  /** A rep has typed this meeting's number: their media is made ready before they press 接続する. */
  prepare(connection: Connection, host: Host): void {
    this.#meeting.assertConnectable(host, Date.now());
    connection.seat = { meeting: this, participantId: newId(), preparing: true };
    this.foresight.begin(connection);
  }

  snapshot(participantId: string): Snapshot {
    return snapshotFor(this.#meeting.participant(participantId), this.#meeting, {
      revision: this.#revisions.get(participantId) ?? 0,
      mediaEpoch: this.media.current?.epoch ?? '',
      organizationName: this.#organizationName,
      chat: this.#chat,
      storage: this.#storage,
      live: (id) => this.#liveState(id),
      now: Date.now(),
    });
  }

  /** Stores and tells a message; sent again with the same ID, it stands there once. */
  async say(who: Participant, id: string, text: string): Promise<ChatMessage> {
    const known = this.#chat.find((each) => each.id === id && each.participantId === who.id);
    if (known) return known;
    const sent = { id, participantId: who.id, name: who.name, text, at: Date.now() };
    const stored = await this.#deps.chat.append({ ...sent, meetingId: this.id });
    if (!stored) throw new Refusal('bad-request', 'This message ID is in use.');
    const { meetingId: _, ...message } = stored;
    if (this.#chat.some((each) => each.id === id)) return message;
    this.#chat = [...this.#chat, message].slice(-limits.chatInSnapshot);
    for (const each of this.#meeting.present) this.#tell(each.id, 'chat:sent', { message });
    this.#deps.said?.(this.#meeting.facts, who, text);
    return message;
  }

  /**
   * Which of these producers this participant may consume: those of people who are present, once they are so
   * themselves; before that what is foreseen, and always their own (which is how a line is opened early).
   */
  consumable(participantId: string, producerIds: readonly string[]): string[] {
    const present = this.#meeting.present.map((each) => each.id);
    const owners = present.includes(participantId) ? present : [participantId];
    const theirs = new Set(
      owners.flatMap((id) => this.media.current?.peer(id)?.producers.map((producer) => producer.id) ?? []),
    );
    for (const { id } of this.foresight.producersFor(participantId)) theirs.add(id);
    return producerIds.filter((id) => theirs.has(id));
  }

  /** What everybody who is present sends: what may flow to one another. */
  sentByPresent(): Set<string> {
    const peers = this.#meeting.present.flatMap(({ id }) => this.media.current?.peer(id) ?? []);
    return new Set(peers.flatMap((peer) => peer.producers.map(({ id }) => id)));
  }

  /** The host's space for recordings is another one: they are told. */
  async storageChanged(): Promise<void> {
    await this.#learnStorage();
    if (!this.#meeting.isEnded) this.#tellRecording((who) => who.role === 'host');
  }

  close(): void {
    this.patience.close();
    this.media.close();
    this.#connections.clear();
  }

  /** Those outside of the meeting see how it is now: the recordings, and the desks. */
  #looked(): void {
    this.#deps.recordings.look(this);
    this.#deps.changed(this);
  }

  async #learnOrganization(): Promise<void> {
    const { organizationId } = this.#meeting.facts;
    if (organizationId) this.#organizationName = await this.#deps.organizationName(organizationId);
  }

  async #learnStorage(): Promise<void> {
    const { hostAccountId } = this.#meeting.facts;
    if (!hostAccountId) return;
    try {
      this.#storage = await this.#deps.recordings.storageOf(hostAccountId);
    } catch (error) {
      // What was known before is hardly wrong, and nothing else has to wait for it.
      this.#deps.log.error({ error }, 'the space for recordings could not be looked up');
    }
  }

  #liveState(participantId: string): LiveState {
    const peer = this.media.current?.peer(participantId);
    const restoring = peer?.isConnected
      ? false
      : !this.isConnected(participantId) || (peer?.isBroken ?? false);
    return { line: restoring ? 'restoring' : 'connected', producers: peer?.producers ?? [] };
  }

  #publish(event: MeetingEvent): void {
    switch (event.type) {
      case 'seat-taken':
        return;
      case 'participant-changed': {
        const who = this.#meeting.participants.find((each) => each.id === event.participantId);
        if (who?.standing !== 'present' && who?.standing !== 'knocking') return;
        const participant = viewOfParticipant(who, this.#liveState(who.id));
        this.#tellPresent(who.standing === 'present', 'participant:changed', { participant });
        return;
      }
      case 'participant-left': {
        const { participantId, name, reason } = event;
        this.#tellPresent(event.wasPresent, 'participant:left', { participantId, name, reason });
        return;
      }
      case 'admitted': {
        this.#letFlow();
        const connection = this.#connections.get(event.participantId);
        connection?.whisper('seat:admitted', { snapshot: this.snapshot(event.participantId) });
        return;
      }
      case 'seat-closed': {
        this.media.current?.closePeer(event.participantId);
        const connection = this.#connections.get(event.participantId);
        this.#connections.delete(event.participantId);
        if (!connection) return;
        connection.seat = null;
        const { endReason } = this.#meeting.facts;
        connection.whisper('seat:closed', { reason: event.reason, endReason });
        return;
      }
      case 'invitations-changed':
        this.#tellPresent(false, 'invitations:changed', {
          invitations: this.#meeting.invitations.map((each) => each.toView()),
        });
        return;
      case 'stage-changed':
        this.#tellPresent(true, 'stage:changed', { shown: this.#meeting.stage.shown });
        return;
      case 'offers-changed':
        for (const { id } of this.#meeting.present) {
          if (!event.participantIds.includes(id)) continue;
          this.#tell(id, 'offers:changed', { offers: this.#meeting.stage.offersFor(id) });
        }
        return;
      case 'brought-changed':
        this.#tellPresent(false, 'brought:changed', { brought: [...this.#meeting.stage.brought] });
        return;
      case 'recording-changed':
        this.#tellRecording();
        return;
      case 'ended':
        this.#deps.ended(this);
        this.close();
        return;
      default:
        event satisfies never;
    }
  }

  /** What was foreseen has come: it flows before the pages have asked for it. */
  #letFlow(): void {
    const producerIds = this.sentByPresent();
    for (const { id } of this.#meeting.present) {
      const peer = this.media.current?.peer(id);
      peer?.resumeConsumersOf(producerIds).catch((error: unknown) => {
        // The page asks for the same by itself a moment later.
        this.#deps.log.debug({ error }, 'media that was made ready did not flow by itself');
      });
    }
  }

  /** Each reads their own part of it. */
  #tellRecording(isConcerned: (who: Participant) => boolean = () => true): void {
    for (const who of this.#meeting.present.filter(isConcerned)) {
      const recording = recordingViewFor(who, this.#meeting, this.#storage);
      this.#tell(who.id, 'recording:changed', { recording });
    }
  }

  /** To everybody present, or to the host alone. */
  #tellPresent<N extends NoticeName>(everybody: boolean, name: N, notice: Notice<N>): void {
    for (const each of this.#meeting.present) {
      if (everybody || each.role === 'host') this.#tell(each.id, name, notice);
    }
  }

  #tell<N extends NoticeName>(participantId: string, name: N, notice: Notice<N>): void {
    const connection = this.#connections.get(participantId);
    if (!connection) return;
    const revision = (this.#revisions.get(participantId) ?? 0) + 1;
    this.#revisions.set(participantId, revision);
    connection.notice(name, revision, notice);
  }

  #tellSpeaking(participantIds: readonly string[]): void {
    const present = this.#meeting.present;
    const heard = present.map(({ id }) => id).filter((id) => participantIds.includes(id));
    for (const { id } of present)
      this.#connections.get(id)?.whisper('speaking:now', { participantIds: heard });
  }
}
