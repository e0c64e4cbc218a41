import type { Failure } from '../session/api.ts';
import { catalogue } from './catalogue.ts';
import { failuresEn } from './failures-en.ts';
import { failuresJa } from './failures-ja.ts';
import type {
  DocumentFailureTexts,
  FailureTexts,
  OrganizationFailureTexts,
  RecordingFailureTexts,
} from './failures.ts';

type AllTexts = Partial<
  FailureTexts & DocumentFailureTexts & RecordingFailureTexts & OrganizationFailureTexts
>;

const texts = catalogue<FailureTexts>({ ja: failuresJa, en: failuresEn });
const further: (() => AllTexts)[] = [];

/** Called by a catalogue that is loaded with its part of the pages. */
export function addFailures(more: () => AllTexts): void {
  further.push(more);
}

export function failureText(failure: Failure): string {
  // The server may be newer than this page and know a code that the page does not.
  let known: AllTexts = texts();
  for (const more of further) known = { ...known, ...more() };
  const text = known[failure.code] ?? texts().internal;
  return typeof text === 'string' ? text : text(failure.details);
}
