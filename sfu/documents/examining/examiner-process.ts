import { Refusal } from '../../protocol/codes.ts';
import { fontsOfPdf, namesInOle, namesInOoxml } from './document-fonts.ts';
import type { ExaminerTasks, Question, Reply, TaskName } from './examiner-tasks.ts';
import { countPages, loadPdfJs } from './pdf-reading.ts';
import { recognise } from './recognition.ts';

/** The process in which strangers' files are read. It answers one question after the other. */

type Answers = {
  [Name in TaskName]: (ask: ExaminerTasks[Name]['ask']) => Promise<ExaminerTasks[Name]['answer']>;
};

const answers: Answers = {
  recognise: ({ path }) => recognise(path),
  warm: async () => {
    await loadPdfJs();
    return null;
  },
  countPages: ({ path, maxPages }) => countPages(path, maxPages),
  namesInOoxml: ({ path }) => namesInOoxml(path),
  namesInOle: ({ path, names }) => namesInOle(path, names),
  pdfFonts: ({ path }) => fontsOfPdf(path),
};

async function reply({ task, ask }: Question): Promise<Reply> {
  try {
    const answer = answers[task] as (ask: Question['ask']) => Promise<unknown>;
    return { answer: await answer(ask) };
  } catch (error) {
    if (error instanceof Refusal) {
      return { refusal: { code: error.code, message: error.message, details: { ...error.details } } };
    }
    const { message, stack } = error as Error;
    return { failure: { message, stack } };
  }
}

process.on('message', (question: Question) => {
  void reply(question).then((answer) => process.send?.(answer));
});
// The server has gone, however it went.
process.on('disconnect', () => process.exit());
