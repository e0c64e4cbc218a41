import type { DeviceState, LeaveReason, Role, Standing } from '../protocol/view.ts';
import { hashSecret, newId, newSecret } from './identity.ts';
import type { ParticipantRecord } from './records.ts';

export type Entrant = {
  role: Role;
  name: string;
  accountId: string | null;
  standing: Standing;
};

/** Somebody in a meeting, or at its door. Outlives sockets, pages and servers; ends with the meeting. */
export class Participant {
  readonly id: string;
  readonly role: Role;
  readonly accountId: string | null;
  name: string;
  standing: Standing;
  resumeTokenHash: string;
  microphone: DeviceState = 'none';
  camera: DeviceState = 'none';
  speaker: 'on' | 'off' = 'on';
  joinedAt: number;
  leftAt: number | null = null;
  leaveReason: LeaveReason | null = null;

  private constructor(id: string, entrant: Entrant, resumeTokenHash: string, now: number) {
    this.id = id;
    this.role = entrant.role;
    this.accountId = entrant.accountId;
    this.name = entrant.name;
    this.standing = entrant.standing;
    this.resumeTokenHash = resumeTokenHash;
    this.joinedAt = now;
  }

  /** @returns the participant and the only copy of its resume token. */
  static enter(
    entrant: Entrant,
    now: number,
    id = newId(),
  ): { participant: Participant; resumeToken: string } {
    const resumeToken = newSecret();
    return { participant: new Participant(id, entrant, hashSecret(resumeToken), now), resumeToken };
  }

  static restore(record: ParticipantRecord): Participant {
    const participant = new Participant(record.id, record, record.resumeTokenHash, record.joinedAt);
    participant.microphone = record.microphone;
    participant.camera = record.camera;
    participant.speaker = record.speaker;
    participant.leftAt = record.leftAt;
    participant.leaveReason = record.leaveReason;
    return participant;
  }

  /** A fresh token for somebody who proved in another way (their account) who they are. */
  renewResumeToken(): string {
    const resumeToken = newSecret();
    this.resumeTokenHash = hashSecret(resumeToken);
    return resumeToken;
  }

  /** Only who lost the line can sit down again with the old token; who left or was sent away cannot. */
  get canReturn(): boolean {
    return this.standing !== 'gone' || this.leaveReason === 'lost';
  }

  leave(reason: LeaveReason, now: number): void {
    this.standing = 'gone';
    this.leftAt = now;
    this.leaveReason = reason;
  }

  comeBack(standing: Standing): void {
    this.standing = standing;
    this.leftAt = null;
    this.leaveReason = null;
  }

  toRecord(): ParticipantRecord {
    return {
      id: this.id,
      role: this.role,
      name: this.name,
      accountId: this.accountId,
      standing: this.standing,
      resumeTokenHash: this.resumeTokenHash,
      microphone: this.microphone,
      camera: this.camera,
      speaker: this.speaker,
      joinedAt: this.joinedAt,
      leftAt: this.leftAt,
      leaveReason: this.leaveReason,
    };
  }
}
