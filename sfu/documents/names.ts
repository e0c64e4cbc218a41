import type { DocumentFormat } from '../protocol/documents.ts';
import { limits } from '../protocol/limits.ts';

/** The file's name without its extension (↑ D1: nobody has to type a title). */
export function titleOf(name: string): string {
  const stem = name.replace(/\.[a-z0-9]{1,8}$/i, '').trim();
  return [...(stem || name)].slice(0, limits.documentTitleCharacters).join('');
}

const endings: Record<DocumentFormat, readonly string[]> = {
  pdf: ['pdf'],
  docx: ['docx', 'docm', 'dotx'],
  xlsx: ['xlsx', 'xlsm', 'xltx'],
  pptx: ['pptx', 'pptm', 'ppsx', 'potx'],
  doc: ['doc', 'dot'],
  xls: ['xls', 'xlt'],
  ppt: ['ppt', 'pps', 'pot'],
};

/** A name whose ending is true: what is handed over must not be taken for something else, or start as a program. */
export function nameFor(format: DocumentFormat, name: string): string {
  const isTrue = endings[format].some((ending) => name.toLowerCase().endsWith(`.${ending}`));
  return isTrue ? name : `${name}.${format}`;
}
