import { Refusal } from '../protocol/codes.ts';

/** No zone is or was further away from UTC than this. */
const furthestMs = 26 * 60 * 60_000;

/**
 * From the first moment of one day to the first moment after another one, where somebody is. A day is not always 24
 * hours long, and does not everywhere begin at 0:00, as when clocks are put forward then.
 *
 * @param days such as 2026-11-22, both included; without one, there is no such bound
 * @param timeZone such as Asia/Tokyo; without one, this machine's
 * @returns milliseconds since 1970; `until` is outside
 * @throws Refusal bad-request for a day that there is not, such as 2026-02-30
 */
export function timeOfDays(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  timeZone?: string,
): { from?: number; until?: number } {
  const calendar = calendarOf(timeZone);
  return {
    ...(from === undefined ? {} : { from: firstMoment(from, (day, asked) => day >= asked, calendar) }),
    ...(to === undefined ? {} : { until: firstMoment(to, (day, asked) => day > asked, calendar) }),
  };
}

/** Such as 2026-11-22 09:05, where somebody is. */
export function localTimes(timeZone?: string): (at: number) => string {
  const calendar = calendarOf(timeZone);
  return (at) => {
    const { year, month, day, hour, minute } = partsOf(at, calendar);
    return `${year}-${month}-${day} ${hour}:${minute}`;
  };
}

/** Looks for the moment from which on the calendar there shows such a day. */
function firstMoment(
  day: string,
  isReached: (day: number, asked: number) => boolean,
  calendar: Intl.DateTimeFormat,
): number {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) {
    throw new Refusal('bad-request', `There is no day ${day}.`);
  }
  const asked = Number(day.replaceAll('-', ''));
  let early = midnight - furthestMs;
  let late = midnight + 24 * 60 * 60_000 + furthestMs;
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    const parts = partsOf(middle, calendar);
    if (isReached(Number(`${parts.year}${parts.month}${parts.day}`), asked)) late = middle;
    else early = middle;
  }
  return late;
}

function calendarOf(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

function partsOf(at: number, calendar: Intl.DateTimeFormat) {
  const parts = { year: '', month: '', day: '', hour: '', minute: '' };
  for (const { type, value } of calendar.formatToParts(at))
    if (type in parts) Object.assign(parts, { [type]: value });
  return parts;
}
