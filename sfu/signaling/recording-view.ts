import type { Meeting } from '../meeting/meeting.ts';
import type { Participant } from '../meeting/participant.ts';
import type { RecordingView, StorageView } from '../protocol/recording.ts';

/** The recording of a meeting as this participant, who is present, may see it (R1). */
export function recordingViewFor(
  viewer: Participant,
  { recording }: Meeting,
  storage: StorageView | null,
): RecordingView {
  const { state, kind, startsAt, problem, question, waitingFor } = recording;
  return {
    state,
    kind,
    startsAt,
    ...recording.clock,
    consent: recording.consentOf(viewer),
    problem,
    host: viewer.role === 'host' && storage ? { question, storage, waitingFor } : null,
  };
}
