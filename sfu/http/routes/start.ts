import { Router } from 'express';
import { bannerKey, type BannerStart } from '../../protocol/banner.ts';
import { Refusal } from '../../protocol/codes.ts';
import type { StartPage } from '../../protocol/http.ts';
import { organizationId } from '../../protocol/values.ts';
import type { HttpDeps } from '../deps.ts';

/** `GET /api/start?organization=ID`, or `?banner=KEY`: whom a customer is about to talk to. */
export function startRoutes({ organizations, banners }: Pick<HttpDeps, 'organizations' | 'banners'>): Router {
  const router = Router();
  router.get('/start', async (request, response) => {
    const { organization, banner } = request.query;
    if (banner !== undefined) {
      const key = bannerKey.safeParse(banner).data;
      const none: BannerStart = { organizationName: null, isOn: false };
      response.json(key === undefined ? none : await banners.start(key));
      return;
    }
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
