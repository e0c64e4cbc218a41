import type { HistoryDetail, HistoryList, MeetingResult } from '../../../sfu/protocol/history.ts';
import type { RecordingPlace } from '../../../sfu/protocol/recording.ts';
import { ask, bodyOf, failureIn, type Outcome } from '../documents/http.ts';
import type { Locale } from '../i18n/locale.svelte.ts';
import type { Failure } from '../session/api.ts';
import { type Question, queryOf } from './question.ts';

/** The history over HTTP (B3). Every function answers; none throws. */

/** @param before the `next` of the page before; null: the newest meetings */
export const listMeetings = (question: Question, before: string | null): Promise<Outcome<HistoryList>> => {
  const query = queryOf(question);
  if (before !== null) query.set('before', before);
  return bodyOf(ask('GET', `/api/history?${query.toString()}`));
};

/** Where all that is asked for is saved from, as CSV. */
export const csvOf = (question: Question, lang: Locale): string => {
  const query = queryOf(question);
  query.set('lang', lang);
  return `/api/history.csv?${query.toString()}`;
};

export const readMeeting = (meetingId: string): Promise<Outcome<HistoryDetail>> =>
  bodyOf(ask('GET', `/api/history/${encodeURIComponent(meetingId)}`));

/** @param keepalive it arrives although the page is being closed */
export const changeMeeting = (
  meetingId: string,
  change: { note?: string; result?: MeetingResult | null },
  keepalive = false,
): Promise<Failure | null> =>
  failureIn(ask('PATCH', `/api/history/${encodeURIComponent(meetingId)}`, { body: change, keepalive }));

/** Of which meeting a recording is. */
export async function meetingOfRecording(recordingId: string): Promise<Outcome<string>> {
  const path = `/api/recordings/${encodeURIComponent(recordingId)}`;
  const outcome = await bodyOf<RecordingPlace>(ask('GET', path));
  return outcome.ok ? { ok: true, value: outcome.value.meetingId } : outcome;
}
