import { fileSize } from '../../documents/measures.ts';
import { dayKey } from '../../history/days.ts';
import { language } from '../../i18n/locale.svelte.ts';

/** Days, lengths and sizes in the history, in the language of the moment. */

const tag = () => (language.locale === 'ja' ? 'ja-JP' : 'en-GB');
const bytesPerGigabyte = 1_000_000_000;
const minuteMs = 60_000;
const minutesPerHour = 60;
/** From so many hours on nobody counts the minutes. */
const wholeHours = 10;

/** Such as 198 MB, 4.12 GB, or 0 MB. */
export function size(bytes: number): string {
  if (bytes <= 0) return inUnit(0, 'megabyte', 'short');
  if (bytes < bytesPerGigabyte) return fileSize(bytes);
  const value = bytes / bytesPerGigabyte;
  return inUnit(value, 'gigabyte', 'short', value < 100 ? 2 : 0);
}

/** How long something is, or may become: 45秒, 42分, 4時間30分, 37時間. */
export function length(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < minutesPerHour) return inUnit(Math.max(0, seconds), 'second', 'long');
  const minutes = Math.floor(ms / minuteMs);
  if (minutes < minutesPerHour) return inUnit(minutes, 'minute', 'long');
  const hours = Math.floor(minutes / minutesPerHour);
  const rest = minutes % minutesPerHour;
  const text = inUnit(hours, 'hour', 'long');
  if (hours >= wholeHours || rest === 0) return text;
  return `${text}${language.locale === 'ja' ? '' : ' '}${inUnit(rest, 'minute', 'long')}`;
}

/** The day of a meeting: with the year when it is not this one. */
export function day(at: number, now: number): string {
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(tag(), {
    ...(isThisYear ? {} : { year: 'numeric' }),
    month: 'long',
    day: 'numeric',
    weekday: 'short',
  }).format(at);
}

/**
 * The time of day to the second, for what may have to be proved; with the day when it is another one than that
 * of the meeting.
 */
export const exactTime = (at: number, meetingAt: number): string =>
  new Intl.DateTimeFormat(tag(), {
    ...(dayKey(at) === dayKey(meetingAt) ? {} : { month: 'long', day: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(at);

/** From 0 to 1; all of it is said when it is all of it. */
export const wholePercent = (share: number): string =>
  new Intl.NumberFormat(tag(), { style: 'percent', maximumFractionDigits: 0 }).format(
    share < 1 ? Math.min(0.99, share) : 1,
  );

/** A speed, such as 1.25. */
export const speedNumber = (speed: number): string => new Intl.NumberFormat(tag()).format(speed);

function inUnit(
  value: number,
  unit: 'second' | 'minute' | 'hour' | 'megabyte' | 'gigabyte',
  unitDisplay: 'short' | 'long',
  maximumFractionDigits = 0,
): string {
  const text = new Intl.NumberFormat(tag(), {
    style: 'unit',
    unit,
    unitDisplay,
    maximumFractionDigits,
  }).format(value);
  // Japanese has no space before a unit that is a word.
  return language.locale === 'ja' && unitDisplay === 'long' ? text.replace(/\s/gu, '') : text;
}
