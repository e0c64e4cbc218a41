import { Router } from 'express';
import type { HttpDeps } from '../deps.ts';

/** `GET /healthz`: 200 once meetings can start, for load balancers and scripts. */
export function healthRoutes({ ready }: Pick<HttpDeps, 'ready'>): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    const isReady = ready();
    response
      .set('Cache-Control', 'no-store')
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? 'ok' : 'starting' });
  });
  return router;
}
