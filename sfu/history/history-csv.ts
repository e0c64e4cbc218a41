import { csvHead, csvLine } from '../accounts/csv.ts';
import type { FileLanguage } from '../accounts/log-words.ts';
import { dateAndTime } from '../days.ts';
import type { HistoryMeeting, HistoryQuery, MeetingResult } from '../protocol/history.ts';

const columns: Readonly<Record<FileLanguage, readonly string[]>> = {
  ja: [
    '開始',
    '終了',
    '商談時間(分)',
    '接続ナンバー',
    'お客様',
    '担当者',
    '資料',
    '録画(件)',
    '録画時間(分)',
    '結果',
    'メモ',
    '接続元ページ',
  ],
  en: [
    'Start',
    'End',
    'Length (min)',
    'Connection number',
    'Guests',
    'Host',
    'Documents',
    'Recordings',
    'Recorded (min)',
    'Result',
    'Note',
    'Page of origin',
  ],
};

const resultNames: Readonly<Record<FileLanguage, Readonly<Record<MeetingResult, string>>>> = {
  ja: { won: '受注', promising: '有望', continued: '継続', lost: '失注', other: 'その他' },
  en: { won: 'Won', promising: 'Promising', continued: 'Ongoing', lost: 'Lost', other: 'Other' },
};

const minuteMs = 60_000;
/** Between several names or titles in one cell; a title may have a comma in it. */
const between: Readonly<Record<FileLanguage, string>> = { ja: '、', en: '; ' };

/**
 * The history as a table, one meeting a line.
 *
 * @param query `tz`: in which times are written; without it, this machine's. `lang`: Japanese without it
 */
export function historyCsv({ tz, lang = 'ja' }: Pick<HistoryQuery, 'tz' | 'lang'>) {
  const line = (meeting: HistoryMeeting) => {
    const { startedAt, endedAt, connectionNumber, people, documents, recordings, result, note, origin } =
      meeting;
    const named = (role: 'host' | 'guest') =>
      people.flatMap((person) => (person.role === role ? [person.name] : [])).filter((name) => name !== '');
    const recordedMs = recordings.reduce((sum, { durationMs }) => sum + durationMs, 0);
    return csvLine([
      dateAndTime(startedAt, tz),
      endedAt === null ? null : dateAndTime(endedAt, tz),
      endedAt === null ? null : minutes(endedAt - startedAt),
      connectionNumber,
      named('guest').join(between[lang]),
      named('host').join(between[lang]),
      documents.join(between[lang]),
      recordings.length,
      minutes(recordedMs),
      result === null ? null : resultNames[lang][result],
      note,
      origin,
    ]);
  };
  return {
    head: csvHead + csvLine(columns[lang]),
    lines: (meetings: readonly HistoryMeeting[]) => meetings.map(line).join(''),
  };
}

/** With one decimal, so that a short call is not none. */
function minutes(ms: number): number {
  return Math.round(ms / (minuteMs / 10)) / 10;
}
