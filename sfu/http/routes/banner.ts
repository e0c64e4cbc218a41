import { Router, type Request } from 'express';
import { bannerKey, leaveCallback, type PublicBanner } from '../../protocol/banner.ts';
import { Refusal } from '../../protocol/codes.ts';
import { addressOf } from '../acting.ts';
import { BannerGuard } from '../banner-guard.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

/** What banners on companies' sites ask for (B4): from any origin, without cookies, and only so often. */
export function bannerRoutes({ banners }: Pick<HttpDeps, 'banners'>): Router {
  const router = Router();
  const guard = new BannerGuard();
  /** Null: none that there could be. */
  const keyOf = ({ params }: Request) => bannerKey.safeParse(params['key']).data ?? null;

  router.get('/banner/:key', async (request, response) => {
    const key = keyOf(request);
    await guard.look(addressOf(request), key ?? '');
    response.json((key === null ? { isOn: false } : await banners.look(key)) satisfies PublicBanner);
  });

  router.post('/banner/:key/callback', async (request, response) => {
    const key = keyOf(request);
    if (key === null) throw new Refusal('banner-unknown', 'There is no such banner.');
    // A slip of the keyboard is no try.
    const left = checked(leaveCallback, request.body);
    await guard.callback(addressOf(request), key);
    await banners.leaveCallback(key, left);
    response.status(204).end();
  });

  return router;
}
