import type { Request, RequestHandler } from 'express';
import type { Sessions, SignedIn } from '../accounts/sessions.ts';
import { Refusal } from '../protocol/codes.ts';
import { unknownRoute } from './failures.ts';

/**
 * Who may send a request.
 * - `anywhere`: everybody, also from pages of other sites, which may read the answer;
 * - `anyone`: everybody;
 * - `visitor`: somebody signed in, or with a seat in a meeting, as visitor.ts finds out;
 * - `signed-in`: somebody signed in, also while the first password still stands;
 * - `rep`, `manager`, `admin`: somebody signed in, of that role or a higher one.
 */
export type Access = 'anywhere' | 'anyone' | 'visitor' | 'signed-in' | 'rep' | 'manager' | 'admin';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Every route below `/api`, with who may send it (A2). What is not listed here does not exist. Whose things and whose
 * people may be reached is looked at behind it.
 */
export const access = {
  'POST /session': 'anyone',
  'GET /session': 'anyone',
  'DELETE /session': 'anyone',
  'POST /session/password': 'signed-in',
  'GET /start': 'anyone',

  'GET /sessions': 'rep',
  'DELETE /sessions/:id': 'rep',
  'GET /users/:id/sessions': 'manager',
  'DELETE /users/:id/sessions/:sessionId': 'manager',
  'GET /organization': 'admin',
  'PATCH /organization': 'admin',

  // What banners on companies' sites ask for (B4).
  'GET /banner/:key': 'anywhere',
  'POST /banner/:key/callback': 'anywhere',
  'GET /banners': 'rep',
  'POST /banners': 'manager',
  'PATCH /banners/:key': 'manager',
  'DELETE /banners/:key': 'manager',
  'GET /callbacks': 'rep',
  'PUT /callbacks/:id': 'rep',

  'GET /documents': 'visitor',
  'POST /documents': 'visitor',
  'PUT /documents/order': 'visitor',
  'GET /documents/:id': 'visitor',
  'PATCH /documents/:id': 'visitor',
  'DELETE /documents/:id': 'visitor',
  'PUT /documents/:id/file': 'visitor',
  'DELETE /documents/:id/file': 'visitor',
  'GET /documents/:id/pdf': 'visitor',
  'GET /documents/:id/original': 'visitor',
  'GET /documents/:id/memos': 'visitor',
  'PUT /documents/:id/memos/:page': 'visitor',
  // The ticket is a secret of its own.
  'GET /downloads/:ticket': 'anyone',

  'GET /recordings': 'rep',
  'GET /recordings/:id': 'rep',
  'GET /recordings/:id/file': 'rep',
  'DELETE /recordings/:id': 'rep',
  'POST /recordings/:id/mp4': 'rep',
  'DELETE /recordings/:id/mp4': 'rep',
  'GET /recordings/:id/mp4': 'rep',
  'PUT /account/mail': 'rep',

  'GET /history': 'rep',
  'GET /history.csv': 'rep',
  'GET /history/:id': 'rep',
  'PATCH /history/:id': 'rep',

  'GET /units': 'manager',
  'POST /units': 'admin',
  'PATCH /units/:id': 'admin',
  'DELETE /units/:id': 'admin',
  'GET /users': 'manager',
  'POST /users': 'manager',
  'POST /users/remove': 'manager',
  'POST /users/csv': 'manager',
  'GET /users.csv': 'manager',
  'PATCH /users/:id': 'manager',
  'POST /users/:id/password': 'manager',
  'GET /logs': 'manager',
  'GET /logs.csv': 'manager',
  'GET /usage': 'manager',
  'GET /usage.csv': 'manager',
} as const satisfies Record<`${Method} /${string}`, Access>;

/** From the lowest to the highest. */
const roles = ['rep', 'manager', 'admin'] as const;

const routes = Object.entries(access).map(([route, who]) => {
  const [method = '', path = ''] = route.split(' ');
  return { method, segments: path.split('/'), who };
});

/** Names before parameters: `/documents/order` is no document. @returns null where there is no such route */
export function accessTo(method: string, path: string): Access | null {
  const asked = method === 'HEAD' ? 'GET' : method;
  const found = routesAt(path).filter((route) => route.method === asked);
  const exactness = (route: (typeof routes)[number]) =>
    route.segments.filter((name) => !name.startsWith(':')).length;
  return found.toSorted((a, b) => exactness(b) - exactness(a))[0]?.who ?? null;
}

/** With which methods pages of other sites may ask for this path. */
export function methodsFromAnywhere(path: string): string[] {
  return routesAt(path)
    .filter(({ who }) => who === 'anywhere')
    .map(({ method }) => method);
}

function routesAt(path: string) {
  const segments = path.replace(/\/$/, '').split('/');
  return routes.filter(
    (route) =>
      route.segments.length === segments.length &&
      route.segments.every((name, index) => name.startsWith(':') || name === segments[index]),
  );
}

/** Of these nobody has to be signed in; the route itself finds out who a visitor is. */
const open: ReadonlySet<Access> = new Set(['anywhere', 'anyone', 'visitor']);

const known = new WeakMap<Request, SignedIn>();

/** Lets through what the table allows; whoever is signed in is known from here on. */
export function onlyAllowed(sessions: Pick<Sessions, 'require' | 'requireAnyPassword'>): RequestHandler {
  const noSuchRoute = unknownRoute();
  return async (request, response, next) => {
    const who = accessTo(request.method, request.path);
    if (who === null) {
      noSuchRoute(request, response, next);
      return;
    }
    const { cookie } = request.headers;
    if (who === 'signed-in') known.set(request, await sessions.requireAnyPassword(cookie));
    else if (!open.has(who)) {
      const signedIn = await sessions.require(cookie);
      if (roles.indexOf(signedIn.role) < roles.findIndex((role) => role === who)) {
        throw new Refusal('not-allowed', `Only for the role ${who}.`);
      }
      known.set(request, signedIn);
    }
    next();
  };
}

/** Who has sent a request that the table keeps for people who are signed in. */
export function signedIn(request: Request): SignedIn {
  const found = known.get(request);
  if (!found) throw new Error('This route is not kept for people who are signed in.');
  return found;
}
