import type { Page } from '../kit/client.ts';
import { seatHeaders } from '../kit/documents.ts';
import { TestServer } from '../kit/server.ts';
import { comeByLink } from '../kit/stories.ts';
import { httpRequests, type HttpRequest } from './http-requests.ts';
import type { Caller } from './http-table.ts';
import { Things } from './http-things.ts';
import { Organization, type Somebody } from '../kit/organization.ts';
import { rightOf } from './table.ts';

type Account = Exclude<Caller, 'nobody' | 'guest'>;

export type Answered = { status: number; text: string; json: Record<string, unknown> | null };

/** The status, and the code of a refusal. */
export function outcomeOf({ status, json }: Answered): string {
  return status < 400 ? String(status) : `${status} ${String(json?.['code'])}`;
}

/** A whole server with an organisation, another one, a meeting that runs, and everybody of the table. */
export class HttpWorld {
  readonly server: TestServer;
  readonly organization: Organization;
  readonly things: Things;
  readonly accounts: Readonly<Record<Account, Somebody>>;
  readonly #strangers: Organization;
  readonly #guest: Page;
  #addresses = 0;

  private constructor(
    server: TestServer,
    [organization, strangers]: [Organization, Organization],
    accounts: Record<Account, Somebody>,
    guest: Page,
    things: Things,
  ) {
    this.server = server;
    this.organization = organization;
    this.#strangers = strangers;
    this.accounts = accounts;
    this.#guest = guest;
    this.things = things;
  }

  static async start(): Promise<HttpWorld> {
    // Every request comes from an address of its own: whoever may not is refused for that, not for asking often.
    const server = await TestServer.start({ env: { TRUST_PROXY: '1' } });
    const store = await server.store();
    const organization = await Organization.create(store, 'acme');
    const strangers = await Organization.create(store, 'other');
    const unitId = await organization.unit('営業一課');
    const otherUnit = await organization.unit('営業二課');
    const accounts = {
      stranger: await strangers.account('admin'),
      newcomer: await organization.account('admin', { mustChangePassword: true }),
      owner: await organization.account('rep', { unitId, name: '持主 花子' }),
      colleague: await organization.account('rep', { unitId }),
      manager: await organization.account('manager', { unitId }),
      outsider: await organization.account('manager', { unitId: otherUnit }),
      admin: await organization.account('admin'),
    };
    const { owner } = accounts;
    const host = await server.openPage({ cookie: (await organization.signIn(owner)).cookie });
    await host.request('room:open', {});
    const guest = await comeByLink(server, host, '山田');
    const things = new Things({ server, store, organization, owner, unitId, host, guest });
    return new HttpWorld(server, [organization, strangers], accounts, guest, things);
  }

  /** As somebody would send the request of this row; what it has changed is made anew for the next one. */
  async ask(row: string, caller: Caller): Promise<Answered> {
    const asked = await httpRequests[row]!(this.things);
    const method = methodOf(row);
    const answered = await this.send(method, asked, await this.headersOf(caller));
    if (method !== 'GET' && answered.status < 400) this.things.spoilt();
    return answered;
  }

  async send(
    method: string,
    { path, body, type = 'application/json' }: HttpRequest,
    headers: Record<string, string>,
  ): Promise<Answered> {
    const { base } = this.server;
    const content = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const response = await fetch(`${base}/api${path}`, {
      method,
      headers: {
        Origin: base,
        'X-Forwarded-For': `10.0.${this.#addresses >> 8}.${this.#addresses++ & 255}`,
        ...(body === undefined ? {} : { 'Content-Type': type }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof content === 'string' ? content : new Uint8Array(content) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : null;
    return { status: response.status, text, json };
  }

  /** By which the server knows who asks; signed in anew, whatever became of the last time. */
  async headersOf(caller: Caller): Promise<Record<string, string>> {
    if (caller === 'nobody') return {};
    if (caller === 'guest') return seatHeaders(this.#guest);
    const organization = caller === 'stranger' ? this.#strangers : this.organization;
    const { cookie } = await organization.signIn(this.accounts[caller]);
    return { Cookie: cookie };
  }
}

/** `GET` of `GET /users?unit`. */
export const methodOf = (row: string) => rightOf(row).split(' ')[0]!;
