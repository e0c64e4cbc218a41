import { catalogue } from './catalogue.ts';
import { addFailures } from './failure-text.ts';
import { recordingFailuresEn } from './failures-recording-en.ts';
import { recordingFailuresJa } from './failures-recording-ja.ts';
import type { RecordingFailureTexts } from './failures.ts';

/* To be imported by whatever shows why something about a recording did not work, in a call or in the history. */
addFailures(catalogue<RecordingFailureTexts>({ ja: recordingFailuresJa, en: recordingFailuresEn }));
