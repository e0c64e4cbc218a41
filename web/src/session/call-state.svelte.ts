import type {
  ChatMessage,
  EndReason,
  InvitationView,
  LeaveReason,
  Role,
  Snapshot,
} from '../../../sfu/protocol/view.ts';
import type { CallPhase, Failure } from './api.ts';

/** What a page reads of a call besides its people: plain facts, each written by the call alone. */
export class CallState {
  phase = $state<CallPhase>('idle');
  role = $state<Role | null>(null);
  meetingId = $state<string | null>(null);
  connectionNumber = $state<string | null>(null);
  numberExpiresAt = $state<number | null>(null);
  organizationName = $state<string | null>(null);
  startedAt = $state<number | null>(null);
  closed = $state.raw<{ reason: LeaveReason; endReason: EndReason | null } | null>(null);
  numberGone = $state.raw<Failure | null>(null);
  facesShown = $state(true);
  chat = $state.raw<readonly ChatMessage[]>([]);
  invitations = $state.raw<readonly InvitationView[]>([]);

  protected readFacts(snapshot: Snapshot): void {
    // The server's clock may be off from ours; what is shown is by ours.
    const ownTime = (at: number | null) => (at === null ? null : at - snapshot.now + Date.now());
    this.meetingId = snapshot.meetingId;
    this.connectionNumber = snapshot.connectionNumber;
    this.numberExpiresAt = ownTime(snapshot.numberExpiresAt);
    this.organizationName = snapshot.organizationName;
    this.startedAt = ownTime(snapshot.startedAt);
    this.chat = snapshot.chat;
    this.invitations = snapshot.invitations;
  }

  protected addMessage(message: ChatMessage): void {
    if (!this.chat.some(({ id }) => id === message.id)) this.chat = [...this.chat, message];
  }
}
