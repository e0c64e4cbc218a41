import type { Failure } from '../session/api.ts';
import { catalogue } from './catalogue.ts';
import { failuresEn } from './failures-en.ts';
import { failuresJa } from './failures-ja.ts';
import type { FailureTexts } from './failures.ts';

const texts = catalogue<FailureTexts>({ ja: failuresJa, en: failuresEn });

export function failureText(failure: Failure): string {
  // The server may be newer than this page and know a code that the page does not.
  const known: Partial<FailureTexts> = texts();
  const text = known[failure.code] ?? texts().internal;
  return typeof text === 'string' ? text : text(failure.details);
}
