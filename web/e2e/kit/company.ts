import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import type { BannerLook, BannerView, ChangeBanner } from '../../../sfu/protocol/banner.ts';
import type { CallbackList } from '../../../sfu/protocol/desk.ts';
import { Page as DeskPage } from '../../../sfu/test/kit/client.ts';
import type { Participant } from './participant.ts';

/* A company that has the start banner on its site, and the rep who looks after it (B4). */

/* Plain JavaScript, which this part of the project has no types of. */
const { companySite, securityPolicy } = (await import(
  new URL('../../../samples/company-page/serve.mjs', import.meta.url).href
)) as {
  companySite: (banner: { taimen: string; key: string }) => HttpServer;
  securityPolicy: (taimen: string) => string;
};

export const usualLook: BannerLook = {
  shape: 'card',
  color: '#2f6b45',
  language: 'ja',
  heading: '',
  text: '',
  button: '',
};

/** A site on another port and under another name than Taimen's: for browsers, another site altogether. */
export class Site {
  readonly #server: HttpServer;

  private constructor(server: HttpServer) {
    this.#server = server;
  }

  /** The sample company's. */
  static async ofCompany(taimen: string, key: string): Promise<Site> {
    return Site.#open(companySite({ taimen, key }));
  }

  /** Pages by their paths, under the same strict policy as the company's; styles are files of their own. */
  static async of(
    taimen: string,
    files: Readonly<Record<string, string>>,
    policy = securityPolicy(taimen),
  ): Promise<Site> {
    return Site.#open(
      createServer((request, response) => {
        const { pathname } = new URL(request.url ?? '/', 'http://site');
        const file = files[pathname];
        response
          .writeHead(file === undefined ? 404 : 200, {
            'Content-Type': `text/${pathname.endsWith('.css') ? 'css' : 'html'}; charset=utf-8`,
            'Content-Security-Policy': policy,
          })
          .end(file);
      }),
    );
  }

  static async #open(server: HttpServer): Promise<Site> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Site(server);
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A signed-in rep's other hand: what the dashboard does for them. */
export class BannerKeeper {
  readonly #origin: string;
  readonly #cookie: string;
  readonly #desks: DeskPage[] = [];

  private constructor(origin: string, cookie: string) {
    this.#origin = origin;
    this.#cookie = cookie;
  }

  static async of(rep: Participant): Promise<BannerKeeper> {
    const cookies = await rep.context.cookies(rep.origin);
    return new BannerKeeper(rep.origin, cookies.map(({ name, value }) => `${name}=${value}`).join('; '));
  }

  async makes(name: string, look: Partial<BannerLook> = {}): Promise<BannerView> {
    return (await this.#asks('POST', '/api/banners', {
      name,
      look: { ...usualLook, ...look },
    })) as BannerView;
  }

  async changes(key: string, change: ChangeBanner): Promise<void> {
    await this.#asks('PATCH', `/api/banners/${key}`, change);
  }

  async callbacks(): Promise<CallbackList['callbacks']> {
    return ((await this.#asks('GET', '/api/callbacks')) as CallbackList).callbacks;
  }

  /** From now on somebody is available, until the desks are closed. */
  async opensDesk(): Promise<DeskPage> {
    const desk = await DeskPage.open(this.#origin, { cookie: this.#cookie });
    this.#desks.push(desk);
    await desk.request('desk:watch', {});
    await desk.request('presence:set', { presence: 'available' });
    return desk;
  }

  closesDesks(): void {
    for (const desk of this.#desks.splice(0)) desk.close();
  }

  async #asks(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(this.#origin + path, {
      method,
      headers: { Cookie: this.#cookie, Origin: this.#origin, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    expect(answer.ok, `${method} ${path} answers ${answer.status}`).toBe(true);
    return answer.status === 204 ? null : answer.json();
  }
}
