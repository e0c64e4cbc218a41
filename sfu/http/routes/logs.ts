import { Router, type Request } from 'express';
import type { LogReader } from '../../accounts/log-book.ts';
import { logQuery, type LogList } from '../../protocol/log.ts';
import { signedIn } from '../access.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';
import { sendCsv } from '../send-csv.ts';

/** What is written down about the organisation (A6), as far as whoever asks may reach. */
export function logRoutes({ logBook }: Pick<HttpDeps, 'logBook'>): Router {
  const router = Router();

  router.get('/logs', async (request, response) => {
    const query = checked(logQuery, request.query);
    response.json((await logBook.list(readerOf(request), query)) satisfies LogList);
  });

  router.get('/logs.csv', async (request, response) => {
    const query = checked(logQuery, request.query);
    await sendCsv(response, `taimen-log-${query.kind}.csv`, logBook.csv(readerOf(request), query));
  });

  return router;
}

/** Who asks for what is kept about others, which is written down. */
export function readerOf(request: Request): LogReader {
  return { ...signedIn(request), address: request.ip ?? 'unknown' };
}
