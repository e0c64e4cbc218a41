import type { BannerLook, BannerView } from '../../protocol/banner.ts';
import { ask } from './asking.ts';
import { createAccount, signIn } from './rep.ts';
import type { TestServer } from './server.ts';

export const look: BannerLook = {
  shape: 'card',
  color: '#0a7d55',
  language: 'ja',
  heading: 'すぐに話せます',
  text: '',
  button: '商談を始める',
};

/** Somebody who may change an organisation's banners, and does. */
export type BannerMaker = {
  cookie: string;
  make: (name?: string) => Promise<BannerView>;
  change: (key: string, change: object) => Promise<void>;
};

export async function bannerMaker(server: TestServer, organization = 'demo'): Promise<BannerMaker> {
  const account = await createAccount(await server.store(), { organization, name: '管理者', role: 'admin' });
  const cookie = await signIn(server.base, account);
  const asked = async (method: string, path: string, body: object) => {
    const { status, json } = await ask(server, method, path, { cookie, body });
    if (status >= 300) throw new Error(`${method} ${path} answers ${status}: ${JSON.stringify(json)}`);
    return json;
  };
  return {
    cookie,
    make: async (name = 'トップページ') =>
      (await asked('POST', '/api/banners', { name, look })) as unknown as BannerView,
    change: async (key, change) => {
      await asked('PATCH', `/api/banners/${key}`, change);
    },
  };
}
