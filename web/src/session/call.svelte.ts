import type { Input, Output, Seat } from '../../../sfu/protocol/requests.ts';
import type { EndReason, LeaveReason, ProducerView, Snapshot, Standing } from '../../../sfu/protocol/view.ts';
import type { CallApi, CallEvent, Failure, Knocker } from './api.ts';
import { CallState } from './call-state.svelte.ts';
import { DeviceReport } from './device-report.ts';
import type { Devices } from './devices.svelte.ts';
import { randomId } from './ids.ts';
import { MediaSync } from './media-sync.ts';
import { withPatience } from './patience.ts';
import type { Person } from './person.svelte.ts';
import { Recording } from './recording.svelte.ts';
import { Roster } from './roster.svelte.ts';
import { ScreenShare } from './screen-share.svelte.ts';
import { failureOf, SeatLine } from './seat-line.svelte.ts';
import type { WayIn } from './seat-line.svelte.ts';
import { forgetSeat, seatIn, seatOfTab } from './seats.ts';
import { Sequence } from './sequence.ts';
import { Signal } from './signal.ts';
import { Sound } from './sound.svelte.ts';
import { Stage } from './stage.svelte.ts';

/** How long a number's page looks for the media port before it says that it cannot be reached (J1). */
const reachTimeoutMs = 6_000;
/** Leaving does not wait longer than this for a line that may be dead. */
const leaveTimeoutMs = 1_500;

/** The call as one page sees it: the server's word, the own devices, and what brings them together. */
export class Call extends CallState implements CallApi {
  #mediaBroken = $state(false);
  #selfId = $state<string | null>(null);

