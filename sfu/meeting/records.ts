import type { ErrorCode } from '../protocol/codes.ts';
import type { BroughtDocument, OfferView, ShownDocument } from '../protocol/documents.ts';
import type { ConsentEntry, RecordingKind, RecordingState } from '../protocol/recording.ts';
import type { DeviceState, EndReason, LeaveReason, Role, Standing } from '../protocol/view.ts';

/**
 * A meeting as the store keeps it. Times are milliseconds since 1970. Written as a whole after every change,
 * so that a process that dies at any moment leaves a meeting that another can go on with.
 */
export type MeetingRecord = {
  id: string;
  /** The organisation whose rep runs it, or through whose start link it began; null until one is known. */
  organizationId: string | null;
  hostAccountId: string | null;
  state: 'waiting' | 'live' | 'ended';
  connectionNumber: string | null;
  /** Until when the number can be used by a rep while the meeting waits. */
  numberExpiresAt: number | null;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  endReason: EndReason | null;
  /** The banner that was pressed, and the page that the customer came from; null where nobody has said. */
  bannerKey: string | null;
  origin: string | null;
  /** The node that holds the meeting's media (DESIGN: a meeting has a home). */
  home: string;
  participants: ParticipantRecord[];
  invitations: InvitationRecord[];
  stage: StageRecord;
  recording: RecordingRecord;
};

/** With everybody whom a file was offered to. */
export type OfferRecord = OfferView;

/** What of one document was on everybody's screen, and for how long in milliseconds. */
export type LookedRecord = {
  documentId: string;
  /** As it was last. */
  title: string;
  /** When it was put on the table first. */
  at: number;
  /** In all; of the pages, the shortest may have been forgotten. */
  ms: number;
  /** In the order of being shown first. */
  pages: { page: number; ms: number }[];
};

/** What is on show, handed over and brought along, and what was on show before. */
export type StageRecord = {
  shown: ShownDocument | null;
  offers: OfferRecord[];
  brought: BroughtDocument[];
  /** In the order of being shown first. */
  looked: LookedRecord[];
  /** Up to when what is on show has been counted in `looked`; null: nobody sees anything. */
  shownSince: number | null;
};

export type RecordingRecord = {
  /** The host has not answered yet whether to record (R1). */
  question: boolean;
  state: RecordingState;
  /** Of the present recording, or of the last one. */
  kind: RecordingKind;
  /** Null while it is off. */
  captureId: string | null;
  startsAt: number | null;
  /** What is announced takes the place of a paused one, and begins as a pause. */
  beginsPaused: boolean;
  /** How much had been recorded at `at`. */
  recordedMs: number;
  at: number;
  /** Guests who may be recorded in the present recording. */
  agreed: string[];
  problem: ErrorCode | null;
  log: ConsentEntry[];
};

export type ParticipantRecord = {
  id: string;
  role: Role;
  name: string;
  /** The rep's account; null for customers. */
  accountId: string | null;
  standing: Standing;
  resumeTokenHash: string;
  microphone: DeviceState;
  camera: DeviceState;
  speaker: 'on' | 'off';
  joinedAt: number;
  leftAt: number | null;
  leaveReason: LeaveReason | null;
};

export type InvitationRecord = {
  id: string;
  tokenHash: string;
  createdAt: number;
  expiresAt: number;
  revokedAt: number | null;
  uses: number;
};

export type ChatRecord = {
  id: string;
  meetingId: string;
  participantId: string;
  name: string;
  text: string;
  at: number;
};
