import type { HttpFailure, StartPage } from '../../../sfu/protocol/http.ts';

export type Company = { kind: 'none' } | { kind: 'known'; name: string } | { kind: 'unknown' };

/** Whose start page this is. What cannot be found out now does not keep anybody from starting. */
export async function companyOf(organization: string | null): Promise<Company> {
  if (!organization) return { kind: 'none' };
  try {
    const answer = await fetch(`/api/start?organization=${encodeURIComponent(organization)}`);
    if (answer.ok) {
      const { organizationName } = (await answer.json()) as StartPage;
      return organizationName ? { kind: 'known', name: organizationName } : { kind: 'none' };
    }
    const failure = (await answer.json()) as Partial<HttpFailure>;
    return { kind: failure.code === 'organization-unknown' ? 'unknown' : 'none' };
  } catch {
    return { kind: 'none' };
  }
}
