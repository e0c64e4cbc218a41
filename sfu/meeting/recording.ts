import { Refusal } from '../protocol/codes.ts';
import type { ErrorCode } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { Consent, ConsentEntry, RecordingKind, RecordingState } from '../protocol/recording.ts';
import type { LeaveReason } from '../protocol/view.ts';
import type { MeetingEvent } from './events.ts';
import { newId } from './identity.ts';
import type { Participant } from './participant.ts';
import type { RecordingRecord } from './records.ts';

/** The clock that everybody sees is set right when it is wrong by more than this. */
const clockToleranceMs = 1_000;
/** It is written with the whole meeting at every change: somebody who presses all day must not make it grow. */
const consentEntriesMax = 500;
/** Of these, the newest, nothing is left out before the others have gone. */
const newestEntries = 100;

/** What a recording asks of its meeting. */
export type RecordingSetting = {
  present: () => readonly Participant[];
  tell: (event: MeetingEvent) => void;
};

/**
 * Whether a meeting is recorded, and who agreed to it (R1, R4). It says what should be; who records looks at it.
 * Nothing may be captured of somebody whose consent is not `given`. Times are milliseconds since 1970.
 */
export class MeetingRecording {
  readonly #setting: RecordingSetting;
  readonly #record: RecordingRecord;

  constructor(record: RecordingRecord, setting: RecordingSetting) {
    this.#record = structuredClone(record);
    this.#setting = setting;
  }

  get state(): RecordingState {
    return this.#record.state;
  }

  get kind(): RecordingKind {
    return this.#record.kind;
  }

  /** Null while it is off. */
  get captureId(): string | null {
    return this.#record.captureId;
  }

  /** When what is announced begins. */
  get startsAt(): number | null {
    return this.#record.startsAt;
  }

  /** The host has not answered yet whether to record. */
  get question(): boolean {
    return this.#record.question;
  }

  /** Why it stopped by itself. */
  get problem(): ErrorCode | null {
    return this.#record.problem;
  }

  /** Who was told of it or agreed, and when. */
  get log(): readonly ConsentEntry[] {
    return this.#record.log;
  }

  /** How much of the present recording there was at a time. While it is on, it grows with the clock. */
  get clock(): { recordedMs: number; at: number } {
    const { recordedMs, at } = this.#record;
    return { recordedMs, at };
  }

  /** How much of the present recording there is; while it is on, this grows with the clock. */
  recordedMs(now: number): number {
    const { state, recordedMs, at } = this.#record;
    return state === 'on' ? recordedMs + Math.max(0, now - at) : recordedMs;
  }

  consentOf({ id, role }: Participant): Consent {
    if (this.state === 'off') return 'none';
    return role === 'host' || this.#record.agreed.includes(id) ? 'given' : 'asked';
  }

  /** Who is there and has not answered yet. */
  get waitingFor(): string[] {
    return this.#setting
      .present()
      .filter((each) => this.consentOf(each) === 'asked')
      .map(({ id }) => id);
  }

  /**
   * YES, 録画 or 音声議事録. From `off` it is announced first, and begins after `limits.recordingNoticeMs`: whoever
   * is reached by the announcement has been told and may be recorded, everybody else is asked. Paused, it goes
   * on. With the other kind a new recording takes the place of the present one, paused where that is: sound only at
   * once, for whoever may be filmed may be heard; pictures after everybody has been told of them. To whoever is
   * being asked neither gives an answer.
   *
   * @param isReached whether there is a line to this participant now, on which they are told
   * @throws Refusal not-allowed
   */
  start(
    by: Participant,
    kind: RecordingKind,
    now: number,
    isReached: (participantId: string) => boolean = () => true,
  ): void {
    assertHost(by);
    const record = this.#record;
    if (record.state !== 'off' && kind === record.kind) {
      if (record.state === 'paused') this.resume(by, now);
      return;
    }
    const before = record.state;
    const unanswered = this.waitingFor;
    Object.assign(record, {
      question: false,
      kind,
      captureId: newId(),
      recordedMs: 0,
      at: now,
      problem: null,
    });
    this.#note(by, 'started', now);
    if (before === 'off' || kind === 'video') {
      record.state = 'announced';
      record.startsAt = now + limits.recordingNoticeMs;
      if (before !== 'announced') record.beginsPaused = before === 'paused';
      const told = this.#setting
        .present()
        .filter(({ id, role }) => role !== 'host' && isReached(id) && !unanswered.includes(id));
      record.agreed = told.map(({ id }) => id);
      for (const each of told) this.#note(each, 'told', now);
    }
    this.#tell();
  }

  /** NO. Later presses of 録画 are as good as ever. */
  decline(by: Participant, now: number): void {
    assertHost(by);
    if (!this.#record.question) return;
    this.#record.question = false;
    this.#note(by, 'declined', now);
    this.#tell();
  }

  /**
   * Everybody has been told for long enough. Too early, or not announced any more: nothing happens.
   *
   * @param isReached whether there is a line to this participant now; who has lost theirs since they were told may
   *   have heard nothing, and is asked
   */
  begin(now: number, isReached: (participantId: string) => boolean = () => true): void {
    const { state, startsAt, beginsPaused } = this.#record;
    if (state !== 'announced' || now < (startsAt ?? 0)) return;
    this.#keepTold(isReached);
    Object.assign(this.#record, {
      state: beginsPaused ? 'paused' : 'on',
      beginsPaused: false,
      startsAt: null,
      recordedMs: 0,
      at: now,
    });
    this.#tell();
  }

  /**
   * After a restart of the server, which may have died before it told anybody: everybody has as long as before to
   * read of it, and those who were told then, of whom nobody is on the line now, are asked.
   */
  announceAgain(now: number): void {
    if (this.state !== 'announced') return;
    this.#record.startsAt = now + limits.recordingNoticeMs;
    this.#keepTold(() => false);
    this.#tell();
  }

