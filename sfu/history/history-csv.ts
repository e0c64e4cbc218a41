import { csvHead, csvLine } from '../accounts/csv.ts';
import type { HistoryMeeting, MeetingResult } from '../protocol/history.ts';
import { localTimes } from './days.ts';

const columns = [
  '開始',
  '終了',
  '商談時間(分)',
  '接続番号',
  'お客様',
  '担当者',
  '資料',
  '録画(件)',
  '録画時間(分)',
  '結果',
  'メモ',
  '接続元ページ',
] as const;

const resultNames: Readonly<Record<MeetingResult, string>> = {
  won: '受注',
  promising: '有望',
  continued: '継続',
  lost: '失注',
  other: 'その他',
};

const minuteMs = 60_000;
/** Between several names or titles in one cell; a title may have a comma in it. */
const between = '、';

/**
 * The history as a table, one meeting a line.
 *
 * @param timeZone in which times are written; without it, this machine's
 */
export function historyCsv(timeZone?: string) {
  const timeAt = localTimes(timeZone);
  const line = (meeting: HistoryMeeting) => {
    const { startedAt, endedAt, connectionNumber, people, documents, recordings, result, note, origin } =
      meeting;
    const named = (role: 'host' | 'guest') =>
      people.flatMap((person) => (person.role === role ? [person.name] : [])).filter((name) => name !== '');
    const recordedMs = recordings.reduce((sum, { durationMs }) => sum + durationMs, 0);
    return csvLine([
      timeAt(startedAt),
      endedAt === null ? null : timeAt(endedAt),
      endedAt === null ? null : minutes(endedAt - startedAt),
      connectionNumber,
      named('guest').join(between),
      named('host').join(between),
      documents.join(between),
      recordings.length,
      minutes(recordedMs),
      result === null ? null : resultNames[result],
      note,
      origin,
    ]);
  };
  return {
    head: csvHead + csvLine(columns),
    lines: (meetings: readonly HistoryMeeting[]) => meetings.map(line).join(''),
  };
}

/** With one decimal, so that a short call is not none. */
function minutes(ms: number): number {
  return Math.round(ms / (minuteMs / 10)) / 10;
}
