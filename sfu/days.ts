import { Refusal } from './protocol/codes.ts';

/** Days as people have them in their time zone. */

export type DayQuery = { from?: string | undefined; to?: string | undefined; tz?: string | undefined };

/** Time zones are between 12 hours behind and 14 hours before UTC. */
const zoneMaxMs = 15 * 60 * 60_000;

const formats = new Map<string | undefined, Intl.DateTimeFormat>();
/** There are fewer zones, but many ways to write them. */
const formatsKept = 1_000;

/**
 * The time that two days, both included, span in a time zone; without it, this machine's.
 *
 * @returns milliseconds since 1970: the first is within, the second is not; undefined where there is no bound
 * @throws Refusal bad-request for a day that no calendar has
 */
export function timeOfDays({ from, to, tz }: DayQuery): {
  from: number | undefined;
  until: number | undefined;
} {
  return {
    from: from === undefined ? undefined : beginOf(utcOf(from, 'from'), tz),
    until: to === undefined ? undefined : beginOf(utcOf(to, 'to') + 24 * 60 * 60_000, tz),
  };
}

/** Such as `2026-11-22 09:30:05`, as a spreadsheet understands it. @param tz without it, this machine's */
export function dateAndTime(at: number, tz?: string): string {
  return formatOf(tz).format(at).replace(',', '');
}

/** Midnight of a day, in UTC. @param day `YYYY-MM-DD` */
function utcOf(day: string, field: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day) {
    throw new Refusal('bad-request', `There is no day ${day} (${field}).`);
  }
  return utc;
}

/** The first moment of a day, which is not midnight everywhere: clocks are put forward then in some places. */
function beginOf(utc: number, tz: string | undefined): number {
  // Nothing here is that old, and calendars before were others.
  if (utc <= 0) return 0;
  const day = new Date(utc).toISOString().slice(0, 10);
  const isBegun = (at: number) => formatOf(tz).format(at).slice(0, 10) >= day;
  let before = utc - zoneMaxMs;
  let within = utc + zoneMaxMs;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (isBegun(middle)) within = middle;
    else before = middle;
  }
  return within;
}

function formatOf(tz: string | undefined): Intl.DateTimeFormat {
  let format = formats.get(tz);
  if (!format) {
    // Canada writes dates as ISO 8601 does.
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: tz,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    if (formats.size >= formatsKept) formats.clear();
    formats.set(tz, format);
  }
  return format;
}
