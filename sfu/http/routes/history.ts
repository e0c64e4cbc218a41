import { Router, type Request } from 'express';
import { changeHistory, historyQuery, type HistoryDetail, type HistoryList } from '../../protocol/history.ts';
import { id } from '../../protocol/values.ts';
import { signedIn } from '../access.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';
import { sendCsv } from '../send-csv.ts';

const fileNames = { ja: '商談履歴.csv', en: 'taimen-history.csv' } as const;

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
    const query = checked(historyQuery, request.query);
    await sendCsv(response, fileNames[query.lang ?? 'ja'], history.csv(accountOf(request), query));
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
