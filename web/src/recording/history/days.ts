import type { RecordedMeeting } from '../../../../sfu/protocol/recording.ts';

/** The meetings that began on one day, where the rep is. */
export type Day = { key: string; at: number; meetings: RecordedMeeting[] };

/** @param meetings newest first, which stays so */
export function daysOf(meetings: readonly RecordedMeeting[]): Day[] {
  const days: Day[] = [];
  for (const meeting of meetings) {
    const key = dayKey(meeting.startedAt);
    const last = days.at(-1);
    if (last?.key === key) last.meetings.push(meeting);
    else days.push({ key, at: meeting.startedAt, meetings: [meeting] });
  }
  return days;
}

/** The local day, such as 2026-3-9. */
export function dayKey(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
