import type { RecordingTexts } from './recording-ja.ts';

/** English, recording in a call. */
export const recordingEn: RecordingTexts = {
  record: 'Record',
  kind: {
    heading: 'What to record',
    video: 'Video',
    videoMore: 'picture and sound',
    audio: 'Audio minutes',
    audioMore: 'sound only',
  },
  question: {
    heading: 'Record this meeting?',
    lead: 'Everybody in the meeting is told on their screen before it starts.',
    yes: 'YES',
    no: 'NO',
  },
  storage: {
    left: (hours, kind) => `About ${hours} left (${kind})`,
    full: 'No room left',
    unused: (limit) => `All of ${limit} is free`,
    used: (used, limit) => `${used} of ${limit} used`,
    low: (percent) =>
      `${percent} of your storage is used. You can delete recordings you do not need in the history.`,
    critical: (percent) =>
      `${percent} of your storage is used. Recording stops when it is full: please delete recordings you do not need in the history.`,
    nothing: 'This account has no space for recordings. Please ask your administrator for some.',
    none: 'There is no room to start. Delete recordings you do not need in the history, then you can.',
  },
  panel: {
    offLead: 'Everybody in the meeting is told on their screen before it starts.',
    start: { video: 'Start recording', audio: 'Start audio minutes' },
    pause: 'Pause',
    resume: 'Resume',
    stop: 'Stop',
    pauseLead: 'While it is paused, nothing is recorded.',
    change: { video: 'Change to video', audio: 'Change to sound only' },
    changeLead: {
      video: (seconds) =>
        `What there is so far is kept as one recording. Video begins after everybody has been told again; for these ${seconds} seconds or so nothing is recorded.`,
      audio: 'What there is so far is kept as one recording; from here on only sound is recorded.',
      paused:
        'What there is so far is kept as one recording. It stays paused: nothing is recorded until you resume.',
    },
  },
  lamp: {
    label: 'Recording',
    time: 'Recorded time',
    announced: { video: 'Recording soon', audio: 'Recording soon' },
    on: { video: 'Recording', audio: 'Recording sound' },
    paused: 'Paused',
  },
  state: { off: 'Off', announced: 'Soon', on: { video: 'Recording', audio: 'Sound only' }, paused: 'Paused' },
  notice: {
    startsIn: {
      video: (seconds) => `Recording starts in ${seconds} s`,
      audio: (seconds) => `Sound recording starts in ${seconds} s`,
    },
    startsNow: { video: 'Recording starts now', audio: 'Sound recording starts now' },
    began: { video: 'Recording has started', audio: 'Sound recording has started' },
    running: { video: 'This meeting is being recorded', audio: 'The sound is being recorded' },
    changed: { video: 'Picture and sound are recorded now', audio: 'Only sound is recorded now' },
    paused: { video: 'Recording is paused', audio: 'Sound recording is paused' },
    pausedMore: 'Nothing is recorded until it is resumed.',
    resumed: { video: 'Recording has been resumed', audio: 'Sound recording has been resumed' },
    stopped: { video: 'Recording has stopped', audio: 'Sound recording has stopped' },
    stoppedMore: 'Nothing is recorded from here on.',
    kept: 'You can play it in the history in a few seconds.',
    content: {
      video: 'Picture, voices, the document on show and names are recorded.',
      audio: 'Voices and names are recorded, but no picture.',
    },
    wayOut: 'If you do not want this, you can leave with “End call”.',
    cancel: 'Cancel',
    waiting: {
      video: (names) => `${names}: asked about the recording`,
      audio: (names) => `${names}: asked about the recording`,
    },
    waitingMore: 'Their picture and voice are not recorded until they agree.',
    comma: ', ',
    name: (name) => name,
  },
  problem: {
    heading: { video: 'Recording has stopped', audio: 'Sound recording has stopped' },
    lead: 'Nothing is being recorded now. The meeting goes on.',
    again: 'Start again',
  },
  asked: {
    heading: {
      video: 'This meeting is being recorded',
      audio: 'The sound of this meeting is being recorded',
    },
    lead: {
      video: 'If you agree, your picture and voice, the documents you show and your name are recorded.',
      audio: 'If you agree, your voice and name are recorded, but no picture.',
    },
    receiver: (who) => `The recording goes to ${who}.`,
    nameOfCompany: (name, company) => `${name} (${company})`,
    host: 'the host',
    untilThen: 'Your picture and voice are not recorded until you answer.',
    agree: 'Agree and join',
    refuse: 'Do not join',
  },
};
