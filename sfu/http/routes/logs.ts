import { Router, type Request } from 'express';
import type { LogReader } from '../../accounts/log-book.ts';
import { logQuery, type LogList } from '../../protocol/log.ts';
import { signedIn } from '../access.ts';
import { addressOf, whenGone } from '../acting.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';
import { sendCsv } from '../send-csv.ts';

/** What is written down about the organisation (A6), as far as whoever asks may reach. */
export function logRoutes({ logBook }: Pick<HttpDeps, 'logBook'>): Router {
  const router = Router();

  router.get('/logs', async (request, response) => {
    const query = checked(logQuery, request.query);
    const gone = whenGone(response);
    await untilGone(gone, async () => {
      response.json((await logBook.list(readerOf(request), query, gone)) satisfies LogList);
    });
  });

  router.get('/logs.csv', async (request, response) => {
    const query = checked(logQuery, request.query);
    const gone = whenGone(response);
    const pieces = logBook.csv(readerOf(request), query, gone);
    await untilGone(gone, () => sendCsv(response, `taimen-log-${query.kind}.csv`, pieces));
  });

  return router;
}

/** A browser that has hung up is nobody's failure. */
async function untilGone(gone: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!gone.aborted || error !== gone.reason) throw error;
  }
}

/** Who asks for what is kept about others, which is written down. */
export function readerOf(request: Request): LogReader {
  return { ...signedIn(request), address: addressOf(request) };
}
