import type { PublicBanner } from '../../../sfu/protocol/banner.ts';
import type { HttpFailure, StartPage } from '../../../sfu/protocol/http.ts';

/** How somebody came to the start page: by an organisation's link, by one of its banners (B4), or by itself. */
export type Way = { organization: string | null; banner: string | null };

export type Company =
  | { kind: 'none' }
  | {
      kind: 'known';
      name: string;
      /** Null: nobody knows. */
      isAvailable: boolean | null;
    }
  | { kind: 'unknown'; code: 'organization-unknown' | 'banner-unknown' };

/** Whose start page this is. What cannot be found out now does not keep anybody from starting. */
export async function companyOf({ organization, banner }: Way): Promise<Company> {
  try {
    if (banner) return await ofBanner(banner);
    if (organization) return await ofOrganization(organization);
  } catch {
    // Said again when a number is asked for.
  }
  return { kind: 'none' };
}

async function ofBanner(key: string): Promise<Company> {
  const answer = await fetch(`/api/banner/${encodeURIComponent(key)}`);
  if (!answer.ok) return { kind: 'none' };
  const banner = (await answer.json()) as PublicBanner;
  return banner.isOn
    ? { kind: 'known', name: banner.organizationName, isAvailable: banner.isAvailable }
    : { kind: 'unknown', code: 'banner-unknown' };
}

async function ofOrganization(organization: string): Promise<Company> {
  const answer = await fetch(`/api/start?organization=${encodeURIComponent(organization)}`);
  if (answer.ok) {
    const { organizationName: name } = (await answer.json()) as StartPage;
    return name ? { kind: 'known', name, isAvailable: null } : { kind: 'none' };
  }
  const { code } = (await answer.json()) as Partial<HttpFailure>;
  return code === 'organization-unknown' ? { kind: 'unknown', code } : { kind: 'none' };
}

/** As much as the server reads (sfu/protocol/desk.ts, originPage). */
const originCharactersMax = 2_000;

/**
 * The page that somebody came from, without its query: the banner tells it, else the browser may.
 *
 * @param from as the banner tells it
 * @param here our own origin, which tells nobody anything
 */
export function cameFrom(from: string | null, referrer: string, here: string): string | null {
  for (const text of [from, referrer]) {
    try {
      const { protocol, origin, pathname } = new URL(text ?? '');
      if (/^https?:$/.test(protocol) && origin !== here)
        return (origin + pathname).slice(0, originCharactersMax);
    } catch {
      // No address at all.
    }
  }
  return null;
}
