import { Router, type Request } from 'express';
import {
  bannerKey,
  changeBanner,
  newBanner,
  type BannerList,
  type BannerView,
} from '../../protocol/banner.ts';
import { signedIn } from '../access.ts';
import { actingOf } from '../acting.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

/** The organisation's banners (B4): every rep copies them, managers and admins make them. */
export function bannersRoutes({
  banners,
  organizationLog,
}: Pick<HttpDeps, 'banners' | 'organizationLog'>): Router {
  const router = Router();
  const organizationOf = (request: Request) => signedIn(request).organization.id;
  const keyOf = ({ params }: Request) => checked(bannerKey, params['key']);
  /** A6 */
  const note = (request: Request, subject: string) => {
    organizationLog.write({ ...actingOf(request), act: 'banner-changed', subject });
  };

  router.get('/banners', async (request, response) => {
    response.json({ banners: await banners.list(organizationOf(request)) } satisfies BannerList);
  });

  router.post('/banners', async (request, response) => {
    const made = await banners.create(organizationOf(request), checked(newBanner, request.body));
    note(request, made.name);
    response.status(201).json(made satisfies BannerView);
  });

  router.patch('/banners/:key', async (request, response) => {
    const change = checked(changeBanner, request.body);
    const changed = await banners.change(organizationOf(request), keyOf(request), change);
    note(request, changed.name);
    response.json(changed satisfies BannerView);
  });

  router.delete('/banners/:key', async (request, response) => {
    note(request, await banners.remove(organizationOf(request), keyOf(request)));
    response.status(204).end();
  });

  return router;
}
