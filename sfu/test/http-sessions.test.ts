import { describe, expect, test } from 'vitest';
import { sessionIdleMs, type SessionsEnded } from '../accounts/sessions.ts';
import { newId } from '../meeting/identity.ts';
import type { SessionView } from '../protocol/organization.ts';
import { password, type Answer } from './http-server.ts';
import { codeOf, useStaff, type Person } from './http-staff.ts';

const here = useStaff();
const { person, stranger, unit } = here;

const windows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

const sessionsIn = ({ json }: Answer) => (json as { sessions: SessionView[] }).sessions;
const ownSessions = async (who: Person) => sessionsIn(await who.ask('GET', '/api/sessions'));
const whoIs = async ({ ask }: Pick<Person, 'ask'>) => (await ask('GET', '/api/session')).json;

/** The same account in another browser. */
async function alsoIn(who: Person, headers: Record<string, string> = {}): Promise<Person> {
  const body = { organization: 'demo', login: who.login, password };
  const answer = await here.server.ask('POST', '/api/session', body, headers);
  expect(answer.status).toBe(200);
  const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!;
  return {
    ...who,
    cookie,
    ask: (method, to, sent, more = {}) => here.server.ask(method, to, sent, { cookie, ...more }),
  };
}

const shareLogins = async (sharedLogin = true) => {
  const answer = await here.admin.ask('PATCH', '/api/organization', { settings: { sharedLogin } });
  expect(answer.status).toBe(200);
};

describe('one login for several people', () => {
  test('is only where the organisation wants it; switched off, nobody goes before the next sign-in', async () => {
    await shareLogins();
    const first = await person();
    const second = await alsoIn(first);
    const third = await alsoIn(first);
    for (const each of [first, second, third])
      expect(await whoIs(each)).toMatchObject({ session: { login: first.login } });
    expect(await ownSessions(first)).toHaveLength(3);
    await shareLogins(false);
    for (const each of [first, second, third])
      expect(await whoIs(each)).toMatchObject({ session: { login: first.login } });
    const last = await alsoIn(first);
    for (const each of [first, second, third])
      expect(await whoIs(each)).toEqual({ session: null, endedBecause: 'signed-in-elsewhere' });
    expect(await ownSessions(last)).toHaveLength(1);
  });

  test('of another organisation, this one’s rule says nothing', async () => {
    await shareLogins();
    const other = await stranger();
    const body = { organization: 'other', login: other.login, password };
    expect((await here.server.ask('POST', '/api/session', body)).status).toBe(200);
    expect(await whoIs(other)).toEqual({ session: null, endedBecause: 'signed-in-elsewhere' });
  });
});

test('an IPv4 address is shown as people know it, also where both kinds arrive', async () => {
  await here.server.listen({ trustProxy: 1 });
  const forwarded = { 'x-forwarded-for': '::ffff:203.0.113.7' };
  const body = { organization: 'demo', login: here.admin.login, password };
  const answer = await here.server.ask('POST', '/api/session', body, forwarded);
  const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!;
  const own = sessionsIn(await here.server.ask('GET', '/api/sessions', undefined, { cookie }));
  expect(own.map(({ address }) => address)).toEqual(['203.0.113.7']);
  await here.server.organizationLog.flush();
  const entries = await here.server.db.selectFrom('log_entries').select('address').orderBy('at').execute();
  expect(entries.at(-1)).toEqual({ address: '203.0.113.7' });
});

