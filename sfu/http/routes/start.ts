import { Router } from 'express';
import { Refusal } from '../../protocol/codes.ts';
import type { StartPage } from '../../protocol/http.ts';
import { organizationId } from '../../protocol/values.ts';
import type { HttpDeps } from '../deps.ts';

/** `GET /api/start?organization=ID`: whom a customer is about to talk to. A banner's page asks as the banner does. */
export function startRoutes({ organizations }: Pick<HttpDeps, 'organizations'>): Router {
  const router = Router();
  router.get('/start', async (request, response) => {
    const { organization } = request.query;
    let page: StartPage = { organizationName: null };
    if (organization !== undefined) {
      const publicId = organizationId.safeParse(organization);
      const found = publicId.success ? await organizations.findByPublicId(publicId.data) : null;
      if (!found) throw new Refusal('organization-unknown', 'There is no such organisation.');
      page = { organizationName: found.name };
    }
    response.json(page);
  });
  return router;
}
