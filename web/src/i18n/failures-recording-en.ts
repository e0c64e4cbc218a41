import type { RecordingFailureTexts } from './failures.ts';

export const recordingFailuresEn: RecordingFailureTexts = {
  'recording-quota':
    'The storage for recordings is full. Delete recordings you do not need in the history, then you can go on recording. What has been recorded so far is kept.',
  'recording-disk':
    'The server’s disk has too little room to record. Please tell the administrator. What has been recorded so far is kept.',
  'recording-unavailable':
    'This server cannot record at the moment. Please wait a little and try again. If this goes on, please tell the administrator.',
  'recording-failed':
    'Something went wrong while recording. What has been recorded so far is recovered by itself. Please start again; if this goes on, please tell the administrator.',
  'recording-lost':
    'Nothing is left of this recording on the server. Please tell the administrator, who may have a backup. If you do not need it, you can delete this entry.',
  'recording-not-running': 'The recording has ended already. Please start it again if you need it.',
  'recording-unknown':
    'This recording cannot be found. It may have been deleted: please reload the list to see.',
  'recording-not-ready':
    'This recording is still being made ready. Please wait until it has ended and is ready.',
};
