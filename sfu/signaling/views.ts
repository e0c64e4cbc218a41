import { limits } from '../protocol/limits.ts';
import type { StorageView } from '../protocol/recording.ts';
import type { ChatMessage, ParticipantView, ProducerView, Snapshot } from '../protocol/view.ts';
import type { Meeting } from '../meeting/meeting.ts';
import type { Participant } from '../meeting/participant.ts';
import { recordingViewFor } from './recording-view.ts';

/** What is known about somebody besides the meeting's own record. */
export type LiveState = { line: 'connected' | 'restoring'; producers: ProducerView[] };

export function viewOfParticipant(who: Participant, live: LiveState): ParticipantView {
  const { id, role, name, standing, microphone, camera, speaker, joinedAt } = who;
  return {
    id,
    role,
    name,
    standing,
    microphone,
    camera,
    speaker,
    joinedAt,
    line: live.line,
    // Media that is made ready before somebody is let in is nobody's to see.
    producers: standing === 'present' ? live.producers : [],
  };
}

/** The whole meeting as this participant may see it: who is not present sees only themselves. */
export function snapshotFor(
  viewer: Participant,
  meeting: Meeting,
  facts: {
    revision: number;
    mediaEpoch: string;
    organizationName: string | null;
    chat: readonly ChatMessage[];
    live: (participantId: string) => LiveState;
    /** The host's space for recordings; null while there is no host. */
    storage: StorageView | null;
    now: number;
  },
): Snapshot {
  const isPresent = viewer.standing === 'present';
  const isHost = isPresent && viewer.role === 'host';
  const visible = meeting.participants.filter(
    (each) =>
      each === viewer ||
      (isPresent && each.standing === 'present') ||
      (isHost && each.standing === 'knocking'),
  );
  const { state, connectionNumber, numberExpiresAt, startedAt, endReason } = meeting.facts;
  return {
    meetingId: meeting.id,
    revision: facts.revision,
    state,
    connectionNumber,
    numberExpiresAt,
    organizationName: facts.organizationName,
    startedAt,
    endReason,
    mediaEpoch: facts.mediaEpoch,
    self: viewer.id,
    participants: visible.map((each) => viewOfParticipant(each, facts.live(each.id))),
    chat: isPresent ? facts.chat.slice(-limits.chatInSnapshot) : [],
    shown: isPresent ? meeting.stage.shown : null,
    offers: isPresent ? meeting.stage.offersFor(viewer.id) : [],
    brought: isHost ? [...meeting.stage.brought] : [],
    recording: isPresent ? recordingViewFor(viewer, meeting, facts.storage) : null,
    invitations: isHost ? meeting.invitations.map((each) => each.toView()) : [],
    now: facts.now,
  };
}
