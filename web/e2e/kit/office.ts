import { expect } from '@playwright/test';
import type { LeaveCallback } from '../../../sfu/protocol/banner.ts';
import type { UserCreated } from '../../../sfu/protocol/organization.ts';
import { Page as LinePage } from '../../../sfu/test/kit/client.ts';
import type { Participant } from './participant.ts';

/** A rep with an account of their own. */
export type Colleague = { id: string; name: string; login: string; password: string };

/** Somebody who waits, without a browser. */
export type Caller = { number: string };

/** An admin's other hand, who looks after the others' accounts; and the telephone of the office. */
export class Office {
  readonly #origin: string;
  readonly #cookie: string;
  readonly #callers: LinePage[] = [];

  private constructor(origin: string, cookie: string) {
    this.#origin = origin;
    this.#cookie = cookie;
  }

  static async of({ context, origin }: Participant): Promise<Office> {
    const cookies = await context.cookies(origin);
    return new Office(origin, cookies.map(({ name, value }) => `${name}=${value}`).join('; '));
  }

  /** With a password that need not be changed any more. */
  async hires(name: string, login: string): Promise<Colleague> {
    const { user, password: temporary } = (await this.#asks('POST', '/api/users', {
      login,
      name,
      role: 'rep',
    })) as UserCreated;
    const signedIn = await this.#fetch('POST', '/api/session', '', {
      organization: 'demo',
      login,
      password: temporary,
    });
    const [cookie = ''] = signedIn.headers.getSetCookie();
    const password = `quiet herons of ${login}`;
    await this.#fetch('POST', '/api/session/password', cookie.split(';')[0] ?? '', {
      current: temporary,
      next: password,
    });
    return { id: user.id, name, login, password };
  }

  async endsSessionsOf({ id }: Colleague): Promise<void> {
    const { sessions } = (await this.#asks('GET', `/api/users/${id}/sessions`)) as {
      sessions: { id: string }[];
    };
    expect(sessions, 'somebody should be signed in').not.toHaveLength(0);
    for (const session of sessions) await this.#asks('DELETE', `/api/users/${id}/sessions/${session.id}`);
  }

  async resetsPasswordOf({ id }: Colleague): Promise<void> {
    await this.#asks('POST', `/api/users/${id}/password`, {});
  }

  async removes({ id }: Colleague): Promise<void> {
    await this.#asks('POST', '/api/users/remove', { ids: [id] });
  }

  /** Somebody presses the banner where nobody is there. */
  async wishesCall(key: string, wish: LeaveCallback): Promise<void> {
    await this.#fetch('POST', `/api/banner/${key}/callback`, '', wish);
  }

  /** Somebody presses the banner and waits. */
  async waits(key: string, from: string): Promise<Caller> {
    const caller = await LinePage.open(this.#origin);
    this.#callers.push(caller);
    await caller.request('number:issue', { banner: key, origin: from });
    const number = caller.view.snapshot.connectionNumber;
    if (number === null) throw new Error('Whoever waits has a number.');
    return { number };
  }

  /** Nobody waits any more. */
  async allLeave(): Promise<void> {
    for (const caller of this.#callers.splice(0)) {
      await caller.raw('meeting:leave', {});
      caller.close();
    }
  }

  async #asks(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await this.#fetch(method, path, this.#cookie, body);
    return answer.status === 204 ? null : answer.json();
  }

  async #fetch(method: string, path: string, cookie: string, body?: object): Promise<Response> {
    const answer = await fetch(this.#origin + path, {
      method,
      headers: { Cookie: cookie, Origin: this.#origin, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    expect(answer.ok, `${method} ${path} answers ${answer.status}`).toBe(true);
    return answer;
  }
}

/** At the sign-in, as it stands there. */
export async function signsIn(who: Participant, { name, login, password }: Colleague): Promise<void> {
  who.name = name;
  await who.fills('組織ID', 'demo');
  await who.fills('ログインID', login);
  await who.fills('パスワード', password);
  await who.presses('ログイン');
  await expect(who.page.getByRole('textbox', { name: '接続ナンバー' })).toBeVisible();
}
