/** What began on one day, where the rep is. */
export type Day<Meeting> = { key: string; at: number; meetings: Meeting[] };

/** @param meetings newest first, which stays so */
export function daysOf<Meeting extends { startedAt: number }>(meetings: readonly Meeting[]): Day<Meeting>[] {
  const days: Day<Meeting>[] = [];
  for (const meeting of meetings) {
    const key = dayKey(meeting.startedAt);
    const last = days.at(-1);
    if (last?.key === key) last.meetings.push(meeting);
    else days.push({ key, at: meeting.startedAt, meetings: [meeting] });
  }
  return days;
}

/** The local day, such as 2026-03-09. */
export function dayKey(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}
