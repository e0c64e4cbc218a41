import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { asAttachment } from './send-blob.ts';

/**
 * Answers with a file in CSV, which comes piece by piece. What goes wrong before the first piece is answered in words;
 * what goes wrong later breaks the file off, which the browser sees.
 */
export async function sendCsv(
  response: Response,
  fileName: string,
  pieces: AsyncGenerator<string>,
): Promise<void> {
  const first = await pieces.next();
  response.set({
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': asAttachment(fileName),
  });
  try {
    await pipeline(startingWith(first, pieces), response);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    // A browser that hangs up is nobody's failure.
    if (code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function* startingWith(
  first: IteratorResult<string>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}
