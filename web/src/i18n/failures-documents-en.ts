import type { DocumentFailureTexts } from './failures.ts';

const limit = (value: unknown, unit: string) =>
  typeof value === 'number' ? `${value} ${unit}` : 'what is allowed';

export const documentFailuresEn: DocumentFailureTexts = {
  'document-type':
    'This file cannot be used as a document. Please choose a PDF, Word, Excel or PowerPoint file. If you can open it, save it as PDF and try again.',
  'document-encrypted':
    'The file is protected by a password. Please remove the protection, or save it as PDF without one, and try again.',
  'document-damaged':
    'The file is damaged or incomplete. Please check that it opens in its own program, save it as PDF and try again.',
  'document-too-large': (details) =>
    `The file is too large (at most ${limit(details['megabytes'], 'MB')}). Please compress its pictures or split it, and try again.`,
  'document-pages': (details) =>
    `The document has too many pages (at most ${limit(details['pages'], 'pages')}). Please save the pages you need as PDF and try again.`,
  'document-slow': 'The conversion took too long and was stopped. Please save the file as PDF and try again.',
  'document-office-missing':
    'This server cannot convert Word, Excel and PowerPoint files. Please save the file as PDF and try again.',
  'document-count': (details) =>
    `There are as many documents as there may be (${limit(details['count'], 'documents')}). Please delete some and try again.`,
  'storage-full': 'The server has no room left for this file. Please tell the administrator.',
  'document-unknown': 'This document cannot be found. It has been deleted, or is not shown any more.',
  'document-not-ready': 'This document is still being prepared. Please wait for the conversion to end.',
  'document-not-shared':
    'This document cannot be handed over, because sharing its file is off. Switch it on to hand it over.',
  'document-in-use':
    'This document is on show or waiting to be received in a meeting. Please close it there, or wait until it has been received, and try again.',
  'document-not-shown': 'This document is not shown any more.',
  'page-unknown': 'There is no such page.',
  'offer-unknown': 'This file is not on offer any more. Please ask for it to be handed over again.',
  'nobody-to-offer': 'There is nobody to hand it to. Please wait until somebody has joined.',
  'upload-broken': 'The upload broke off. Please check your connection and try again.',
};