describe('the list of sessions', () => {
  test('says where one is signed in: browser, address and when; which is one’s own comes out', async () => {
    await shareLogins();
    const begunMs = here.server.clockMs;
    const who = await person();
    here.server.clockMs += 60_000;
    const desk = await alsoIn(who, { 'user-agent': windows });
    here.server.clockMs += 60_000;
    await alsoIn(who, { 'user-agent': phone });
    here.server.clockMs += 60_000;
    const list = await ownSessions(desk);
    const view = { address: '127.0.0.1', inMeeting: false, id: expect.stringMatching(/^[\w-]{22}$/) };
    expect(list).toEqual([
      {
        ...view,
        browser: 'Safari · iOS',
        createdAt: begunMs + 120_000,
        lastSeenAt: begunMs + 120_000,
        isOwn: false,
      },
      {
        ...view,
        browser: 'Chrome · Windows',
        createdAt: begunMs + 60_000,
        // It asks, and that is use.
        lastSeenAt: begunMs + 180_000,
        isOwn: true,
      },
      { ...view, browser: '', createdAt: begunMs, lastSeenAt: begunMs, isOwn: false },
    ]);
  });

  test('does not tell of what is over: signed out, elsewhere since, or idle', async () => {
    const who = await person();
    const now = await alsoIn(who);
    expect(await ownSessions(now)).toHaveLength(1);
    await shareLogins();
    const idle = await alsoIn(who);
    const out = await alsoIn(who);
    await out.ask('DELETE', '/api/session');
    expect(await ownSessions(now)).toHaveLength(2);
    here.server.clockMs += sessionIdleMs - 1;
    await ownSessions(now);
    here.server.clockMs += 1;
    expect((await ownSessions(now)).map(({ isOwn }) => isOwn)).toEqual([true]);
    expect(await whoIs(idle)).toEqual({ session: null, endedBecause: null });
  });

  test('signs out one of them from afar, which reads why; its sockets are told', async () => {
    await shareLogins();
    const who = await person();
    const other = await alsoIn(who);
    const ended: SessionsEnded[] = [];
    here.server.sessions.onEnded((each) => ended.push(each));
    const otherId = (await ownSessions(who)).find(({ isOwn }) => !isOwn)!.id;
    expect((await who.ask('DELETE', `/api/sessions/${otherId}`)).status).toBe(204);
    expect(ended).toEqual([{ accountId: who.id, sessionIds: [otherId], reason: 'signed-out-remotely' }]);
    expect(await whoIs(other)).toEqual({ session: null, endedBecause: 'signed-out-remotely' });
    const refused = await other.ask('GET', '/api/sessions');
    expect([refused.status, refused.json?.['details']]).toEqual([401, { reason: 'signed-out-remotely' }]);
    expect(await ownSessions(who)).toHaveLength(1);
    const again = await who.ask('DELETE', `/api/sessions/${otherId}`);
    expect([again.status, codeOf(again)]).toEqual([404, 'session-unknown']);
  });

  test('signs out the own one like signing out: nobody else’s doing', async () => {
    const who = await person();
    const [own] = await ownSessions(who);
    expect((await who.ask('DELETE', `/api/sessions/${own!.id}`)).status).toBe(204);
    expect(await whoIs(who)).toEqual({ session: null, endedBecause: null });
  });

  test('is one’s own: sessions of others are like those that never were', async () => {
    const [who, colleague] = [await person(), await person()];
    const [theirs] = await ownSessions(colleague);
    for (const sessionId of [theirs!.id, newId()]) {
      const answer = await who.ask('DELETE', `/api/sessions/${sessionId}`);
      expect([answer.status, codeOf(answer)]).toEqual([404, 'session-unknown']);
    }
    expect((await who.ask('DELETE', '/api/sessions/x')).status).toBe(400);
    expect(await ownSessions(colleague)).toHaveLength(1);
  });
});

