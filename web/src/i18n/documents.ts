import { catalogue } from './catalogue.ts';
import { documentsEn } from './documents-en.ts';
import { documentsJa, type DocumentsTexts } from './documents-ja.ts';
import { addFailures } from './failure-text.ts';
import { documentFailuresEn } from './failures-documents-en.ts';
import { documentFailuresJa } from './failures-documents-ja.ts';
import type { DocumentFailureTexts } from './failures.ts';

/** The words around documents, in the desk and in a call. They are loaded with the first document. */
export const w = catalogue<DocumentsTexts>({ ja: documentsJa, en: documentsEn });

addFailures(catalogue<DocumentFailureTexts>({ ja: documentFailuresJa, en: documentFailuresEn }));
