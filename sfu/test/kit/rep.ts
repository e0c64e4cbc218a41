import { hashPassword } from '../../accounts/passwords.ts';
import { newId } from '../../meeting/identity.ts';
import type { AccountRole } from '../../protocol/organization.ts';
import type { Repositories } from '../../store/repositories.ts';
import type { Page } from './client.ts';
import { adminPassword } from './server.ts';
import type { TestServer } from './server.ts';

/** A server in this process, or one of its own whose store is its own too. */
export type AnyServer = Pick<TestServer, 'base' | 'openPage'> & { store?: TestServer['store'] };

export type Credentials = { organization: string; login: string; password: string };

export const admin: Credentials = { organization: 'demo', login: 'admin', password: adminPassword };

/** Signs in as the dashboard does. @returns the cookie. */
export async function signIn(base: string, credentials: Credentials = admin): Promise<string> {
  const response = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: base },
    body: JSON.stringify(credentials),
  });
  if (response.status !== 200)
    throw new Error(`Signing in answers ${response.status}: ${await response.text()}`);
  return response.headers.getSetCookie()[0]!.split(';')[0]!;
}

/* Hashing is slow by design: once is enough for all accounts that tests make. */
let passwordHash: Promise<string> | null = null;

export async function createOrganization(store: Repositories, publicId: string): Promise<string> {
  const id = newId();
  await store.organizations.create({ id, publicId, name: `会社 ${publicId}`, createdAt: Date.now() });
  return id;
}

/** An account of its own, since every sign-in to an account ends the one before. */
export async function createAccount(
  store: Repositories,
  { organization = 'demo', name, role = 'rep' }: { organization?: string; name: string; role?: AccountRole },
): Promise<Credentials> {
  const found = await store.organizations.findByPublicId(organization);
  const organizationId = found?.id ?? (await createOrganization(store, organization));
  const login = newId().toLowerCase();
  await store.accounts.create({
    id: newId(),
    organizationId,
    login,
    foldedLogin: login,
    name,
    role,
    passwordHash: await (passwordHash ??= hashPassword(adminPassword)),
    mustChangePassword: false,
    createdAt: Date.now(),
    lastSignInAt: null,
  });
  return { organization, login, password: adminPassword };
}

/** The dashboard of a rep of their own; of the admin where tests cannot make accounts. */
export async function openDesk(
  server: AnyServer,
  { organization = 'demo', name = '佐藤 花子' }: { organization?: string; name?: string } = {},
): Promise<Page & { cookie: string }> {
  const account = server.store ? await createAccount(await server.store(), { organization, name }) : admin;
  const cookie = await signIn(server.base, account);
  return Object.assign(await server.openPage({ cookie }), { cookie });
}
