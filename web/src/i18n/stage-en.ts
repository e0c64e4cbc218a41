import type { StageTexts } from './stage-ja.ts';

/** English, the page that is shown. */
export const stageEn: StageTexts = {
  region: 'Document',
  toolbar: 'Document controls',
  previous: 'Previous page',
  next: 'Next page',
  close: 'Close',
  closer: 'Zoom in',
  farther: 'Zoom out',
  whole: 'Whole page',
  pages: 'Pages',
  pageNumber: 'Page number',
  ofPages: (count) => `/ ${count}`,
  page: (page) => `Page ${page}`,
  pageOf: (title, page, count) => `${title}, page ${page} of ${count}`,
  larger: 'Larger document',
  normal: 'Standard size',
  shownBy: (name) => `Shown by ${name}`,
  shownByYou: 'Shown by you',
  back: 'Back to the presenter’s page',
  backTo: (name) => `Back to ${name}’s page`,
  shownPage: (name, page) => `${name} is on page ${page}`,
  loading: 'Loading the document',
  painting: 'Loading the page',
  retry: 'Try again',
  pageFailed: 'This page could not be displayed.',
  failed: {
    gone: 'This document cannot be displayed now. It may have been closed or deleted.',
    network: 'The document could not be loaded. Please check your internet connection.',
    unready: 'This document is still being prepared. Please try again in a moment.',
    unrecognized:
      'The document cannot be displayed because the connection could not be verified. Please reload the page.',
    replaced: 'The file of this document has been replaced. Press “Try again” to see the new pages.',
    damaged: 'The document could not be opened. The file may be damaged.',
  },
};
