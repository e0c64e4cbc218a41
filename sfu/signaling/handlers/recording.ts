import type { Participant } from '../../meeting/participant.ts';
import type { MeetingRecording } from '../../meeting/recording.ts';
import { seatOf } from '../context.ts';
import type { Context, Handlers } from '../context.ts';

/** A press of somebody in the meeting, which the recording decides about. */
function press(act: (recording: MeetingRecording, by: Participant, now: number) => void) {
  return async (context: Context) => {
    const { meeting: live, participantId } = seatOf(context);
    await live.change((meeting, now) => {
      act(meeting.recording, meeting.participant(participantId), now);
    });
    return {};
  };
}

export const recordingHandlers: Pick<
  Handlers,
  | 'recording:start'
  | 'recording:decline'
  | 'recording:pause'
  | 'recording:resume'
  | 'recording:stop'
  | 'recording:agree'
> = {
  'recording:start': async (context, { kind }) => {
    const { meeting: live } = seatOf(context);
    const { recording, facts } = live.meeting;
    const isNew = recording.state === 'off' || recording.kind !== kind;
    // Nothing is announced that could not begin.
    if (isNew) await context.recordings.assertPossible(facts.hostAccountId, kind);
    const isReached = (id: string) => live.isConnected(id);
    return press((its, by, now) => its.start(by, kind, now, isReached))(context);
  },

  'recording:decline': press((recording, by, now) => recording.decline(by, now)),
  'recording:pause': press((recording, by, now) => recording.pause(by, now)),
  'recording:resume': press((recording, by, now) => recording.resume(by, now)),
  'recording:stop': press((recording, by, now) => recording.stop(by, now)),
  'recording:agree': press((recording, by, now) => recording.agree(by, now)),
};
