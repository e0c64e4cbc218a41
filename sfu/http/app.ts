import express, { type Express } from 'express';
import { onlyAllowed } from './access.ts';
import type { HttpDeps } from './deps.ts';
import { answerFailures, unknownRoute } from './failures.ts';
import { onlyOwnOrigin } from './own-origin.ts';
import { documentRoutes } from './routes/documents.ts';
import { healthRoutes } from './routes/health.ts';
import { memoRoutes } from './routes/memos.ts';
import { pageRoutes } from './routes/pages.ts';
import { recordingRoutes } from './routes/recordings.ts';
import { sessionRoutes } from './routes/session.ts';
import { startRoutes } from './routes/start.ts';
import { securityHeaders } from './security-headers.ts';

const bodyMax = '64kb';

/** The HTTP interface as one request handler, to be given to Node's `http.createServer`. */
export function createApp(deps: HttpDeps): Express {
  const { config, log } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  // `?a[b]=c` is no way to hand objects to anything here.
  app.set('query parser', 'simple');

  app.use(healthRoutes(deps));
  app.use(securityHeaders());
  // Before the body is read: nobody else's page gets any work done.
  app.use(onlyOwnOrigin(config));
  app.use('/api', (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.use('/api', onlyAllowed(deps.sessions));
  // Memos alone may be longer than what follows allows.
  app.use('/api', memoRoutes(deps));
  // Nothing of 64 kB needs compressing, and what does not unfold cannot unfold into gigabytes.
  app.use('/api', express.json({ limit: bodyMax, inflate: false }));
  app.use('/api', sessionRoutes(deps));
  app.use('/api', startRoutes(deps));
  app.use('/api', documentRoutes(deps));
  app.use('/api', recordingRoutes(deps));
  app.use('/api', unknownRoute());
  app.use(pageRoutes(deps));
  app.use(answerFailures(log));
  return app;
}
