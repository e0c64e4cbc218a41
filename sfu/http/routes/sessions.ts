import { Router, type Request } from 'express';
import type { SignedIn } from '../../accounts/sessions.ts';
import type { SessionView } from '../../protocol/organization.ts';
import { id } from '../../protocol/values.ts';
import { signedIn } from '../access.ts';
import { actingOf } from '../acting.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';

/** Where somebody is signed in, and signing out from afar (A3). */
export function sessionListRoutes({
  userSessions,
  seats,
  organizationLog,
}: Pick<HttpDeps, 'userSessions' | 'seats' | 'organizationLog'>): Router {
  const router = Router();
  const idOf = (request: Request, name: string) => checked(id, request.params[name]);

  router.get('/sessions', async (request, response) => {
    const who = signedIn(request);
    response.json(await listOf(who, who.accountId));
  });

  router.delete('/sessions/:id', async (request, response) => {
    await end(request, signedIn(request).accountId, idOf(request, 'id'));
    response.status(204).end();
  });

  router.get('/users/:id/sessions', async (request, response) => {
    response.json(await listOf(signedIn(request), idOf(request, 'id')));
  });

  router.delete('/users/:id/sessions/:sessionId', async (request, response) => {
    await end(request, idOf(request, 'id'), idOf(request, 'sessionId'));
    response.status(204).end();
  });

  /** Written down with who did it; the own one is signed out as by its own page. */
  async function end(request: Request, accountId: string, sessionId: string): Promise<void> {
    const who = signedIn(request);
    const { name, login } = await userSessions.end(who, accountId, sessionId);
    if (sessionId === who.sessionId) return;
    const subject = `${name} (${login})`;
    organizationLog.write({ ...actingOf(request), act: 'signed-out-remotely', subject });
  }

  async function listOf(who: SignedIn, accountId: string): Promise<{ sessions: SessionView[] }> {
    const found = await userSessions.list(who, accountId);
    // A seat is the account's: where several share a login, any of them may hold it.
    const inMeeting = seats.isInMeeting(accountId);
    const sessions = found.map(({ accountId: _account, ...session }) => ({
      ...session,
      isOwn: session.id === who.sessionId,
      inMeeting,
    }));
    return { sessions };
  }

  return router;
}
