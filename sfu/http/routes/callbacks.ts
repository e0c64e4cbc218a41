import { Router } from 'express';
import { changeCallback, type CallbackList } from '../../protocol/desk.ts';
import { id } from '../../protocol/values.ts';
import { signedIn } from '../access.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

/** Calls that nobody was there for (B4): whoever of the organisation is first returns them. */
export function callbackRoutes({ banners }: Pick<HttpDeps, 'banners'>): Router {
  const router = Router();

  router.get('/callbacks', async (request, response) => {
    const { organization } = signedIn(request);
    response.json({ callbacks: await banners.callbacks(organization.id) } satisfies CallbackList);
  });

  router.put('/callbacks/:id', async (request, response) => {
    const { organization, accountName } = signedIn(request);
    const { done } = checked(changeCallback, request.body);
    const callbackId = checked(id, request.params['id']);
    await banners.setCallbackDone(organization.id, callbackId, done ? accountName : null);
    response.status(204).end();
  });

  return router;
}
