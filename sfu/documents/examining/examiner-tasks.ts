import type { ErrorCode } from '../../protocol/codes.ts';
import type { DocumentFormat } from '../../protocol/documents.ts';
import type { MentionedFonts } from './document-fonts.ts';

/** What the examining process can be asked for, and what it answers. */
export type ExaminerTasks = {
  recognise: { ask: { path: string }; answer: DocumentFormat };
  /** Has the process load what reading a PDF takes, while there is nothing to read yet. */
  warm: { ask: null; answer: null };
  countPages: { ask: { path: string; maxPages: number }; answer: number };
  /** Names of the fonts that an Office file since 2007 mentions. */
  namesInOoxml: { ask: { path: string }; answer: MentionedFonts };
  /** Those of the names that an older Office file mentions. */
  namesInOle: { ask: { path: string; names: string[] }; answer: string[] };
  /** PostScript names of the fonts in a PDF. */
  pdfFonts: { ask: { path: string }; answer: string[] };
};
export type TaskName = keyof ExaminerTasks;

export type Question<Name extends TaskName = TaskName> = {
  [Each in Name]: { task: Each; ask: ExaminerTasks[Each]['ask'] };
}[Name];

export type Reply =
  | { answer: unknown }
  | { refusal: { code: ErrorCode; message: string; details: Record<string, string | number> } }
  | { failure: { message: string; stack: string | undefined } };
