import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import { changeHistory, historyQuery, type HistoryDetail, type HistoryList } from '../../protocol/history.ts';
import { id } from '../../protocol/values.ts';
import { signedIn } from '../access.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';
import { asAttachment } from '../send-blob.ts';

/** A rep's own history (B3). The meetings of others are answered like those that never were. */
export function historyRoutes({ history }: Pick<HttpDeps, 'history'>): Router {
  const router = Router();
  const idOf = (request: Request) => checked(id, request.params['id']);
  const accountOf = (request: Request) => signedIn(request).accountId;

  router.get('/history', async (request, response) => {
    const query = checked(historyQuery, request.query);
    response.json((await history.list(accountOf(request), query)) satisfies HistoryList);
  });

  router.get('/history.csv', async (request, response) => {
    const pieces = history.csv(accountOf(request), checked(historyQuery, request.query));
    // What goes wrong before the first piece is still answered in words.
    const first = await pieces.next();
    response.set({
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': asAttachment('商談履歴.csv'),
    });
    await send(response, first, pieces);
  });

  router.get('/history/:id', async (request, response) => {
    response.json((await history.detail(accountOf(request), idOf(request))) satisfies HistoryDetail);
  });

  router.patch('/history/:id', async (request, response) => {
    const change = checked(changeHistory, request.body);
    await history.change(accountOf(request), idOf(request), change);
    response.status(204).end();
  });

  return router;
}

async function send(
  response: Response,
  first: IteratorResult<string, unknown>,
  rest: AsyncIterable<string>,
): Promise<void> {
  try {
    await pipeline(async function* () {
      if (first.done !== true) yield first.value;
      yield* rest;
    }, response);
  } catch (error) {
    // A browser that hangs up is nobody's failure. Anything else breaks the file off, which the browser sees, too.
    const hasHungUp =
      error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!hasHungUp) throw error;
  }
}
