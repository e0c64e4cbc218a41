import { Router, type Request } from 'express';
import type { ChangedUnit } from '../../accounts/units.ts';
import { writeSubject } from '../../protocol/log-subject.ts';
import { changeUnit, newUnit, type UnitList, type UnitView } from '../../protocol/organization.ts';
import { id } from '../../protocol/values.ts';
import { signedIn } from '../access.ts';
import { actingOf } from '../acting.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

/** The units of the organisation (A4): managers read, admins change. */
export function unitRoutes({ units, organizationLog }: Pick<HttpDeps, 'units' | 'organizationLog'>): Router {
  const router = Router();
  const idOf = (request: Request) => checked(id, request.params['id']);
  const writeDown = (request: Request, { path, changes }: ChangedUnit) => {
    if (changes.length === 0) return;
    organizationLog.write({
      ...actingOf(request),
      act: 'unit-changed',
      subject: writeSubject(path, changes),
    });
  };

  router.get('/units', async (request, response) => {
    response.json({ units: await units.list(signedIn(request)) } satisfies UnitList);
  });

  router.post('/units', async (request, response) => {
    const created = await units.create(signedIn(request), checked(newUnit, request.body));
    writeDown(request, created);
    response.status(201).json(created.unit satisfies UnitView);
  });

  router.patch('/units/:id', async (request, response) => {
    const change = checked(changeUnit, request.body);
    const changed = await units.change(signedIn(request), idOf(request), change);
    writeDown(request, changed);
    response.json(changed.unit satisfies UnitView);
  });

  router.delete('/units/:id', async (request, response) => {
    writeDown(request, await units.remove(signedIn(request), idOf(request)));
    response.status(204).end();
  });

  return router;
}
