import { hashSecret, newId, newSecret } from '../meeting/identity.ts';
import { emptyRecording } from '../meeting/recording.ts';
import { emptyStage } from '../meeting/stage.ts';
import type { ChatRecord, InvitationRecord, MeetingRecord, ParticipantRecord } from '../meeting/records.ts';
import type { AccountRecord } from '../store/account-repository.ts';
import type { Repositories } from '../store/repositories.ts';

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
    bannerKey: null,
    origin: null,
    home: 'node-1',
    participants: [participant({ role: 'host', name: '𠮷野 花子 👩‍💼' }), participant()],
    invitations: [invitation()],
    stage: emptyStage,
    recording: emptyRecording,
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

/** An account in an organisation of its own. @returns its ID */
export async function newAccount(
  { organizations, accounts }: Pick<Repositories, 'organizations' | 'accounts'>,
  changes: Partial<AccountRecord> = {},
): Promise<string> {
  const organizationId = newId();
  const publicId = organizationId.toLowerCase();
  await organizations.create({ id: organizationId, publicId, name: '会社', createdAt: noonMs });
  const id = newId();
  await accounts.create({
    id,
    organizationId,
    login: id,
    foldedLogin: id,
    name: '佐藤',
    role: 'rep',
    passwordHash: '-',
    mustChangePassword: false,
    createdAt: noonMs,
    lastSignInAt: null,
    ...changes,
  });
  return id;
}
