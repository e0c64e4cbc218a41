import { Router } from 'express';
import { changeOrganization, type OrganizationView } from '../../protocol/organization.ts';
import { signedIn } from '../access.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

/** The rules of the own organisation, for its admins (A3, A6, A7, R5, D1). */
export function organizationRoutes({
  rules,
  organizationLog,
}: Pick<HttpDeps, 'rules' | 'organizationLog'>): Router {
  const router = Router();

  router.get('/organization', async (request, response) => {
    response.json((await rules.view(signedIn(request).organization.id)) satisfies OrganizationView);
  });

  router.patch('/organization', async (request, response) => {
    const { organization, accountId, accountName: actor } = signedIn(request);
    const organizationId = organization.id;
    const change = checked(changeOrganization, request.body);
    await rules.change(organizationId, change);
    // What it was changed to can be read in the settings.
    const subject = [
      ...(change.name === undefined ? [] : ['name']),
      ...Object.keys(change.settings ?? {}),
    ].join();
    const who = { organizationId, accountId, actor, address: request.ip ?? null };
    if (subject !== '') organizationLog.write({ ...who, act: 'settings-changed', subject });
    response.json((await rules.view(organizationId)) satisfies OrganizationView);
  });

  return router;
}