describe('the sessions of users', () => {
  /** A manager of 営業部, a rep in a unit below it, and people whom that manager has nothing to do with. */
  async function staff() {
    const sales = await unit('営業部');
    const section = await unit('第1課', sales);
    const other = await unit('支社');
    return {
      manager: await person({ role: 'manager', unitId: sales }),
      rep: await person({ unitId: section }),
      outside: [
        await person({ unitId: other }),
        await person(),
        await person({ unitId: section, role: 'manager' }),
        await person({ unitId: sales, role: 'admin' }),
        await stranger(),
      ],
    };
  }

  test('are seen and ended by admins and by the rep’s manager', async () => {
    const { manager, rep } = await staff();
    for (const who of [manager, here.admin]) {
      const present = await alsoIn(rep, { 'user-agent': windows });
      const [session, ...none] = sessionsIn(await who.ask('GET', `/api/users/${rep.id}/sessions`));
      expect(none).toEqual([]);
      expect(session).toMatchObject({ browser: 'Chrome · Windows', isOwn: false, address: '127.0.0.1' });
      const to = `/api/users/${rep.id}/sessions/${session!.id}`;
      expect((await who.ask('DELETE', to)).status).toBe(204);
      expect(await whoIs(present)).toEqual({ session: null, endedBecause: 'signed-out-remotely' });
      expect(codeOf(await who.ask('DELETE', to))).toBe('session-unknown');
      expect(sessionsIn(await who.ask('GET', `/api/users/${rep.id}/sessions`))).toEqual([]);
    }
  });

  test('of whom a manager does not look after are like those of nobody', async () => {
    const { manager, outside } = await staff();
    const never = await manager.ask('GET', `/api/users/${newId()}/sessions`);
    expect([never.status, codeOf(never)]).toEqual([404, 'user-unknown']);
    for (const { id, cookie } of outside) {
      const { sessionId } = (await here.server.sessions.signedIn(cookie))!;
      const seen = await manager.ask('GET', `/api/users/${id}/sessions`);
      const ended = await manager.ask('DELETE', `/api/users/${id}/sessions/${sessionId}`);
      for (const answer of [seen, ended]) expect([answer.status, answer.text]).toEqual([404, never.text]);
      expect(await here.server.sessions.signedIn(cookie)).not.toBeNull();
    }
  });

  test('of another organisation, and of the removed, are unknown to admins as well', async () => {
    const { rep, outside } = await staff();
    const removed = await person();
    await here.admin.ask('POST', '/api/users/remove', { ids: [removed.id] });
    for (const { id } of [outside.at(-1)!, removed]) {
      expect(codeOf(await here.admin.ask('GET', `/api/users/${id}/sessions`))).toBe('user-unknown');
    }
    // Somebody else's session under the name of a user within reach.
    const { sessionId } = (await here.server.sessions.signedIn(outside.at(-1)!.cookie))!;
    expect(codeOf(await here.admin.ask('DELETE', `/api/users/${rep.id}/sessions/${sessionId}`))).toBe(
      'session-unknown',
    );
  });

  test('are for managers and admins, also their own; not for reps, nor for who is not signed in', async () => {
    const { manager, rep } = await staff();
    expect(sessionsIn(await manager.ask('GET', `/api/users/${manager.id}/sessions`))).toMatchObject([
      { isOwn: true },
    ]);
    const answer = await rep.ask('GET', `/api/users/${rep.id}/sessions`);
    expect([answer.status, codeOf(answer)]).toEqual([403, 'not-allowed']);
    for (const to of [`/api/users/${rep.id}/sessions`, '/api/sessions'])
      expect((await here.server.ask('GET', to)).status).toBe(401);
    const foreign = await rep.ask('DELETE', `/api/sessions/${newId()}`, undefined, {
      origin: 'https://elsewhere.example',
    });
    expect([foreign.status, codeOf(foreign)]).toEqual([403, 'origin']);
  });
});

test('whoever has been removed while their password was being checked is not let in', async () => {
  const id = await here.add();
  const signedIn = here.server.sessions.begin(id, { address: '', browser: '', isShared: false });
  await expect(signedIn).resolves.toMatchObject({ endedSessionIds: [] });
  await here.server.store.accounts.removeUsers([id], here.server.clockMs);
  const late = here.server.sessions.begin(id, { address: '', browser: '', isShared: false });
  await expect(late).rejects.toMatchObject({ code: 'sign-in-failed' });
});
