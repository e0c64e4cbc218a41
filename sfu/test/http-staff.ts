import { afterEach, beforeEach } from 'vitest';
import { foldId } from '../accounts/folding.ts';
import { hashPassword } from '../accounts/passwords.ts';
import { newId } from '../meeting/identity.ts';
import type { UnitView, UserCreated, UserList, UserView } from '../protocol/organization.ts';
import type { AccountRecord, UserFacts } from '../store/account-repository.ts';
import { HttpServer, password, type Answer } from './http-server.ts';
import { createOrganization, signIn } from './kit/rep.ts';

/** Hashing is slow by design: once is enough. */
const passwordHash = hashPassword(password);

type Given = Partial<AccountRecord & UserFacts>;

/** Somebody with an account and, once signed in, a browser. */
export type Person = {
  id: string;
  login: string;
  cookie: string;
  ask: (method: string, to: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
};

export const newcomer = { login: 'Yamada', name: '山田 太郎', role: 'rep' };

export const codeOf = ({ json }: Answer) => json?.['code'];
/** The status, and the code of a refusal. */
export const outcome = (answer: Answer) => [answer.status, codeOf(answer) ?? null];
export const madeBy = (answer: Answer) => answer.json as unknown as UserCreated;

/** For the tests of one file: a server, new for each test, its first admin, and whoever else is needed. */
export function useStaff() {
  const here = {
    server: null as unknown as HttpServer,
    organizationId: '',
    /** The first admin, signed in. */
    admin: null as unknown as Person,

    /** An account that is there, not signed in. */
    add: async (given: Given = {}): Promise<string> => {
      const id = newId();
      const login = given.login ?? id.toLowerCase();
      const created = await here.server.store.accounts.create({
        id,
        organizationId: here.organizationId,
        login,
        foldedLogin: foldId(login),
        name: '佐藤 花子',
        role: 'rep',
        passwordHash: await passwordHash,
        mustChangePassword: false,
        createdAt: here.server.clockMs,
        lastSignInAt: null,
        ...given,
      });
      if (!created) throw new Error(`The login ID ${login} is taken.`);
      return id;
    },

    /** Somebody who has signed in. */
    person: async (given: Given = {}, organization = 'demo'): Promise<Person> => {
      const login = given.login ?? newId().toLowerCase();
      const id = await here.add({ ...given, login });
      return here.signedIn(id, login, organization);
    },

    signedIn: async (id: string, login: string, organization = 'demo'): Promise<Person> => {
      const cookie = await signIn(here.server.base, { organization, login, password });
      const ask: Person['ask'] = (method, to, body, headers = {}) =>
        here.server.ask(method, to, body, { cookie, ...headers });
      return { id, login, cookie, ask };
    },

    /** The admin of another organisation. */
    stranger: async (): Promise<Person> => {
      const organizationId = await createOrganization(here.server.store, 'other');
      return here.person({ organizationId, role: 'admin' }, 'other');
    },

    /** Made by the first admin. @returns its ID */
    unit: async (name: string, parentId: string | null = null): Promise<string> => {
      const answer = await here.admin.ask('POST', '/api/units', { name, parentId });
      if (answer.status !== 201) throw new Error(`A unit is answered with ${answer.status}: ${answer.text}`);
      return (answer.json as unknown as UnitView).id;
    },

    units: async (who?: Person): Promise<UnitView[]> =>
      ((await (who ?? here.admin).ask('GET', '/api/units')).json as { units: UnitView[] }).units,

    users: async (query = '', who?: Person): Promise<UserList> =>
      (await (who ?? here.admin).ask('GET', `/api/users${query}`)).json as unknown as UserList,

    user: async (id: string): Promise<UserView | undefined> =>
      (await here.users()).users.find((each) => each.id === id),

    create: (body: object = {}, who?: Person): Promise<Answer> =>
      (who ?? here.admin).ask('POST', '/api/users', { ...newcomer, ...body }),
    change: (id: string, body: unknown, who?: Person): Promise<Answer> =>
      (who ?? here.admin).ask('PATCH', `/api/users/${id}`, body),
    remove: (ids: readonly unknown[], who?: Person): Promise<Answer> =>
      (who ?? here.admin).ask('POST', '/api/users/remove', { ids }),
    reset: (id: string, who?: Person): Promise<Answer> =>
      (who ?? here.admin).ask('POST', `/api/users/${id}/password`),
  };

  beforeEach(async () => {
    here.server = await HttpServer.start();
    const { store } = here.server;
    const admin = await store.accounts.findByLogin('demo', 'admin');
    here.organizationId = admin!.organizationId;
    here.admin = await here.signedIn(admin!.id, 'admin');
  });
  afterEach(() => here.server.stop());
  return here;
}
