import type { Insertable, Selectable } from 'kysely';
import { emptyRecording } from '../meeting/recording.ts';
import type {
  InvitationRecord,
  MeetingRecord,
  ParticipantRecord,
  RecordingRecord,
  StageRecord,
} from '../meeting/records.ts';
import { emptyStage } from '../meeting/stage.ts';
import type { InvitationTable, MeetingTable, ParticipantTable } from './schema.ts';
import { storable } from './text.ts';

/** One meeting as the rows of three tables. */
export type MeetingRows = {
  meeting: Insertable<MeetingTable>;
  participants: Insertable<ParticipantTable>[];
  invitations: Insertable<InvitationTable>[];
  /** What the meeting itself can be found by in the history; the host's note comes to it. */
  searched: string[];
};

/** A copy: what happens to the record afterwards does not reach the rows. */
export function toRows(record: MeetingRecord): MeetingRows {
  return {
    meeting: {
      id: record.id,
      organization_id: record.organizationId,
      host_account_id: record.hostAccountId,
      state: record.state,
      connection_number: record.connectionNumber,
      number_expires_at: record.numberExpiresAt,
      created_at: record.createdAt,
      started_at: record.startedAt,
      ended_at: record.endedAt,
      end_reason: record.endReason,
      banner_key: record.bannerKey,
      origin: record.origin === null ? null : storable(record.origin),
      home: record.home,
      stage: storable(JSON.stringify(record.stage)),
      recording: storable(JSON.stringify(record.recording)),
    },
    participants: record.participants.map((participant, position) => ({
      meeting_id: record.id,
      id: participant.id,
      position,
      role: participant.role,
      name: storable(participant.name),
      account_id: participant.accountId,
      standing: participant.standing,
      resume_token_hash: participant.resumeTokenHash,
      microphone: participant.microphone,
      camera: participant.camera,
      speaker: participant.speaker,
      joined_at: participant.joinedAt,
      left_at: participant.leftAt,
      leave_reason: participant.leaveReason,
    })),
    invitations: record.invitations.map((invitation, position) => ({
      meeting_id: record.id,
      id: invitation.id,
      position,
      token_hash: invitation.tokenHash,
      created_at: invitation.createdAt,
      expires_at: invitation.expiresAt,
      revoked_at: invitation.revokedAt,
      uses: invitation.uses,
    })),
    searched: searchedIn(record),
  };
}

/**
 * What a meeting is found by: its guests' names, its documents' titles and its number.
 *
 * @param participants those at the door, and those whom the host has sent away from there, are not told of
 */
export function searchedIn({
  participants,
  stage,
  connectionNumber,
}: {
  participants: readonly Pick<ParticipantRecord, 'role' | 'name' | 'standing' | 'leaveReason'>[];
  stage: StageRecord;
  connectionNumber: string | null;
}): string[] {
  const guests = participants.filter(
    ({ role, standing, leaveReason }) =>
      role === 'guest' && (standing === 'present' || standing === 'gone') && leaveReason !== 'refused',
  );
  return [
    ...guests.map(({ name }) => name),
    ...[...stage.looked, ...stage.offers, ...stage.brought].map(({ title }) => title),
    ...(connectionNumber === null ? [] : [connectionNumber]),
  ];
}

/** Also of meetings from before there were documents, or from before it was counted how long they were shown. */
export function readStage(stored: string | null): StageRecord {
  return stored === null ? emptyStage : { ...emptyStage, ...(JSON.parse(stored) as Partial<StageRecord>) };
}

/** The rows of participants and invitations have to come in the order of their position. */
export function toRecord(
  meeting: Selectable<MeetingTable>,
  participants: Selectable<ParticipantTable>[],
  invitations: Selectable<InvitationTable>[],
): MeetingRecord {
  return {
    id: meeting.id,
    organizationId: meeting.organization_id,
    hostAccountId: meeting.host_account_id,
    state: meeting.state,
    connectionNumber: meeting.connection_number,
    numberExpiresAt: meeting.number_expires_at,
    createdAt: meeting.created_at,
    startedAt: meeting.started_at,
    endedAt: meeting.ended_at,
    endReason: meeting.end_reason,
    bannerKey: meeting.banner_key,
    origin: meeting.origin,
    home: meeting.home,
    stage: readStage(meeting.stage),
    recording:
      meeting.recording === null ? emptyRecording : (JSON.parse(meeting.recording) as RecordingRecord),
    participants: participants.map(toParticipant),
    invitations: invitations.map(toInvitation),
  };
}

function toParticipant(row: Selectable<ParticipantTable>): ParticipantRecord {
  return {
    id: row.id,
    role: row.role,
    name: row.name,
    accountId: row.account_id,
    standing: row.standing,
    resumeTokenHash: row.resume_token_hash,
    microphone: row.microphone,
    camera: row.camera,
    speaker: row.speaker,
    joinedAt: row.joined_at,
    leftAt: row.left_at,
    leaveReason: row.leave_reason,
  };
}

function toInvitation(row: Selectable<InvitationTable>): InvitationRecord {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    uses: row.uses,
  };
}
