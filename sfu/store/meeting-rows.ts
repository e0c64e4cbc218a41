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
  };
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
    home: meeting.home,
    stage: meeting.stage === null ? emptyStage : (JSON.parse(meeting.stage) as StageRecord),
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
