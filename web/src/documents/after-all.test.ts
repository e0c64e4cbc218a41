import { describe, expect, it } from 'vitest';
import type { DocumentView } from '../../../sfu/protocol/documents.ts';
import { arrivedAfterAll, replacedAfterAll } from './after-all.ts';

const at = 1_800_000_000_000;
const sent = {
  file: new File([new Uint8Array(10)], '見積 <最終>.pdf'),
  title: undefined,
  at,
  known: ['old'],
};

function view(more: Partial<DocumentView> = {}): DocumentView {
  return {
    id: 'new',
    title: '見積',
    fileName: '見積 _最終_.pdf',
    format: 'pdf',
    bytes: 10,
    pages: 3,
    progress: { state: 'ready' },
    shareFile: false,
    substitutedFonts: [],
    version: 1,
    replacement: null,
    createdAt: at + 1_000,
    ...more,
  };
}

describe('a file whose sending broke off', () => {
  it('is known by its name as the server writes it, its size and its time', () => {
    expect(arrivedAfterAll([view({ id: 'other', bytes: 9 }), view()], sent)?.id).toBe('new');
    expect(arrivedAfterAll([view({ createdAt: at - 60_000 })], sent), 'clocks differ').not.toBeNull();
  });

  it.each([
    ['of another size', { bytes: 11 }],
    ['of another name', { fileName: '請求.pdf' }],
    ['that was known before', { id: 'old' }],
    ['that is much older', { createdAt: at - 3_600_000 }],
  ])('is not a document %s', (_what, other) => {
    expect(arrivedAfterAll([view(other)], sent)).toBeNull();
  });

  it('has taken the place of another if that is on its way or done', () => {
    const before = view({ fileName: '古い見積.pdf', bytes: 7 });
    const coming = { fileName: sent.file.name, progress: { state: 'converting', ahead: 0 } } as const;
    expect(replacedAfterAll(before, view({ ...before, replacement: coming }), sent)).toBe(true);
    expect(replacedAfterAll(before, view({ version: 2 }), sent)).toBe(true);
    expect(replacedAfterAll(before, before, sent)).toBe(false);
  });
});
