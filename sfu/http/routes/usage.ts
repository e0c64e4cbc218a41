import { Router } from 'express';
import { usageQuery, type UsageList } from '../../protocol/log.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';
import { sendCsv } from '../send-csv.ts';
import { readerOf } from './logs.ts';

/** Who uses how much (A5), as far as whoever asks may reach. */
export function usageRoutes({ usage }: Pick<HttpDeps, 'usage'>): Router {
  const router = Router();

  router.get('/usage', async (request, response) => {
    const query = checked(usageQuery, request.query);
    response.json((await usage.list(readerOf(request), query)) satisfies UsageList);
  });

  router.get('/usage.csv', async (request, response) => {
    const query = checked(usageQuery, request.query);
    await sendCsv(response, 'taimen-usage.csv', usage.csv(readerOf(request), query));
  });

  return router;
}
