import { hashSecret, newId, newSecret } from '../meeting/identity.ts';
import { emptyStage } from '../meeting/stage.ts';
import type { ChatRecord, InvitationRecord, MeetingRecord, ParticipantRecord } from '../meeting/records.ts';

/** A moment in 2026; past 2^31 and 2^32, as all times in milliseconds are. */
export const noonMs = 1_790_000_000_000;

export function participant(changes: Partial<ParticipantRecord> = {}): ParticipantRecord {
  return {
    id: newId(),
    role: 'guest',
    name: '山田 太郎',
    accountId: null,
    standing: 'present',
    resumeTokenHash: hashSecret(newSecret()),
    microphone: 'on',
    camera: 'none',
    speaker: 'on',
    joinedAt: noonMs,
    leftAt: null,
    leaveReason: null,
    ...changes,
  };
}

export function invitation(changes: Partial<InvitationRecord> = {}): InvitationRecord {
  return {
    id: newId(),
    tokenHash: hashSecret(newSecret()),
    createdAt: noonMs,
    expiresAt: noonMs + 86_400_000,
    revokedAt: null,
    uses: 0,
    ...changes,
  };
}

export function meeting(changes: Partial<MeetingRecord> = {}): MeetingRecord {
  return {
    id: newId(),
    organizationId: newId(),
    hostAccountId: newId(),
    state: 'live',
    connectionNumber: '00427',
    numberExpiresAt: null,
    createdAt: noonMs,
    startedAt: noonMs + 1,
    endedAt: null,
    endReason: null,
    home: 'node-1',
    participants: [participant({ role: 'host', name: '𠮷野 花子 👩‍💼' }), participant()],
    invitations: [invitation()],
    stage: emptyStage,
    ...changes,
  };
}

export function message(of: MeetingRecord, changes: Partial<ChatRecord> = {}): ChatRecord {
  const sender = of.participants[0]!;
  return {
    id: newId(),
    meetingId: of.id,
    participantId: sender.id,
    name: sender.name,
    text: 'よろしくお願いします 🙇',
    at: noonMs,
    ...changes,
  };
}
