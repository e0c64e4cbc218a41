import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { access } from '../http/access.ts';
import { newId } from '../meeting/identity.ts';
import type { BannerView } from '../protocol/banner.ts';
import type { CallbackList } from '../protocol/desk.ts';
import { limits } from '../protocol/limits.ts';
import { html, HttpServer } from './http-server.ts';
import { ask, type Asking } from './kit/asking.ts';
import { bannerMaker, look, type BannerMaker } from './kit/banner.ts';
import { createAccount, openDesk, signIn } from './kit/rep.ts';
import { TestServer } from './kit/server.ts';
import { customerWithNumber } from './kit/stories.ts';
import { until } from './kit/waiting.ts';

/** The company's own site. */
const site = 'https://www.acme.example';
let server: TestServer;
/* Two companies of each story's own. */
let stories = 0;
let company: string;
let stranger: string;
let acme: BannerMaker;
let banner: BannerView;

beforeAll(async () => {
  server = await TestServer.start({ env: { TRUST_PROXY: '1' } });
});
beforeEach(async () => {
  stories += 1;
  company = `acme-${stories}`;
  stranger = `other-${stories}`;
  acme = await bannerMaker(server, company);
  banner = await acme.make();
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

/* Every story has addresses of its own, since they are counted. */
let visitors = 0;
const newAddress = () => `10.0.${(visitors += 1) >> 8}.${visitors & 255}`;
const from = (address: string) => ({ 'X-Forwarded-For': address });

const lookAt = (key = banner.key, address = newAddress()) =>
  ask(server, 'GET', `/api/banner/${key}`, { origin: site, headers: from(address) });
const leave = (body: object, key = banner.key, address = newAddress()) =>
  ask(server, 'POST', `/api/banner/${key}/callback`, { origin: site, headers: from(address), body });
const wanted = { name: '山田 太郎', phone: '03-1234-5678', wish: '明日の午後', origin: `${site}/price?id=7` };

async function signedIn(role: 'admin' | 'manager' | 'rep', organization = company): Promise<string> {
  const account = await createAccount(await server.store(), { organization, name: '佐藤 花子', role });
  return signIn(server.base, account);
}

async function openCallbacks(cookie = acme.cookie) {
  const { json } = await ask(server, 'GET', '/api/callbacks', { cookie });
  return (json as unknown as CallbackList).callbacks;
}

describe('a banner on a company’s page', () => {
  test('is told from any site how it looks and whose it is, without cookies', async () => {
    const answer = await lookAt();
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      isOn: true,
      organizationName: `会社 ${company}`,
      isAvailable: false,
      look,
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('says truthfully whether somebody can take a call now', async () => {
    const isAvailable = async () => (await lookAt()).json?.['isAvailable'];
    expect(await isAvailable()).toBe(false);
    const desk = await openDesk(server, { organization: company });
    // Signed in is not at the desk, and a colleague of another company is nobody's here.
    await (await openDesk(server, { organization: stranger })).request('desk:watch', {});
    expect(await isAvailable()).toBe(false);
    await desk.request('desk:watch', {});
    expect(await isAvailable()).toBe(true);
    await desk.request('presence:set', { presence: 'away' });
    expect(await isAvailable()).toBe(false);
    await desk.request('presence:set', { presence: 'available' });
    expect(await isAvailable()).toBe(true);
    const { customer, number } = await customerWithNumber(server, { banner: banner.key });
    await desk.request('number:connect', { number });
    await customer.nextWhisper('seat:admitted');
    expect(await isAvailable()).toBe(false);
    await desk.request('meeting:end', {});
    expect(await isAvailable()).toBe(true);
    desk.close();
    await until('nobody is available', async () => (await isAvailable()) === false);
  });

  test.each([
    ['there never was', () => newId()],
    ['cannot be', () => 'no-key'],
  ])('with a key that %s hides itself', async (_, keyOf) => {
    const answer = await lookAt(keyOf());
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ isOn: false });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('that is switched off or deleted hides itself', async () => {
    await acme.change(banner.key, { isOn: false });
    expect((await lookAt()).json).toEqual({ isOn: false });
    await acme.change(banner.key, { isOn: true });
    expect((await lookAt()).json).toMatchObject({ isOn: true });
    const { cookie } = acme;
    expect((await ask(server, 'DELETE', `/api/banners/${banner.key}`, { cookie })).status).toBe(204);
    expect((await lookAt()).json).toEqual({ isOn: false });
  });

  test('is asked for so often and no more, from one address', async () => {
    const address = newAddress();
    const statuses = new Set<number>();
    for (let times = 0; times < 300; times++) statuses.add((await lookAt(banner.key, address)).status);
    expect([...statuses]).toEqual([200]);
    const refused = await lookAt(banner.key, address);
    expect(refused.json).toMatchObject({ code: 'too-many' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    expect((await lookAt()).status).toBe(200);
  });
});

describe('nobody is there, and a visitor leaves name and time', () => {
  test('the desks are told, and read who it is and from which page', async () => {
    const desk = await openDesk(server, { organization: company });
    await desk.request('desk:watch', {});
    const other = await openDesk(server, { organization: stranger });
    await other.request('desk:watch', {});
    const before = Date.now();
    const answer = await leave(wanted);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await desk.nextWhisper('desk:callbacks')).toEqual({ open: 1 });
    const [callback, ...more] = await openCallbacks(desk.cookie);
    expect(more).toEqual([]);
    expect(callback).toEqual({
      id: expect.any(String) as string,
      name: '山田 太郎',
      phone: '03-1234-5678',
      wish: '明日の午後',
      origin: `${site}/price`,
      banner: 'トップページ',
      at: expect.any(Number) as number,
      done: null,
    });
    expect(callback!.at).toBeGreaterThanOrEqual(before);
    // Nothing of it is another company's.
    expect(await openCallbacks(other.cookie)).toEqual([]);
    expect(other.countOf('desk:callbacks')).toBe(0);
  });

  test('who has called back says so, once; colleagues see it, and can take it back', async () => {
    const desk = await openDesk(server, { organization: company, name: '鈴木 一郎' });
    await desk.request('desk:watch', {});
    await leave(wanted);
    await leave({ ...wanted, name: '田中' });
    await desk.reads('two', 'desk:callbacks', ({ open }) => open === 2);
    const { id } = (await openCallbacks()).find(({ name }) => name === '田中')!;
    const set = (done: unknown, { cookie = desk.cookie, which = id } = {}) =>
      ask(server, 'PUT', `/api/callbacks/${which}`, { cookie, body: { done } });
    expect((await set(true)).status).toBe(204);
    await desk.reads('one', 'desk:callbacks', ({ open }) => open === 1);
    const doneBy = async () => (await openCallbacks()).find((each) => each.id === id)?.done?.by ?? null;
    expect(await doneBy()).toBe('鈴木 一郎');
    // A colleague who was a moment later changes nothing.
    expect((await set(true, { cookie: await signedIn('rep') })).status).toBe(204);
    expect(await doneBy()).toBe('鈴木 一郎');
    expect((await set(false)).status).toBe(204);
    expect(await doneBy()).toBeNull();
    await desk.reads('two', 'desk:callbacks', ({ open }) => open === 2);
    const foreign = await set(true, { cookie: await signedIn('admin', stranger) });
    expect(foreign.json).toMatchObject({ code: 'callback-unknown' });
    expect(foreign.status).toBe(404);
    expect((await set(true, { which: newId() })).status).toBe(404);
    expect((await set('yes')).status).toBe(400);
    expect((await ask(server, 'GET', '/api/callbacks')).status).toBe(401);
  });

  test.each([
    ['０３－１２３４－５６７８', '03-1234-5678'],
    ['+81 (3) 1234.5678', '+81 (3) 1234.5678'],
    [' 090 1234 5678 ', '090 1234 5678'],
  ])('with the telephone number %s', async (phone, read) => {
    expect((await leave({ ...wanted, phone })).status).toBe(204);
    expect((await openCallbacks())[0]?.phone).toBe(read);
  });

  test('and what is not usable is refused, named, and no try', async () => {
    const address = newAddress();
    const bad = [
      { ...wanted, name: ' \u200b ' },
      { ...wanted, phone: 'call me' },
      { ...wanted, phone: '=1+1' },
      { ...wanted, wish: 7 },
      { name: 'x' },
      [],
    ];
    for (const body of [...bad, ...bad]) {
      const { status, json, headers } = await leave(body, banner.key, address);
      expect({ status, code: json?.['code'] }).toEqual({ status: 400, code: 'bad-request' });
      expect(headers.get('access-control-allow-origin')).toBe('*');
    }
    expect((await leave({ ...wanted, phone: '12' }, banner.key, address)).json?.['message']).toContain(
      'phone',
    );
    expect((await leave(wanted, banner.key, address)).status).toBe(204);
    expect(await openCallbacks()).toHaveLength(1);
  });

  test('but not through a banner that is off or never was', async () => {
    await acme.change(banner.key, { isOn: false });
    for (const key of [banner.key, newId(), 'no-key']) {
      const { status, json } = await leave(wanted, key);
      expect({ status, code: json?.['code'] }).toEqual({ status: 404, code: 'banner-unknown' });
    }
    expect(await openCallbacks()).toEqual([]);
  });

  test('so often and no more: from one address, and through one banner', async () => {
    const address = newAddress();
    for (let times = 0; times < 10; times++) {
      expect((await leave(wanted, banner.key, address)).status).toBe(204);
    }
    const refused = await leave(wanted, banner.key, address);
    expect(refused.json).toMatchObject({ code: 'too-many' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    for (let times = 10; times < 100; times++) expect((await leave(wanted)).status).toBe(204);
    expect((await leave(wanted)).json).toMatchObject({ code: 'too-many' });
    // Another banner of the same company is not held up.
    expect((await leave(wanted, (await acme.make()).key)).status).toBe(204);
    expect(await openCallbacks()).toHaveLength(101);
  });
});

describe('the organisation’s banners', () => {
  const listed = async (cookie: string) => (await ask(server, 'GET', '/api/banners', { cookie })).json;

  test('are there for every rep; managers and admins make, change and delete them', async () => {
    const [rep, manager] = [await signedIn('rep'), await signedIn('manager')];
    expect(await listed(rep)).toEqual({ banners: [banner] });
    const asRep: Asking = { cookie: rep, body: { name: '別の', look } };
    for (const [method, at] of [
      ['POST', ''],
      ['PATCH', `/${banner.key}`],
      ['DELETE', `/${banner.key}`],
    ] as const) {
      const { status, json } = await ask(server, method, `/api/banners${at}`, asRep);
      expect({ status, code: json?.['code'] }).toEqual({ status: 403, code: 'not-allowed' });
    }
    const made = await ask(server, 'POST', '/api/banners', { ...asRep, cookie: manager });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ name: '別の', isOn: true, meetings: 0, look });
    const at = `/api/banners/${String(made.json?.['key'])}`;
    const changed = await ask(server, 'PATCH', at, { cookie: manager, body: { isOn: false } });
    expect(changed.json).toEqual({ ...made.json, isOn: false });
    expect((await ask(server, 'PATCH', at, { cookie: manager, body: {} })).json).toEqual(changed.json);
    expect(await listed(rep)).toEqual({ banners: [banner, changed.json] });
    expect((await ask(server, 'DELETE', at, { cookie: manager })).status).toBe(204);
    expect((await ask(server, 'DELETE', at, { cookie: manager })).status).toBe(404);
    expect(await listed(rep)).toEqual({ banners: [banner] });
  });

  test('are nobody else’s: to another company there are none', async () => {
    const cookie = await signedIn('admin', stranger);
    expect(await listed(cookie)).toEqual({ banners: [] });
    for (const method of ['PATCH', 'DELETE']) {
      const answer = await ask(server, method, `/api/banners/${banner.key}`, {
        cookie,
        body: { isOn: false },
      });
      expect(answer.status).toBe(404);
      expect(answer.json).toMatchObject({ code: 'banner-unknown' });
    }
    expect((await lookAt()).json).toMatchObject({ isOn: true });
    expect((await ask(server, 'GET', '/api/banners')).status).toBe(401);
  });

  test('count the calls that have come about, and not those who gave up', async () => {
    const desk = await openDesk(server, { organization: company });
    const { customer: first } = await customerWithNumber(server, { banner: banner.key });
    await first.request('meeting:leave', {});
    const { number } = await customerWithNumber(server, { banner: banner.key });
    await desk.request('number:connect', { number });
    expect(await listed(desk.cookie)).toEqual({ banners: [{ ...banner, meetings: 1 }] });
    await desk.request('meeting:end', {});
  });

  test('are refused where something in them is wrong', async () => {
    const { cookie } = acme;
    for (const body of [
      { name: '', look },
      { name: 'x' },
      { name: 'x', look: { ...look, color: 'red; background: url(//evil)' } },
      { name: 'x', look: { ...look, shape: 'full' } },
    ]) {
      expect((await ask(server, 'POST', '/api/banners', { cookie, body })).status).toBe(400);
    }
    const body = { look: { ...look, heading: `${'あ'.repeat(200)}\u202e` } };
    const changed = await ask(server, 'PATCH', `/api/banners/${banner.key}`, { cookie, body });
    expect(changed.json).toMatchObject({ look: { heading: 'あ'.repeat(limits.bannerCharacters) } });
    expect((await ask(server, 'PATCH', '/api/banners/no-key', { cookie, body: {} })).status).toBe(400);
  });

  test('are a hundred at the most', async () => {
    const { cookie } = acme;
    for (let count = 1; count < limits.bannersPerOrganization; count++) await acme.make(`${count}`);
    const { status, json } = await ask(server, 'POST', '/api/banners', { cookie, body: { name: 'x', look } });
    expect({ status, json }).toMatchObject({ status: 409, json: { code: 'banner-count' } });
  });
});

describe('another site', () => {
  const preflight = (route: string, method: string) =>
    ask(server, 'OPTIONS', `/api${route}`, {
      origin: site,
      headers: { 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': 'content-type' },
    });
  const routes = Object.entries(access).map(([route, who]) => {
    const [method = '', at = ''] = route.split(' ');
    return { method, at: at.replaceAll(/:\w+/g, newId()), who };
  });

  test('may ask what banners ask, after the question that browsers ask before', async () => {
    const open = routes.filter(({ who }) => who === 'anywhere');
    expect(open).toHaveLength(2);
    for (const { method, at } of open) {
      const { status, headers } = await preflight(at, method);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-methods')).toBe(method);
      expect(headers.get('access-control-allow-headers')?.toLowerCase()).toBe('content-type');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  test('may do and read nothing else, whoever is signed in in that browser', async () => {
    const { cookie } = acme;
    for (const { method, at, who } of routes) {
      if (who === 'anywhere') continue;
      const allowed = (await preflight(at, method)).headers.get('access-control-allow-origin');
      const answer = await ask(server, method, `/api${at}`, { origin: site, cookie });
      expect([method, at, allowed, answer.headers.get('access-control-allow-origin')]).toEqual([
        method,
        at,
        null,
        null,
      ]);
      if (method !== 'GET') expect([method, at, answer.json?.['code']]).toEqual([method, at, 'origin']);
    }
    // Neither with another method, nor where the name is only alike.
    for (const [method, at] of [
      ['DELETE', `/banner/${banner.key}`],
      ['POST', `/banner/${banner.key}`],
      ['POST', `/banner/${banner.key}/callback/more`],
      ['POST', `/banners/${banner.key}/callback`],
    ] as const) {
      const answer = await ask(server, method, `/api${at}`, { origin: site, cookie, body: wanted });
      expect([method, at, answer.json?.['code']]).toEqual([method, at, 'origin']);
    }
    expect(await openCallbacks()).toEqual([]);
  });
});

describe('the pages behind a banner', () => {
  let pages: HttpServer;
  beforeAll(async () => {
    pages = await HttpServer.start();
    writeFileSync(path.join(pages.webDir, 'banner.js'), 'TaimenBanner = 1;');
  });
  afterAll(() => pages.stop());

  test('the start page may be framed by any site there, and nowhere else', async () => {
    const framed = await pages.ask('GET', `/s/${newId()}?from=https%3A%2F%2Fwww.acme.example%2F`);
    expect(framed.status).toBe(200);
    expect(framed.text).toBe(html('start'));
    const policy = framed.headers.get('content-security-policy')!.split(';');
    expect(policy).toContain('frame-ancestors *');
    expect(framed.headers.get('x-frame-options')).toBeNull();
    const usual = await pages.ask('GET', '/');
    const usualPolicy = usual.headers.get('content-security-policy')!.split(';');
    // But for the frame everything is as strict as elsewhere.
    expect(policy.filter((rule) => !rule.startsWith('frame-ancestors'))).toEqual(
      usualPolicy.filter((rule) => !rule.startsWith('frame-ancestors')),
    );
    for (const at of [
      '/',
      '/s',
      '/s/a/b',
      '/join',
      '/dashboard',
      '/meeting/a',
      '/i/a',
      '/api/start',
      '/healthz',
    ]) {
      const { headers } = await pages.ask('GET', at);
      const isPage = at !== '/healthz';
      expect([at, headers.get('content-security-policy')?.includes('frame-ancestors *') ?? false]).toEqual([
        at,
        false,
      ]);
      if (isPage) expect([at, headers.get('x-frame-options')]).toEqual([at, 'DENY']);
    }
  });

  test('the script can be loaded by any site, and is asked for again after a few minutes', async () => {
    const { status, headers, text } = await pages.ask('GET', '/banner.js', undefined, { origin: site });
    expect(status).toBe(200);
    expect(text).toBe('TaimenBanner = 1;');
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    const icon = await pages.ask('GET', '/icon.svg', undefined, { origin: site });
    expect(icon.headers.get('access-control-allow-origin')).toBeNull();
    expect(icon.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });
});
