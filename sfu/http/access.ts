import type { Request, RequestHandler } from 'express';
import type { Sessions, SignedIn } from '../accounts/sessions.ts';
import { Refusal } from '../protocol/codes.ts';
import { unknownRoute } from './failures.ts';

/**
 * Who may send a request.
 * - `anyone`: everybody;
 * - `visitor`: somebody signed in, or with a seat in a meeting, as visitor.ts finds out;
 * - `signed-in`: somebody signed in, also while the first password still stands;
 * - `rep`, `manager`, `admin`: somebody signed in, of that role or a higher one.
 */
export type Access = 'anyone' | 'visitor' | 'signed-in' | 'rep' | 'manager' | 'admin';

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
  'GET /recordings/:id/file': 'rep',
  'DELETE /recordings/:id': 'rep',
  'POST /recordings/:id/mp4': 'rep',
  'DELETE /recordings/:id/mp4': 'rep',
  'GET /recordings/:id/mp4': 'rep',
  'PUT /account/mail': 'rep',
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
  const segments = path.replace(/\/$/, '').split('/');
  const found = routes.filter(
    (route) =>
      route.method === asked &&
      route.segments.length === segments.length &&
      route.segments.every((name, index) => name.startsWith(':') || name === segments[index]),
  );
  const exactness = (route: (typeof routes)[number]) =>
    route.segments.filter((name) => !name.startsWith(':')).length;
  return found.toSorted((a, b) => exactness(b) - exactness(a))[0]?.who ?? null;
}

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
    else if (who !== 'anyone' && who !== 'visitor') {
      const signedIn = await sessions.require(cookie);
      if (roles.indexOf(signedIn.role) < roles.indexOf(who)) {
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
