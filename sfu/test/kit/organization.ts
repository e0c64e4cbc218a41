import { hashPassword } from '../../accounts/passwords.ts';
import { sessionCookieName } from '../../accounts/session-cookie.ts';
import { Sessions } from '../../accounts/sessions.ts';
import { newId } from '../../meeting/identity.ts';
import type { AccountRole } from '../../protocol/organization.ts';
import type { Repositories } from '../../store/repositories.ts';
import { createOrganization } from './rep.ts';

export const password = 'a password of everybody 対面';

/** Of one login, so much as the tests need. */
export type Somebody = {
  id: string;
  login: string;
  role: AccountRole;
  unitId: string | null;
  name: string;
  mustChangePassword: boolean;
};

/** Accounts of an organisation of its own, made and signed in by the store: no request, and no limit, is used up. */
export class Organization {
  readonly id: string;
  readonly publicId: string;
  readonly #store: Repositories;
  readonly #passwordHash: string;

  private constructor(store: Repositories, id: string, publicId: string, passwordHash: string) {
    this.#store = store;
    this.id = id;
    this.publicId = publicId;
    this.#passwordHash = passwordHash;
  }

  static async create(store: Repositories, publicId: string): Promise<Organization> {
    const id = await createOrganization(store, publicId);
    return new Organization(store, id, publicId, await hashPassword(password));
  }

  async unit(name: string, parentId: string | null = null): Promise<string> {
    const id = newId();
    await this.#store.units.insert({ id, organizationId: this.id, parentId, name, createdAt: Date.now() });
    return id;
  }

  async account(role: AccountRole, given: Partial<Somebody> = {}): Promise<Somebody> {
    const id = newId();
    const somebody: Somebody = {
      id,
      login: id.toLowerCase(),
      role,
      unitId: null,
      name: `氏名 ${id.slice(0, 6)}`,
      mustChangePassword: false,
      ...given,
    };
    await this.#store.accounts.create({
      ...somebody,
      organizationId: this.id,
      foldedLogin: somebody.login,
      passwordHash: this.#passwordHash,
      createdAt: Date.now(),
      lastSignInAt: null,
    });
    return somebody;
  }

  /** One more session; the others go on, and the password is again what it was. */
  async signIn({ id, mustChangePassword }: Somebody): Promise<{ cookie: string; sessionId: string }> {
    await this.#store.accounts.setPassword(id, this.#passwordHash, mustChangePassword);
    const where = { address: '127.0.0.1', browser: '', isShared: true };
    const { token, sessionId } = await new Sessions(this.#store.sessions).begin(id, where);
    return { cookie: `${sessionCookieName}=${token}`, sessionId };
  }
}
