import { newId } from '../meeting/identity.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { OrganizationRepository } from '../store/organization-repository.ts';
import { isPasswordForm } from './password-form.ts';
import { hashPassword, makeUpPassword } from './passwords.ts';

const firstOrganization = { publicId: 'demo', name: 'Demo' } as const;
const firstLogin = 'admin';

export type FirstAccount = {
  organization: string;
  login: string;
  /** Set when it was made up: to be shown to the operator now, because it can never be read again. */
  madeUpPassword: string | null;
};

/**
 * Makes the first organisation with its admin (A2) when there is no account yet. A made-up password has to be
 * changed at the first sign-in; one that the operator has chosen does not. Later starts change nothing,
 * whatever the setting says: a forgotten environment variable must not undo a change of the password.
 *
 * @param chosenPassword the setting ADMIN_PASSWORD, or null.
 * @returns null when there were accounts already, also if another process has just made them.
 * @throws an Error with a sentence for the operator when the chosen password is not allowed.
 */
export async function ensureFirstAccount(
  { organizations, accounts }: { organizations: OrganizationRepository; accounts: AccountRepository },
  chosenPassword: string | null,
  now: () => number = Date.now,
): Promise<FirstAccount | null> {
  if (await accounts.any()) return null;
  if (chosenPassword !== null && !isPasswordForm(chosenPassword)) {
    throw new Error('ADMIN_PASSWORD has to be of 12 to 128 printable characters.');
  }
  const password = chosenPassword ?? makeUpPassword();
  const createdAt = now();
  await organizations.create({ id: newId(), ...firstOrganization, createdAt });
  const organization = await organizations.findByPublicId(firstOrganization.publicId);
  if (!organization) throw new Error('The first organisation was removed while it was being made.');
  const created = await accounts.create({
    id: newId(),
    organizationId: organization.id,
    login: firstLogin,
    foldedLogin: firstLogin,
    name: firstLogin,
    role: 'admin',
    passwordHash: await hashPassword(password),
    mustChangePassword: chosenPassword === null,
    createdAt,
    lastSignInAt: null,
  });
  if (!created) return null;
  return {
    organization: firstOrganization.publicId,
    login: firstLogin,
    madeUpPassword: chosenPassword === null ? password : null,
  };
}
