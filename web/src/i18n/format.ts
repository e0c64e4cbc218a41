import { language } from './locale.svelte.ts';

/** Dates, times and durations in the language of the moment. */

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

const tag = () => (language.locale === 'ja' ? 'ja-JP' : 'en-GB');

/** The time of day, such as 15:04. */
export function clockTime(at: number): string {
  return new Intl.DateTimeFormat(tag(), { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** Day and time, for something that holds until tomorrow. */
export function dayAndTime(at: number): string {
  return new Intl.DateTimeFormat(tag(), {
    month: 'long',
    day: 'numeric',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}

/** How long a call has been going on: 4:07, or 1:04:07 from one hour on. */
export function stopwatch(durationMs: number): string {
  const rest = Math.max(0, durationMs);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const minutes = (rest % hourMs) / minuteMs;
  const seconds = two((rest % minuteMs) / secondMs);
  return rest >= hourMs
    ? `${Math.floor(rest / hourMs)}:${two(minutes)}:${seconds}`
    : `${Math.floor(minutes)}:${seconds}`;
}

/** Whole minutes that are left, at least one while anything is left: 29分 / 29 minutes. */
export function minutesLeft(durationMs: number): string {
  return inUnit(Math.max(0, Math.ceil(durationMs / minuteMs)), 'minute');
}

/** A length of time told in seconds by the server, in the unit that a person would use. */
export function waitingTime(seconds: number): string {
  return seconds > 90
    ? inUnit(Math.ceil(seconds / 60), 'minute')
    : inUnit(Math.max(1, Math.ceil(seconds)), 'second');
}

function inUnit(value: number, unit: 'minute' | 'second'): string {
  const text = new Intl.NumberFormat(tag(), { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  // Japanese has no space before the unit.
  return language.locale === 'ja' ? text.replace(/\s/gu, '') : text;
}

/** A number as it is read: 1,234.5. */
export function numeral(value: number): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: 2 }).format(value);
}

/** Names one after the other: カメラとマイク / camera and microphone. */
export function listOf(names: readonly string[]): string {
  // For two or three devices 「と」 is what people say; the locale's own mark is the comma of a list.
  if (language.locale === 'ja') return names.join('と');
  return new Intl.ListFormat(tag(), { type: 'conjunction' }).format(names);
}