  readonly #devices: Devices;
  readonly #signal = new Signal();
  readonly #sound = new Sound();
  readonly #line: SeatLine;
  readonly #media: MediaSync;
  readonly #roster: Roster;
  readonly stage: Stage;
  readonly recording: Recording;
  readonly #screen = new ScreenShare(() => {
    this.#media.reconcile();
  });
  readonly #sequence = new Sequence(() => {
    this.#refresh();
  });
  #epoch = '';
  #standing: Standing = 'gone';
  readonly #report: DeviceReport;
  /** A number that the rep has typed and whose media is made ready. */
  #prepared: { number: string; meetingId: string } | null = null;
  /** What the other side of a number sends already, to be made ready for. */
  #foreseen: readonly ProducerView[] = [];
  /** Set while a way in is not to be shown yet. */
  #heldBack = false;

  constructor(devices: Devices) {
    super();
    this.#devices = devices;
    this.#report = new DeviceReport(devices, this.#signal);
    const reconcile = () => {
      this.#media.reconcile();
    };
    this.#roster = new Roster({
      isSelf: (id) => id === this.#selfId,
      facesShown: () => this.facesShown,
      mediaBroken: () => this.#mediaBroken,
      ownPreview: () => devices.preview,
      ownScreen: () => this.#screen.stream,
      sizeChanged: reconcile,
    });
    this.#line = new SeatLine(this.#signal, {
      resumed: (seat) => {
        this.#seated(seat);
        void this.#media.mend();
      },
      unseated: () => {
        if (this.#prepared) void this.prepareNumber(this.#prepared.number);
      },
      lost: (reason, endReason) => {
        this.#close(reason, endReason);
      },
    });
    const server = {
      line: this.#line,
      signal: this.#signal,
      notice: (revision: number, apply: () => void) => {
        this.#notice(revision, apply);
      },
    };
    this.stage = new Stage({
      ...server,
      selfId: () => this.#selfId,
      role: () => this.role,
      people: () => this.people,
    });
    this.recording = new Recording(server);
    this.#media = new MediaSync(this.#signal, this.#sound, {
      possible: () => this.#signal.connected && (this.#line.seated || this.#prepared !== null),
      epoch: () => this.#epoch,
      live: () => this.phase === 'live',
      microphone: () => ({ track: devices.microphoneTrack, on: devices.microphone === 'on' }),
      camera: () => ({ track: devices.cameraTrack, on: devices.camera === 'on' }),
      screen: () => ({
        picture: this.#screen.stream?.getVideoTracks()[0] ?? null,
        sound: this.#screen.stream?.getAudioTracks()[0] ?? null,
      }),
      foreseen: () => this.#foreseen,
      others: () => this.#roster.others,
      facesShown: () => this.facesShown,
      report: async () => {
        if (this.#line.seated || this.#prepared) await this.#report.tell();
      },
      stateChanged: () => {
        this.#mediaBroken = this.#media.isBroken;
      },
    });
    devices.onChange(() => {
      this.#sound.setMuted(!devices.speakerOn);
      // A chosen speaker that was unplugged must not leave the call silent.
      const { speaker } = devices.chosen;
      this.#sound.setSpeaker(devices.speakers.some(({ id }) => id === speaker) ? speaker : null);
      reconcile();
    });
    this.#listen();
  }

  get link(): 'connecting' | 'connected' | 'restoring' {
    if (!this.#line.everConnected) return 'connecting';
    return this.#line.seated && !this.#mediaBroken ? 'connected' : 'restoring';
  }

  get people(): readonly Person[] {
    return this.#roster.people;
  }

  get self(): Person | null {
    return this.#roster.self;
  }

  get knockers(): readonly Knocker[] {
    return this.#roster.knockers;
  }

  get events(): readonly CallEvent[] {
    return this.#roster.events;
  }

  get line(): Signal {
    return this.#signal;
  }

  get sharingScreen(): boolean {
    return this.#screen.stream !== null;
  }

  get canShareScreen(): boolean {
    return this.#screen.isPossible;
  }

  get soundBlocked(): boolean {
    return this.#sound.blocked;
  }

  unlockSound(): void {
    this.#sound.unlock();
  }

  // ways in

  async issueNumber(request: Input<'number:issue'>): Promise<Failure | null> {
    // The number is shown when the media port has answered: before that it might be one that cannot work.
    this.#heldBack = true;
    this.phase = 'idle';
    this.closed = null;
    try {
      const failure = await this.#enter('number:issue', request);
      if (failure) return failure;
      await this.#media.reachable(reachTimeoutMs);
      this.#heldBack = false;
      if (this.#line.seated) this.#showPhase();
      return null;
    } catch {
      void this.#signal.request('meeting:leave', {}).catch(() => undefined);
      this.#reset();
      return { code: 'media-unreachable', details: {} };
    } finally {
      this.#heldBack = false;
    }
  }

  async askAtDoor(number: string, name: string): Promise<Failure | null> {
    return this.#enter('room:ask', { number, name });
  }

  async acceptInvitation(token: string, name: string): Promise<Failure | null> {
    return this.#enter('invitation:accept', { token, name });
  }

  async lookAtInvitation(
    token: string,
  ): Promise<{ meetingId: string; hostName: string; organizationName: string | null } | Failure> {
    return this.#signal.request('invitation:look', { token }).catch(failureOf);
  }

  async openRoom(): Promise<Failure | null> {
    return this.#enter('room:open', {});
  }

  async prepareNumber(number: string): Promise<{ guestName: string } | Failure> {
    this.numberGone = null;
    try {
      const { meetingId, guestName } = await this.#signal.request('number:prepare', { number });
      if (this.#prepared?.meetingId !== meetingId) this.#media.drop();
      this.#report.beginAnew();
      this.#prepared = { number, meetingId };
      this.#media.reconcile();
      return { guestName };
    } catch (error) {
      this.#prepared = null;
      return failureOf(error);
    }
  }

  releaseNumber(): void {
    if (!this.#prepared) return;
    this.#letGo();
    void this.#signal.request('number:release', {}).catch(() => undefined);
  }

  async connectNumber(number: string): Promise<Failure | null> {
    return this.#enter('number:connect', { number });
  }

  async resume(meetingId: string): Promise<Failure | null> {
    const seat = seatIn(meetingId);
    if (seat) {
      const failure = await this.#resume({ resumeToken: seat.resumeToken });
      if (failure?.code !== 'seat-unknown') return failure;
      forgetSeat(meetingId);
    }
    return this.#resume({ meetingId });
  }

  async resumeLast(meetingId?: string): Promise<boolean> {
    const seat = seatOfTab();
    if (!seat || (meetingId !== undefined && seat.meetingId !== meetingId)) return false;
    const failure = await this.#resume({ resumeToken: seat.resumeToken });
    if (failure?.code === 'seat-unknown' || failure?.code === 'meeting-ended') forgetSeat(seat.meetingId);
    return failure === null;
  }

  async takeOver(): Promise<Failure | null> {
    const { meetingId } = this;
    return meetingId ? this.resume(meetingId) : { code: 'seat-unknown', details: {} };
  }

  // in the call

  setFacesShown(shown: boolean): void {
    this.facesShown = shown;
    this.#media.reconcile();
  }

  async shareScreen(): Promise<Failure | null> {
    const isStarted = await this.#screen.start();
    // The call may have ended while the person was choosing.
    if (this.phase !== 'live') this.#screen.stop();
    return isStarted ? null : { code: 'screen-failed', details: {} };
  }

  async stopSharingScreen(): Promise<void> {
    this.#screen.stop();
    return Promise.resolve();
  }

  async sendChat(text: string): Promise<Failure | null> {
    // The ID is made here, so that a message sent again after a broken line stands there once.
    return this.#line.act('chat:send', { id: randomId(), text }, (message) => {
      this.addMessage(message);
    });
  }

  async admit(participantId: string): Promise<Failure | null> {
    return this.#line.act('guest:admit', { participantId });
  }

  async refuse(participantId: string): Promise<Failure | null> {
    return this.#line.act('guest:refuse', { participantId });
  }

  async remove(participantId: string): Promise<Failure | null> {
    return this.#line.act('guest:remove', { participantId });
  }

  async createInvitation(): Promise<{ id: string; url: string; expiresAt: number } | Failure> {
    const made: Output<'invitation:create'>[] = [];
    const failure = await this.#line.act('invitation:create', {}, (value) => made.push(value));
    const [created] = made;
    if (!created) return failure ?? { code: 'internal', details: {} };
    const { invitation, path } = created;
    return { id: invitation.id, url: `${location.origin}${path}`, expiresAt: invitation.expiresAt };
  }

  async revokeInvitation(invitationId: string): Promise<Failure | null> {
    return this.#line.act('invitation:revoke', { invitationId });
  }

  async leave(): Promise<void> {
    const leaving = this.#signal.request('meeting:leave', {}).catch(() => undefined);
    this.#close('left', null);
    // Without a line the server finds out by itself; the person must not wait for it.
    await Promise.race([leaving, new Promise((resolve) => setTimeout(resolve, leaveTimeoutMs))]);
  }

  async endForAll(): Promise<Failure | null> {
    const failure = await this.#line.act('meeting:end', {});
    if (!failure) this.#close('ended', 'ended-by-host');
    return failure;
  }

  #listen(): void {
    const { on } = this.#signal;
    on('participant:changed', (revision, { participant }) => {
      this.#notice(revision, () => {
        this.#roster.changed(participant);
        this.#media.reconcile();
      });
    });
    on('participant:left', (revision, { participantId, name, reason }) => {
      this.#notice(revision, () => {
        this.#roster.left(participantId, name, reason);
        this.#media.reconcile();
      });
    });
    on('chat:sent', (revision, { message }) => {
      this.#notice(revision, () => {
        this.addMessage(message);
      });
    });
    on('invitations:changed', (revision, { invitations }) => {
      this.#notice(revision, () => {
        this.invitations = invitations;
      });
    });
    on('media:reset', (revision, { epoch }) => {
      this.#notice(revision, () => {
        this.#epoch = epoch;
        this.#media.reconcile();
      });
    });
    on('seat:admitted', ({ snapshot }) => {
      if (!this.#line.seated) this.#sequence.tellEarly();
      else if (snapshot.meetingId === this.meetingId) this.#apply(snapshot);
    });
    on('number:gone', ({ code }) => {
      if (!this.#prepared) return;
      this.#letGo();
      this.numberGone = { code, details: {} };
    });
    on('seat:closed', ({ reason, endReason }) => {
      // Of a seat that this page has given up by itself meanwhile.
      if (!this.#line.seated) return;
      this.#close(reason, endReason);
    });
    on('media:foreseen', ({ producers }) => {
      this.#foreseen = producers;
      this.#media.reconcile();
    });
    on('seat:replaced', () => {
      this.#line.handOver();
      this.#media.close();
      this.phase = 'replaced';
    });
    on('speaking:now', ({ participantIds }) => {
      this.#roster.speaking(participantIds);
    });
  }

  async #enter<N extends WayIn>(name: N, input: Input<N>): Promise<Failure | null> {
    try {
      this.#seated(await this.#line.enter(name, input));
      return null;
    } catch (error) {
      return failureOf(error);
    }
  }

  #seated({ role, snapshot }: Seat): void {
    // What was made ready for another meeting is of no use here.
    if (this.#prepared && this.#prepared.meetingId !== snapshot.meetingId) this.#media.drop();
    this.#prepared = null;
    this.role = role;
    this.closed = null;
    this.#report.beginAnew();
    this.#apply(snapshot);
    this.#sequence.begin(snapshot.revision);
  }

  #apply(snapshot: Snapshot): void {
    this.#sequence.standAt(snapshot.revision);
    this.#selfId = snapshot.self;
    this.#epoch = snapshot.mediaEpoch;
    this.readFacts(snapshot);
    this.stage.apply(snapshot);
    this.recording.apply(snapshot);
    this.#roster.apply(snapshot);
    this.#standing = snapshot.participants.find(({ id }) => id === snapshot.self)?.standing ?? 'gone';
    this.#showPhase();
    this.#media.reconcile();
  }

  #showPhase(): void {
    if (this.#standing === 'present') this.phase = 'live';
    else if (this.#standing === 'knocking') this.phase = 'knocking';
    else if (this.#standing === 'waiting' && !this.#heldBack) this.phase = 'waiting';
  }

  #notice(revision: number, apply: () => void): void {
    if (this.#line.seated) this.#sequence.next(revision, apply);
    else this.#sequence.tellEarly(revision);
  }

  #refresh(): void {
    this.#signal.request('meeting:snapshot', {}).then(
      (snapshot) => {
        const isOurs = this.#line.seated && snapshot.meetingId === this.meetingId;
        if (isOurs && !this.#sequence.hasPassed(snapshot.revision)) this.#apply(snapshot);
      },
      // Without a line the next resuming brings the whole anyway.
      () => undefined,
    );
  }

  #resume(input: Input<'seat:resume'>): Promise<Failure | null> {
    return withPatience(() => this.#enter('seat:resume', input));
  }

  /** A number that was made ready is of no use any more. */
  #letGo(): void {
    this.#prepared = null;
    this.#foreseen = [];
    this.#media.drop();
  }

  #close(reason: LeaveReason, endReason: EndReason | null): void {
    this.#reset();
    this.closed = { reason, endReason };
    this.phase = 'closed';
  }

  #reset(): void {
    this.#line.forget();
    this.#prepared = null;
    this.#foreseen = [];
    this.#sequence.reset();
    this.#epoch = '';
    this.#screen.stop();
    this.#devices.close();
    this.#media.close();
    this.#roster.clear();
    this.stage.clear();
    this.recording.clear();
    this.closed = null;
    this.phase = 'idle';
  }
}
