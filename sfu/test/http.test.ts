import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureFirstAccount } from '../accounts/first-account.ts';
import { sessionIdleMs, sessionLifetimeMs, type SessionsEnded } from '../accounts/sessions.ts';
import { HttpServer, password, type Answer } from './http-server.ts';

const nextPassword = 'another password 対面';
let server: HttpServer;

beforeEach(async () => {
  server = await HttpServer.start();
});
afterEach(() => server.stop());

const credentials = (changes = {}) => ({ organization: 'demo', login: 'admin', password, ...changes });
const cookieOf = ({ headers }: Answer) => headers.getSetCookie()[0]!.split(';')[0]!;
const signInNow = async () => ({ cookie: cookieOf(await server.ask('POST', '/api/session', credentials())) });

describe('signing in', () => {
  test('gives a session, in a cookie that scripts and other sites cannot use', async () => {
    const answer = await server.ask(
      'POST',
      '/api/session',
      credentials({ organization: 'ＤＥＭＯ', login: 'Admin ' }),
    );
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      accountId: expect.any(String),
      accountName: 'admin',
      login: 'admin',
      role: 'admin',
      organization: { id: 'demo', name: 'Demo' },
      mustChangePassword: false,
    });
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^taimen_session=[\w-]{43}; Max-Age=2592000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const again = await server.ask('GET', '/api/session', undefined, { cookie: cookieOf(answer) });
    expect(again.json).toEqual({ session: answer.json, endedBecause: null });
  });

  test('stores no token', async () => {
    const { cookie } = await signInNow();
    const rows = JSON.stringify(await server.db.selectFrom('sessions').selectAll().execute());
    expect(rows).not.toContain(cookie.split('=')[1]);
  });

  test('with something wrong fails in the same words', async () => {
    const answers = await Promise.all([
      server.ask('POST', '/api/session', credentials({ password: 'wrong' })),
      server.ask('POST', '/api/session', credentials({ login: 'nobody' })),
      server.ask('POST', '/api/session', credentials({ organization: 'no\u0000where' })),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.json).toEqual({ code: 'sign-in-failed', message: answers[0].json?.['message'] });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  test('is blocked after ten failures, with the time to wait', async () => {
    for (let i = 0; i < 10; i++) await server.ask('POST', '/api/session', credentials({ password: 'wrong' }));
    const blocked = await server.ask('POST', '/api/session', credentials());
    expect(blocked.status).toBe(429);
    expect(blocked.json).toMatchObject({ code: 'sign-in-blocked', details: { seconds: 900 } });
    expect(blocked.headers.get('retry-after')).toBe('900');
    server.clockMs += 900_000;
    expect((await server.ask('POST', '/api/session', credentials())).status).toBe(200);
  });

  test('elsewhere ends the session here, which reads why; sockets are told', async () => {
    const ended: SessionsEnded[] = [];
    server.sessions.onEnded((each) => ended.push(each));
    const first = await signInNow();
    const firstId = (await server.sessions.signedIn(first.cookie))!.sessionId;
    const second = await signInNow();
    const answer = await server.ask('GET', '/api/session', undefined, first);
    expect(answer.json).toEqual({ session: null, endedBecause: 'signed-in-elsewhere' });
    const still = await server.ask('GET', '/api/session', undefined, second);
    expect(still.json).toMatchObject({ session: { login: 'admin' }, endedBecause: null });
    expect(ended).toMatchObject([{ sessionIds: [firstId], reason: 'signed-in-elsewhere' }]);
  });

  test('again in the same browser is not "elsewhere"', async () => {
    const reasons: string[] = [];
    server.sessions.onEnded(({ reason }) => reasons.push(reason));
    await server.ask('POST', '/api/session', credentials(), await signInNow());
    expect(reasons).toEqual(['signed-out']);
  });

  test('lasts while it is used, twelve hours without use, and thirty days at the most', async () => {
    const headers = await signInNow();
    const beginMs = server.clockMs;
    const isSignedIn = async () => {
      const { json } = await server.ask('GET', '/api/session', undefined, headers);
      return json?.['session'] !== null;
    };
    for (; server.clockMs < beginMs + sessionLifetimeMs; server.clockMs += sessionIdleMs - 1)
      expect(await isSignedIn()).toBe(true);
    expect(await isSignedIn()).toBe(false);
    const idle = await signInNow();
    server.clockMs += sessionIdleMs;
    expect((await server.ask('GET', '/api/session', undefined, idle)).json).toEqual({
      session: null,
      endedBecause: null,
    });
  });

  test('out ends it and takes the cookie back, any number of times', async () => {
    const headers = await signInNow();
    for (let times = 0; times < 2; times++) {
      const answer = await server.ask('DELETE', '/api/session', undefined, headers);
      expect(answer.status).toBe(204);
      expect(answer.headers.getSetCookie()[0]).toMatch(/^taimen_session=; Path=\/; Expires=Thu, 01 Jan 1970/);
    }
    const { json } = await server.ask('GET', '/api/session', undefined, headers);
    expect(json).toEqual({ session: null, endedBecause: null });
  });

  test('over HTTPS, behind a proxy or under a public name, marks the cookie Secure', async () => {
    await server.listen({ trustProxy: 1 });
    const forwarded = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'a.example',
      origin: 'https://a.example',
    };
    expect(
      (await server.ask('POST', '/api/session', credentials(), forwarded)).headers.getSetCookie()[0],
    ).toMatch(/; Secure/);
    await server.listen({ publicOrigin: 'https://a.example' });
    const named = await server.ask('POST', '/api/session', credentials(), { origin: 'https://a.example' });
    expect(named.headers.getSetCookie()[0]).toMatch(/; Secure/);
  });
});

