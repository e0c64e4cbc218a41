import type { DocumentFormat } from '../../../sfu/protocol/documents.ts';

/** What can be chosen. By extension and by type: some phones know one, some the other. */
export const accepted = [
  '.pdf,.ppt,.pptx,.doc,.docx,.xls,.xlsx',
  'application/pdf',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
].join(',');

export type Program = 'PDF' | 'Word' | 'Excel' | 'PPT';

const programs: Record<DocumentFormat, Program> = {
  pdf: 'PDF',
  doc: 'Word',
  docx: 'Word',
  xls: 'Excel',
  xlsx: 'Excel',
  ppt: 'PPT',
  pptx: 'PPT',
};

/** By what the server has found in it, else, while it is being sent, by its name. */
export function programOf(format: DocumentFormat | undefined, fileName: string): Program | null {
  if (format) return programs[format];
  const extension = /\.([a-z]+)$/i.exec(fileName)?.[1]?.toLowerCase();
  return Object.entries(programs).find(([each]) => each === extension)?.[1] ?? null;
}
