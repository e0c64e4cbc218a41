import type { EndReason, LeaveReason } from '../protocol/view.ts';

/** What a change of a meeting means for the people concerned; told to them after it has been stored. */
export type MeetingEvent =
  /** Their page is on its way: not a lost line, though there is none yet. */
  | { type: 'seat-taken'; participantId: string }
  | { type: 'participant-changed'; participantId: string }
  | {
      type: 'participant-left';
      participantId: string;
      name: string;
      reason: LeaveReason;
      wasPresent: boolean;
    }
  | { type: 'admitted'; participantId: string }
  | { type: 'seat-closed'; participantId: string; reason: LeaveReason }
  | { type: 'invitations-changed' }
  | { type: 'stage-changed' }
  /** Everybody who made or got one of them. */
  | { type: 'offers-changed'; participantIds: string[] }
  | { type: 'brought-changed' }
  /** Whether it is recorded, or whose consent it waits for. */
  | { type: 'recording-changed' }
  | { type: 'ended'; reason: EndReason };
