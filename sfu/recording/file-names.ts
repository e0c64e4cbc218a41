import type { PartRecord } from '../store/recording-repository.ts';

type Person = { name: string; role: 'host' | 'guest' };

/** Three of the longest names, and the file's name still fits into 255 bytes. */
const namesBytesMax = 160;

const titles = /(様|さま|さん|殿|先生)$/u;
/** What one or another file system cannot have in a name, and what would hide a file or its ending. */
const forbidden = /[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|]/gu;

/**
 * A name to save a recording under, such as `2026-11-22 山田様 商談 1.webm`.
 *
 * @param timeZone where it was that day, such as Asia/Tokyo; without one, or with one that is not known, it is this
 *   machine's
 */
export function recordingFileName(
  { beganAt, kind, number }: Pick<PartRecord, 'beganAt' | 'kind' | 'number'>,
  people: readonly Person[],
  ending: 'webm' | 'mp4',
  timeZone?: string,
): string {
  const guests = people.filter(({ role }) => role === 'guest').map(({ name }) => safe(name));
  const named = [...new Set(guests)].filter((name) => name !== '');
  const called = cut(named.map((name) => (titles.test(name) ? name : `${name}様`)).join('・'));
  const what = kind === 'video' ? '商談' : '音声議事録';
  const words = [dayOf(beganAt, timeZone), called, what, String(number)].filter((word) => word !== '');
  return `${words.join(' ')}.${ending}`;
}

function safe(name: string): string {
  return name
    .toWellFormed()
    .replace(forbidden, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.]+|[\s.]+$/gu, '');
}

function cut(text: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > namesBytesMax) return `${kept}…`;
    kept += character;
  }
  return kept;
}

function dayOf(at: number, timeZone: string | undefined): string {
  const parts = calendarOf(timeZone).formatToParts(at);
  const part = (type: 'year' | 'month' | 'day') => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

function calendarOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const format = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', { ...format, timeZone });
  } catch {
    // A browser may know zones that this machine does not, and anybody can ask for nonsense.
    return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', format);
  }
}
