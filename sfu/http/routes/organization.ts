import { Router } from 'express';
import { rulesChanges } from '../../accounts/log-changes.ts';
import { writeSubject } from '../../protocol/log-subject.ts';
import { changeOrganization, type OrganizationView } from '../../protocol/organization.ts';
import { signedIn } from '../access.ts';
import { actingOf } from '../acting.ts';
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
    const acting = actingOf(request);
    const { before, after } = await rules.change(
      acting.organizationId,
      checked(changeOrganization, request.body),
    );
    const changes = rulesChanges(before, after);
    if (changes.length > 0) {
      const subject = writeSubject('', changes);
      organizationLog.write({ ...acting, act: 'settings-changed', subject });
    }
    response.json((await rules.view(acting.organizationId)) satisfies OrganizationView);
  });

  return router;
}