  /** @throws Refusal recording-not-running, not-allowed */
  pause(by: Participant, now: number): void {
    this.#assertRunning(by);
    if (this.state === 'paused') return;
    this.#settle(now);
    this.#record.state = 'paused';
    this.#note(by, 'paused', now);
    this.#tell();
  }

  /** @throws Refusal recording-not-running, not-allowed */
  resume(by: Participant, now: number): void {
    this.#assertRunning(by);
    if (this.state === 'on') return;
    this.#settle(now);
    this.#record.state = 'on';
    this.#note(by, 'resumed', now);
    this.#tell();
  }

  /** Also what is only announced. */
  stop(by: Participant, now: number): void {
    assertHost(by);
    if (this.state === 'off') return;
    this.#note(by, 'stopped', now);
    this.#turnOff(now);
    this.#tell();
  }

  /** It cannot go on: there is no room, or nothing to record with. */
  fail(code: ErrorCode, now: number): void {
    if (this.state === 'off') return;
    this.#turnOff(now);
    this.#record.problem = code;
    this.#tell();
  }

  /** Who came while it was not off may be recorded from here on. */
  agree(by: Participant, now: number): void {
    if (by.standing !== 'present') throw new Refusal('not-allowed', 'Only for those in the meeting.');
    if (this.consentOf(by) !== 'asked') return;
    this.#record.agreed.push(by.id);
    this.#note(by, 'agreed', now);
    this.#tell();
  }

  /** Whether the clock that everybody sees is so wrong that they would notice. */
  isWrong(recordedMs: number, now: number): boolean {
    return Math.abs(this.recordedMs(now) - recordedMs) > clockToleranceMs;
  }

  /** The recorder says how much it has really recorded. Everybody's clock is set right when it is wrong. */
  correct(recordedMs: number, now: number): void {
    if (this.state === 'off' || this.state === 'announced' || !this.isWrong(recordedMs, now)) return;
    Object.assign(this.#record, { recordedMs, at: now });
    this.#tell();
  }

  /** Somebody has become present: they are asked, and the host sees for whom it waits. */
  somebodyCame(): void {
    if (this.state !== 'off') this.#tell();
  }

  /** Somebody who was present is so no more. To leave when asked is an answer; to lose the line is none. */
  somebodyLeft(who: Participant, reason: LeaveReason, now: number): void {
    if (this.state === 'off') return;
    if (this.consentOf(who) === 'asked' && reason === 'left') this.#note(who, 'refused', now);
    if (this.#setting.present().length === 0) this.#setAside(now);
    this.#tell();
  }

  /** With the meeting; everybody's seat closes, so nobody needs to be told. */
  meetingEnded(now: number): void {
    if (this.state !== 'off') this.#turnOff(now);
  }

  toRecord(): RecordingRecord {
    return structuredClone(this.#record);
  }

  /**
   * Nobody is left, though the meeting waits for them for a while: what there is gets finished now. Whoever comes
   * back goes on with a recording of its own.
   */
  #setAside(now: number): void {
    if (this.state === 'announced') this.#turnOff(now);
    else Object.assign(this.#record, { captureId: newId(), recordedMs: 0, at: now });
  }

  #turnOff(now: number): void {
    this.#settle(now);
    Object.assign(this.#record, {
      state: 'off',
      beginsPaused: false,
      captureId: null,
      startsAt: null,
      agreed: [],
    });
  }

  /** Who was only told, and is not reached, has not agreed. */
  #keepTold(isReached: (participantId: string) => boolean): void {
    const { agreed, log } = this.#record;
    const hasAgreed = (id: string) =>
      log.findLast(
        ({ participantId, what }) => participantId === id && (what === 'told' || what === 'agreed'),
      )?.what === 'agreed';
    this.#record.agreed = agreed.filter((id) => isReached(id) || hasAgreed(id));
  }

  #settle(now: number): void {
    Object.assign(this.#record, { recordedMs: this.recordedMs(now), at: now });
  }

  #assertRunning(by: Participant): void {
    assertHost(by);
    if (this.state !== 'on' && this.state !== 'paused') {
      throw new Refusal('recording-not-running', 'Nothing is being recorded.');
    }
  }

  #note({ id, name }: Participant, what: ConsentEntry['what'], now: number): void {
    const { log } = this.#record;
    log.push({ participantId: id, name, kind: this.kind, what, at: now });
    while (log.length > consentEntriesMax) dropOne(log);
  }

  #tell(): void {
    this.#setting.tell({ type: 'recording-changed' });
  }
}

export const emptyRecording: RecordingRecord = {
  question: true,
  state: 'off',
  beginsPaused: false,
  kind: 'video',
  captureId: null,
  startsAt: null,
  recordedMs: 0,
  at: 0,
  agreed: [],
  problem: null,
  log: [],
};

/** Who was sent away, or has gone, in this very moment acts no more. */
function assertHost({ role, standing }: Participant): void {
  if (role !== 'host' || standing !== 'present') throw new Refusal('not-allowed', 'Only for the host.');
}

const isPause = ({ what }: ConsentEntry) => what === 'paused' || what === 'resumed';

/** The oldest pause goes, and its end with it; where there is none, the oldest entry: consents are worth most. */
function dropOne(log: ConsentEntry[]): void {
  const pauses = log.slice(0, -newestEntries).filter(isPause);
  const [first = log[0], second] = pauses;
  const isPair = first?.what === 'paused' && second?.what === 'resumed';
  const dropped = isPair ? [first, second] : [first];
  for (const each of dropped) if (each) log.splice(log.indexOf(each), 1);
}
