import { Router, type Request } from 'express';
import { changeUnit, newUnit, type UnitList, type UnitView } from '../../protocol/organization.ts';
import { id } from '../../protocol/values.ts';
import { signedIn } from '../access.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

/** The units of the organisation (A4): managers read, admins change. */
export function unitRoutes({ units, organizationLog }: Pick<HttpDeps, 'units' | 'organizationLog'>): Router {
  const router = Router();
  const idOf = (request: Request) => checked(id, request.params['id']);
  const writeDown = (request: Request, subject: string) => {
    const { organization, accountId, accountName: actor } = signedIn(request);
    const who = { organizationId: organization.id, accountId, actor };
    organizationLog.write({ ...who, act: 'unit-changed', subject, address: request.ip ?? null });
  };

  router.get('/units', async (request, response) => {
    response.json({ units: await units.list(signedIn(request)) } satisfies UnitList);
  });

  router.post('/units', async (request, response) => {
    const unit = await units.create(signedIn(request), checked(newUnit, request.body));
    writeDown(request, unit.name);
    response.status(201).json(unit satisfies UnitView);
  });

  router.patch('/units/:id', async (request, response) => {
    const change = checked(changeUnit, request.body);
    const unit = await units.change(signedIn(request), idOf(request), change);
    writeDown(request, unit.name);
    response.json(unit satisfies UnitView);
  });

  router.delete('/units/:id', async (request, response) => {
    const name = await units.remove(signedIn(request), idOf(request));
    writeDown(request, name);
    response.status(204).end();
  });

  return router;
}