describe('the password', () => {
  const change = (current: string, next: string, headers: Record<string, string>) =>
    server.ask('POST', '/api/session/password', { current, next }, headers);

  test('that was made up at the first start has to be changed, before anything else', async () => {
    await server.db.deleteFrom('accounts').execute();
    const first = await ensureFirstAccount(server.store, null);
    expect(first).toMatchObject({ organization: 'demo', login: 'admin' });
    const madeUp = first!.madeUpPassword!;
    const answer = await server.ask('POST', '/api/session', credentials({ password: madeUp }));
    expect(answer.json?.['mustChangePassword']).toBe(true);
    const headers = { cookie: cookieOf(answer) };
    await expect(server.sessions.require(headers.cookie)).rejects.toMatchObject({
      code: 'password-change-required',
    });
    const changed = await change(madeUp, nextPassword, headers);
    expect(changed.status).toBe(200);
    expect(changed.json?.['mustChangePassword']).toBe(false);
    expect(await server.sessions.require(headers.cookie)).toMatchObject({
      login: 'admin',
      organization: { publicId: 'demo' },
    });
    expect((await server.ask('POST', '/api/session', credentials({ password: madeUp }))).status).toBe(401);
    expect((await server.ask('POST', '/api/session', credentials({ password: nextPassword }))).status).toBe(
      200,
    );
  });

  test('of the first account is not touched by a later start', async () => {
    expect(await ensureFirstAccount(server.store, 'something else entirely')).toBeNull();
    expect((await server.ask('POST', '/api/session', credentials())).status).toBe(200);
  });

  test('is not changed without the current one, to a bad one or to itself', async () => {
    const headers = await signInNow();
    expect((await change('wrong', nextPassword, headers)).json?.['code']).toBe('sign-in-failed');
    expect((await change(password, 'short', headers)).json).toMatchObject({
      code: 'password-form',
      details: { min: 12, max: 128 },
    });
    expect((await change(password, password, headers)).json?.['code']).toBe('password-same');
    expect((await change(password, nextPassword, {})).json?.['code']).toBe('sign-in-required');
    for (let i = 0; i < 10; i++) await change('wrong', nextPassword, headers);
    expect((await change(password, nextPassword, headers)).json?.['code']).toBe('sign-in-blocked');
  });
});

describe('what comes from outside', () => {
  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['no page', { origin: '' }],
    ['a frame without origin', { origin: 'null' }],
  ])('is refused when it changes something and comes from %s', async (_, headers) => {
    const answer = await server.ask('POST', '/api/session', credentials(), headers);
    expect(answer.status).toBe(403);
    expect(answer.json?.['code']).toBe('origin');
  });

  test('is believed when the browser vouches for it', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' };
    expect((await server.ask('POST', '/api/session', credentials(), headers)).status).toBe(200);
  });

  test.each([
    ['malformed JSON', '{"organization":'],
    ['no object', '"text"'],
    ['nothing', ''],
    ['fields of the wrong kind', '{"organization":1,"login":{},"password":[]}'],
  ])('and is %s answers 400', async (_, body) => {
    const answer = await server.ask('POST', '/api/session', body);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ code: 'bad-request', message: expect.any(String) });
  });

  test('and is too large answers 413', async () => {
    const answer = await server.ask('POST', '/api/session', credentials({ password: 'x'.repeat(70_000) }));
    expect(answer.status).toBe(413);
    expect(answer.json?.['code']).toBe('too-large');
  });

  test('and no route knows answers 404', async () => {
    for (const [method, to] of [
      ['GET', '/api/nothing'],
      ['POST', '/api/session/x'],
      ['GET', '/api'],
    ] as const) {
      const answer = await server.ask(method, to, method === 'POST' ? {} : undefined);
      expect(answer.status).toBe(404);
      expect(answer.json?.['code']).toBe('bad-request');
    }
  });

  test('and meets a defect answers 500 without details, and is logged without secrets', async () => {
    await server.db.destroy();
    const answer = await server.ask('POST', '/api/session', credentials());
    expect(answer.status).toBe(500);
    expect(answer.json).toEqual({ code: 'internal', message: 'Something went wrong on the server.' });
    expect(server.logged).toHaveLength(1);
    expect(server.logged[0]).toContain('a request failed');
    expect(server.logged[0]).not.toContain(password);
  });
});

test('the start page is told the name of an organisation, or that there is none', async () => {
  expect((await server.ask('GET', '/api/start')).json).toEqual({ organizationName: null });
  expect((await server.ask('GET', '/api/start?organization=%EF%BC%A4emo')).json).toEqual({
    organizationName: 'Demo',
  });
  for (const query of [
    'organization=nowhere',
    'organization=',
    'organization=a&organization=b',
    'organization=%00',
  ]) {
    const answer = await server.ask('GET', `/api/start?${query}`);
    expect(answer.status).toBe(404);
    expect(answer.json?.['code']).toBe('organization-unknown');
  }
});

test('health is told when meetings can start, and not before', async () => {
  server.ready = false;
  expect(await server.ask('GET', '/healthz')).toMatchObject({ status: 503, json: { status: 'starting' } });
  server.ready = true;
  expect(await server.ask('GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
});
