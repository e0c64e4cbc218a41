import { t } from '../i18n/index.ts';
import type { PersonApi } from '../session/api.ts';

/** The name as shown: whoever has none is named by what they are. */
export function nameOf(person: Pick<PersonApi, 'name' | 'role'>): string {
  return person.name || (person.role === 'host' ? t().common.host : t().common.guest);
}

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What stands on the plate of somebody without a picture. */
export function initialOf(name: string): string {
  for (const { segment } of letters.segment(name.trim())) return segment.toLocaleUpperCase();
  return '';
}
