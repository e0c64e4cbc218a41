import type { Failure } from '../session/api.ts';
import { catalogue } from './catalogue.ts';
import { failuresEn } from './failures-en.ts';
import { failuresJa } from './failures-ja.ts';
import type { DocumentFailureTexts, FailureTexts } from './failures.ts';

const texts = catalogue<FailureTexts>({ ja: failuresJa, en: failuresEn });
let documentTexts: (() => DocumentFailureTexts) | null = null;

/** Called by the documents' catalogue when it is loaded. */
export function addDocumentFailures(more: () => DocumentFailureTexts): void {
  documentTexts = more;
}

export function failureText(failure: Failure): string {
  // The server may be newer than this page and know a code that the page does not.
  const known: Partial<FailureTexts & DocumentFailureTexts> = { ...texts(), ...documentTexts?.() };
  const text = known[failure.code] ?? texts().internal;
  return typeof text === 'string' ? text : text(failure.details);
}
