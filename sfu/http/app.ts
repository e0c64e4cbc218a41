import express, { type Express } from 'express';
import { onlyAllowed } from './access.ts';
import type { HttpDeps } from './deps.ts';
import { answerFailures, unknownRoute } from './failures.ts';
import { onlyOwnOrigin, openToAllSites } from './own-origin.ts';
import { bannerRoutes } from './routes/banner.ts';
import { bannersRoutes } from './routes/banners.ts';
import { callbackRoutes } from './routes/callbacks.ts';
import { documentRoutes } from './routes/documents.ts';
import { healthRoutes } from './routes/health.ts';
import { logRoutes } from './routes/logs.ts';
import { historyRoutes } from './routes/history.ts';
import { memoRoutes } from './routes/memos.ts';
import { organizationRoutes } from './routes/organization.ts';
import { pageRoutes } from './routes/pages.ts';
import { recordingRoutes } from './routes/recordings.ts';
import { sessionRoutes } from './routes/session.ts';
import { sessionListRoutes } from './routes/sessions.ts';
import { startRoutes } from './routes/start.ts';
import { unitRoutes } from './routes/units.ts';
import { userCsvRoutes } from './routes/users-csv.ts';
import { usageRoutes } from './routes/usage.ts';
import { userRoutes } from './routes/users.ts';
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
  app.use('/api', openToAllSites());
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
  app.use('/api', sessionListRoutes(deps));
  app.use('/api', organizationRoutes(deps));
  app.use('/api', startRoutes(deps));
  app.use('/api', bannerRoutes(deps));
  app.use('/api', bannersRoutes(deps));
  app.use('/api', callbackRoutes(deps));
  app.use('/api', unitRoutes(deps));
  app.use('/api', userCsvRoutes(deps));
  app.use('/api', userRoutes(deps));
  app.use('/api', logRoutes(deps));
  app.use('/api', usageRoutes(deps));
  app.use('/api', documentRoutes(deps));
  app.use('/api', recordingRoutes(deps));
  app.use('/api', historyRoutes(deps));
  app.use('/api', unknownRoute());
  app.use(pageRoutes(deps));
  app.use(answerFailures(log));
  return app;
}
