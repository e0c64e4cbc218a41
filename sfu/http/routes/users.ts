import { Router, type Request } from 'express';
import type { LogAct } from '../../protocol/log.ts';
import { writeSubject, type LoggedChange } from '../../protocol/log-subject.ts';
import {
  changeUser,
  newUser,
  removeUsers,
  userQuery,
  type TemporaryPassword,
  type UserCreated,
  type UserList,
  type UserView,
} from '../../protocol/organization.ts';
import { id } from '../../protocol/values.ts';
import { signedIn } from '../access.ts';
import { actingOf } from '../acting.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

/** The users of the organisation (A2, A4), as far as whoever asks may reach. */
export function userRoutes({ users, organizationLog }: Pick<HttpDeps, 'users' | 'organizationLog'>): Router {
  const router = Router();
  const idOf = (request: Request) => checked(id, request.params['id']);
  const writeDown = (
    request: Request,
    act: LogAct,
    { name, login }: UserView,
    changes: readonly LoggedChange[] = [],
  ) => {
    const subject = writeSubject(`${name} (${login})`, changes);
    organizationLog.write({ ...actingOf(request), act, subject });
  };

  router.get('/users', async (request, response) => {
    const query = checked(userQuery, request.query);
    response.json((await users.list(signedIn(request), query)) satisfies UserList);
  });

  router.post('/users', async (request, response) => {
    const { user, password, changes } = await users.create(signedIn(request), checked(newUser, request.body));
    writeDown(request, 'user-created', user, changes);
    response.status(201).json({ user, password } satisfies UserCreated);
  });

  router.post('/users/remove', async (request, response) => {
    const { ids } = checked(removeUsers, request.body);
    const removed = await users.remove(signedIn(request), ids);
    for (const user of removed) writeDown(request, 'user-removed', user);
    response.status(204).end();
  });

  router.patch('/users/:id', async (request, response) => {
    const change = checked(changeUser, request.body);
    const { user, changes } = await users.change(signedIn(request), idOf(request), change);
    if (changes.length > 0) writeDown(request, 'user-changed', user, changes);
    response.json(user satisfies UserView);
  });

  router.post('/users/:id/password', async (request, response) => {
    const { user, password } = await users.resetPassword(signedIn(request), idOf(request));
    writeDown(request, 'password-reset', user);
    response.json({ login: user.login, password } satisfies TemporaryPassword);
  });

  return router;
}
