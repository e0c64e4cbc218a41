import { language } from '../i18n/locale.svelte.ts';

/** Sizes and dates of files in the language of the moment. */

const tag = () => (language.locale === 'ja' ? 'ja-JP' : 'en-GB');
const bytesPerKilobyte = 1_000;
const bytesPerMegabyte = 1_000_000;

export function fileSize(bytes: number): string {
  const isLarge = bytes >= bytesPerMegabyte;
  const value = isLarge ? bytes / bytesPerMegabyte : Math.max(1, bytes / bytesPerKilobyte);
  return new Intl.NumberFormat(tag(), {
    style: 'unit',
    unit: isLarge ? 'megabyte' : 'kilobyte',
    unitDisplay: 'short',
    maximumFractionDigits: isLarge && value < 100 ? 1 : 0,
  }).format(value);
}

export function percent(share: number): string {
  // 100 % is said when it has arrived, not before.
  const shown = Math.min(0.99, share);
  return new Intl.NumberFormat(tag(), { style: 'percent', maximumFractionDigits: 0 }).format(shown);
}

export function shortDate(at: number): string {
  return new Intl.DateTimeFormat(tag(), { dateStyle: 'medium' }).format(at);
}
