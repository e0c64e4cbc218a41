import { catalogue } from './catalogue.ts';
import './failures-recording.ts';
import { recordingEn } from './recording-en.ts';
import { recordingJa, type RecordingTexts } from './recording-ja.ts';

/** The words of recording in a call. They are loaded with its part. */
export const r = catalogue<RecordingTexts>({ ja: recordingJa, en: recordingEn });
