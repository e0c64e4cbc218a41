import type { Period } from './admin-api.ts';

/** The days of a list, where the reader is. */

const dayOf = (date: Date): string =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');

/** From the first of this month until today. */
export function thisMonth(now = new Date()): Period {
  const first = new Date(now.getFullYear(), now.getMonth(), 1);
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { from: dayOf(first), to: dayOf(now), tz };
}
