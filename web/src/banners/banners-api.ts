import type { BannerList, BannerView, ChangeBanner, NewBanner } from '../../../sfu/protocol/banner.ts';
import { ask, bodyOf, failureIn, type Outcome } from '../documents/http.ts';
import type { Failure } from '../session/api.ts';

/** The organisation's banners, over HTTP. Every function answers; none throws. */

export async function listBanners(): Promise<Outcome<BannerView[]>> {
  const outcome = await bodyOf<BannerList>(ask('GET', '/api/banners'));
  return outcome.ok ? { ok: true, value: outcome.value.banners } : outcome;
}

export const makeBanner = (body: NewBanner): Promise<Outcome<BannerView>> =>
  bodyOf(ask('POST', '/api/banners', { body }));

export const changeBanner = (key: string, body: ChangeBanner): Promise<Outcome<BannerView>> =>
  bodyOf(ask('PATCH', `/api/banners/${key}`, { body }));

export const removeBanner = (key: string): Promise<Failure | null> =>
  failureIn(ask('DELETE', `/api/banners/${key}`));
