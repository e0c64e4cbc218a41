import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sessionIdleMs } from '../accounts/sessions.ts';
import { hashSecret } from '../meeting/identity.ts';
import type { BannerView } from '../protocol/banner.ts';
import type { DeskView, WaitingCaller } from '../protocol/desk.ts';
import type { SessionView, UserList } from '../protocol/organization.ts';
import { ask } from './kit/asking.ts';
import { bannerMaker, type BannerMaker } from './kit/banner.ts';
import { codeOf, type Page } from './kit/client.ts';
import { createAccount, openDesk, signIn } from './kit/rep.ts';
import { TestServer } from './kit/server.ts';
import { customerWithNumber, room, say } from './kit/stories.ts';

const graceMs = 1_500;
let server: TestServer;
/* Two companies of each story's own: who still waits from another one is not theirs. */
let stories = 0;
let company: string;
let stranger: string;
let acme: BannerMaker;
let banner: BannerView;

beforeAll(async () => {
  server = await TestServer.start({ timings: { numberGraceMs: graceMs } });
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

type Desk = Page & { cookie: string; first: DeskView };

/** The dashboard of a rep, which asks at once who waits. */
async function watch(name = '佐藤 花子', organization = company): Promise<Desk> {
  const page = await openDesk(server, { organization, name });
  return Object.assign(page, { first: await page.request('desk:watch', {}) });
}

async function watching(page: Page): Promise<Page & { first: DeskView }> {
  return Object.assign(page, { first: await page.request('desk:watch', {}) });
}

/** What this desk reads at last of who waits. */
const readsWaiting = (desk: Page, what: string, holds: (waiting: WaitingCaller[]) => boolean) =>
  desk.reads(what, 'desk:waiting', ({ waiting }) => holds(waiting));
const readsPresence = (desk: Page, presence: string, available: number) =>
  desk.reads(`${presence}, ${available} others`, 'desk:presence', (told) => {
    return told.presence === presence && told.available === available;
  });
const byBanner = (input: { origin?: string } = {}) =>
  customerWithNumber(server, { banner: banner.key, ...input });

describe('a customer presses the banner on a company’s page', () => {
  test('and every desk of that company reads who waits, at once, with the page they come from', async () => {
    const desks = [await watch(), await watch('鈴木')];
    for (const { first } of desks) expect(first.waiting).toEqual([]);
    const before = Date.now();
    const { customer, number } = await byBanner({
      origin: 'https://www.acme.example/products/?session=secret#price',
    });
    expect(customer.view.snapshot.organizationName).toBe(`会社 ${company}`);
    for (const desk of desks) {
      const { waiting } = await desk.nextWhisper('desk:waiting');
      expect(waiting).toEqual([
        {
          meetingId: customer.view.snapshot.meetingId,
          connectionNumber: number,
          name: '',
          since: expect.any(Number) as number,
          origin: 'https://www.acme.example/products/',
          banner: 'トップページ',
          isAway: false,
        },
      ]);
      expect(waiting[0]!.since).toBeGreaterThanOrEqual(before);
    }
    // Who opens the desk later reads the same.
    expect((await watch()).first.waiting).toMatchObject([{ connectionNumber: number }]);
  });

  test('and nobody of another company hears of it, nor anybody of a number that is nobody’s', async () => {
    const own = await watch();
    const other = await watch('他社', stranger);
    await customerWithNumber(server);
    await byBanner();
    await own.nextWhisper('desk:waiting');
    const { number } = await customerWithNumber(server, { organization: stranger });
    // The first that this desk ever reads is its own caller.
    const { waiting } = await other.nextWhisper('desk:waiting');
    expect(waiting).toMatchObject([{ connectionNumber: number, banner: null, origin: null }]);
    expect(waiting).toHaveLength(1);
    expect(own.countOf('desk:waiting')).toBe(1);
  });

  test('and a rep of another company cannot use the number; one of that company can', async () => {
    const { customer, number } = await byBanner();
    const other = await openDesk(server, { organization: stranger });
    expect(await codeOf(other.request('number:connect', { number }))).toBe('number-unknown');
    const own = await watch();
    await own.request('number:connect', { number: own.first.waiting[0]!.connectionNumber });
    await customer.nextWhisper('seat:admitted');
  });

  test('which is switched off, deleted, or never was: no number, and the page knows why', async () => {
    await acme.change(banner.key, { isOn: false });
    const customer = await server.openPage();
    const issue = (key: string) => codeOf(customer.request('number:issue', { banner: key }));
    expect(await issue(banner.key)).toBe('banner-unknown');
    expect(await issue('A'.repeat(22))).toBe('banner-unknown');
    expect(await issue('no key')).toBe('bad-request');
    await acme.change(banner.key, { isOn: true });
    expect(await issue(banner.key)).toBe('accepted');
  });

  test('which is switched off while they wait: they are waited for, and are taken', async () => {
    const desk = await watch();
    const { customer, number } = await byBanner();
    await readsWaiting(desk, 'the caller', (waiting) => waiting.length === 1);
    await acme.change(banner.key, { isOn: false, name: '旧トップページ' });
    await readsWaiting(desk, 'the new name', ([caller]) => caller?.banner === '旧トップページ');
    await desk.request('number:connect', { number });
    await customer.nextWhisper('seat:admitted');
  });

  test.each([
    ['a script', 'javascript:alert(1)', null],
    ['a file', 'file:///etc/passwd', null],
    ['no address', 'not an address', null],
    ['empty', '', null],
    [
      'in full, with a password',
      'HTTP://User:Pass@Shop.Example:8080/%E5%95%86%E5%93%81?q=1',
      'http://shop.example:8080/%E5%95%86%E5%93%81',
    ],
    ['very long', `https://shop.example/${'a'.repeat(1_000)}`, `https://shop.example/${'a'.repeat(279)}`],
  ])('on a page whose address is %s', async (_, origin, shown) => {
    await byBanner({ origin });
    expect((await watch()).first.waiting).toMatchObject([{ origin: shown }]);
  });
});

describe('a customer who waits', () => {
  test('loses the line and is back: the desk sees both, and the number stays', async () => {
    const desk = await watch();
    const { customer, number } = await byBanner();
    await readsWaiting(desk, 'the caller', ([caller]) => caller?.isAway === false);
    customer.close();
    await readsWaiting(desk, 'that the line is lost', ([caller]) => caller?.isAway === true);
    const again = await server.openPage();
    await again.request('seat:resume', { resumeToken: customer.resumeToken! });
    await readsWaiting(desk, 'the caller on the line', ([caller]) => {
      return caller?.isAway === false && caller.connectionNumber === number;
    });
  });

  test('closes the page: after the grace nobody is waiting any more', async () => {
    const desk = await watch();
    const { customer } = await byBanner();
    customer.close();
    await readsWaiting(desk, 'that the line is lost', ([caller]) => caller?.isAway === true);
    await readsWaiting(desk, 'nobody', (waiting) => waiting.length === 0);
  });

  test('gives up: the desk reads so at once', async () => {
    const desk = await watch();
    const { customer } = await byBanner();
    await readsWaiting(desk, 'the caller', (waiting) => waiting.length === 1);
    await customer.request('meeting:leave', {});
    await readsWaiting(desk, 'nobody', (waiting) => waiting.length === 0);
  });

  test('too long: the number has expired, and the list is empty', async () => {
    const own = await TestServer.start();
    try {
      const maker = await bannerMaker(own);
      const { key } = await maker.make();
      const { customer, number } = await customerWithNumber(own, { banner: key });
      await own.down();
      const store = await own.store();
      const [record] = await store.meetings.loadUnended('node-1');
      await store.meetings.save({ ...record!, numberExpiresAt: Date.now() + 5_000 });
      await own.up();
      // After the restart the caller is known, and not back yet.
      const desk = await watching(await openDesk(own));
      const caller = desk.first.waiting[0] ?? (await desk.nextWhisper('desk:waiting')).waiting[0];
      expect(caller).toMatchObject({ connectionNumber: number, banner: 'トップページ', isAway: true });
      const again = await own.openPage();
      await again.request('seat:resume', { resumeToken: customer.resumeToken! });
      await readsWaiting(desk, 'the caller', ([each]) => each?.isAway === false);
      await readsWaiting(desk, 'nobody', (waiting) => waiting.length === 0);
      expect(await codeOf(desk.request('number:connect', { number }))).toBe('number-expired');
      await own.closePages();
    } finally {
      await own.stop();
    }
  });

  test('is taken by four at the same moment: one has them, the others read so and go on', async () => {
    const names = ['一郎', '二郎', '三郎', '四郎'];
    const desks = await Promise.all(names.map((name) => watch(name)));
    const { customer } = await byBanner();
    const codes = await Promise.all(
      desks.map(async (desk) => {
        const { waiting } = await desk.nextWhisper('desk:waiting');
        return codeOf(desk.request('number:connect', { number: waiting[0]!.connectionNumber }));
      }),
    );
    expect(codes.toSorted()).toEqual(['accepted', 'number-taken', 'number-taken', 'number-taken']);
    await customer.sees('one rep', (view) => view.present.length === 2);
    for (const [index, desk] of desks.entries()) {
      await readsWaiting(desk, 'nobody', (waiting) => waiting.length === 0);
      if (codes[index] === 'accepted') await readsPresence(desk, 'meeting', 3);
      else await readsPresence(desk, 'available', 2);
    }
  });

  test('one after the other: the longest waits at the top', async () => {
    const first = await byBanner();
    const second = await byBanner();
    const numbers = (await watch()).first.waiting.map(({ connectionNumber }) => connectionNumber);
    expect(numbers).toEqual([first.number, second.number]);
  });
});

describe('who is there', () => {
  test('a rep who opens the desk can be called, and colleagues see one more', async () => {
    const desk = await watch();
    expect(desk.first).toEqual({ presence: 'available', waiting: [], available: 0 });
    const colleague = await watch('鈴木');
    expect(colleague.first).toMatchObject({ presence: 'available', available: 1 });
    await readsPresence(desk, 'available', 1);
    colleague.close();
    await readsPresence(desk, 'available', 0);
  });

  test('of one company says nothing to another', async () => {
    const desk = await watch();
    const other = await watch('他社', stranger);
    const colleague = await watch('鈴木');
    await readsPresence(desk, 'available', 1);
    expect(other.countOf('desk:presence')).toBe(0);
    await colleague.request('presence:set', { presence: 'away' });
    await readsPresence(desk, 'available', 0);
    expect(other.countOf('desk:presence')).toBe(0);
  });

  test('a rep with two windows is one, and both windows show the same', async () => {
    const desk = await watch();
    const window = await watching(await server.openPage({ cookie: desk.cookie }));
    expect(window.first).toMatchObject({ presence: 'available', available: 0 });
    const colleague = await watch('鈴木');
    expect(colleague.first.available).toBe(1);
    await window.request('presence:set', { presence: 'away' });
    for (const each of [desk, window]) await readsPresence(each, 'away', 1);
    await readsPresence(colleague, 'available', 0);
    // One window less is nobody less.
    await window.request('presence:set', { presence: 'available' });
    await readsPresence(colleague, 'available', 1);
    const told = colleague.countOf('desk:presence');
    window.close();
    desk.close();
    await readsPresence(colleague, 'available', 0);
    expect(colleague.countOf('desk:presence')).toBe(told + 1);
  });

  test('away stays chosen when the page is loaded again, until something else is', async () => {
    const desk = await watch();
    await desk.request('presence:set', { presence: 'away' });
    await readsPresence(desk, 'away', 0);
    desk.close();
    const again = await watching(await server.openPage({ cookie: desk.cookie }));
    expect(again.first.presence).toBe('away');
    await again.request('presence:set', { presence: 'available' });
    again.close();
    const third = await watching(await server.openPage({ cookie: desk.cookie }));
    expect(third.first.presence).toBe('available');
  });

  test('away stays chosen over a restart of the server, for whoever chose it', async () => {
    const own = await TestServer.start();
    try {
      const [desk, colleague] = [await openDesk(own), await openDesk(own)];
      for (const each of [desk, colleague]) await watching(each);
      await desk.request('presence:set', { presence: 'away' });
      await readsPresence(colleague, 'available', 0);
      await own.closePages();
      await own.down();
      await own.up();
      const [again, other] = await Promise.all(
        [desk, colleague].map(async ({ cookie }) => watching(await own.openPage({ cookie }))),
      );
      expect(again!.first.presence).toBe('away');
      expect(other!.first).toMatchObject({ presence: 'available', available: 0 });
      await again!.request('presence:set', { presence: 'available' });
      await readsPresence(other!, 'available', 1);
      await own.closePages();
    } finally {
      await own.stop();
    }
  });

  test('in a meeting nobody is available; after it what was chosen holds again', async () => {
    const colleague = await watch('鈴木');
    const desk = await watch();
    await readsPresence(colleague, 'available', 1);
    const host = await server.openPage({ cookie: desk.cookie });
    await host.request('room:open', {});
    await readsPresence(desk, 'meeting', 1);
    await readsPresence(colleague, 'available', 0);
    // What is chosen meanwhile counts afterwards.
    await desk.request('presence:set', { presence: 'away' });
    await host.request('meeting:end', {});
    await readsPresence(desk, 'away', 1);
    await desk.request('presence:set', { presence: 'available' });
    await readsPresence(colleague, 'available', 1);
  });

  test('whoever leaves the own meeting can be called again, though it goes on', async () => {
    const desk = await watch();
    const { customer, number } = await byBanner();
    const host = await server.openPage({ cookie: desk.cookie });
    await host.request('number:connect', { number });
    await customer.nextWhisper('seat:admitted');
    await readsPresence(desk, 'meeting', 0);
    await host.request('meeting:leave', {});
    await readsPresence(desk, 'available', 0);
  });

  test('nothing is told while nothing is different, whatever happens in meetings', async () => {
    const desk = await watch();
    const { host } = await room(server);
    const { host: own } = await roomOf(company);
    const told = desk.countOf('desk:presence') + desk.countOf('desk:waiting');
    for (const page of [host, own]) {
      await say(page, 'こんにちは');
      await page.request('participant:update', { microphone: 'on' });
      await page.request('invitation:create', {});
    }
    await byBanner();
    await desk.nextWhisper('desk:waiting');
    expect(desk.countOf('desk:presence') + desk.countOf('desk:waiting')).toBe(told + 1);
  });
});

/** A rep of this company alone in a room, without an open desk. */
async function roomOf(organization: string) {
  const host = await openDesk(server, { organization });
  await host.request('room:open', {});
  return { host };
}

describe('the desk is for those who are signed in', () => {
  test('nobody else is told anything', async () => {
    const visitor = await server.openPage();
    expect(await codeOf(visitor.request('desk:watch', {}))).toBe('sign-in-required');
    const available = { presence: 'available' } as const;
    expect(await codeOf(visitor.request('presence:set', available))).toBe('sign-in-required');
    const desk = await watch();
    for (const presence of ['meeting', 'offline', '', null]) {
      expect(await desk.raw('presence:set', { presence })).toMatchObject({ ok: false, code: 'bad-request' });
    }
  });

  test('whoever has not been there for half a day can take no call, though the page is open', async () => {
    const own = await TestServer.start({ timings: { sessionCheckMs: 30, quietDeskMs: 30 } });
    try {
      const [desk, colleague] = [await openDesk(own), await openDesk(own)];
      await watching(desk);
      await watching(colleague);
      await readsPresence(desk, 'available', 1);
      const { sessions } = await own.store();
      const token = desk.cookie.slice(desk.cookie.indexOf('=') + 1);
      const { id } = (await sessions.findByToken(hashSecret(token)))!;
      await sessions.touch(id, Date.now() - sessionIdleMs);
      expect(await desk.nextWhisper('desk:closed')).toEqual({ reason: null });
      // The colleague's goes on: that is looked at as often.
      await colleague.reads('nobody else', 'desk:presence', ({ available }) => available === 0);
      expect((await colleague.request('desk:watch', {})).presence).toBe('available');
      await own.closePages();
    } finally {
      await own.stop();
    }
  });

  test('whoever is signed in elsewhere in the meantime is told so, and nothing more', async () => {
    const account = await createAccount(await server.store(), { organization: company, name: '佐藤' });
    const cookie = await signIn(server.base, account);
    const before = await watching(await server.openPage({ cookie }));
    const colleague = await watch('鈴木');
    await readsPresence(before, 'available', 1);
    const told = before.countOf('desk:waiting') + before.countOf('desk:presence');
    await signIn(server.base, account);
    expect(await before.nextWhisper('desk:closed')).toEqual({ reason: 'signed-in-elsewhere' });
    await readsPresence(colleague, 'available', 0);
    await byBanner();
    await colleague.nextWhisper('desk:waiting');
    expect(before.countOf('desk:waiting') + before.countOf('desk:presence')).toBe(told);
    expect(await codeOf(before.request('desk:watch', {}))).toBe('sign-in-required');
    expect(before.countOf('desk:closed')).toBe(1);
  });

  test('an open desk is told why it is over: signed out from afar, or the password set anew', async () => {
    const asks = async (method: string, path: string) => {
      const { status, json } = await ask(server, method, path, { cookie: acme.cookie, body: {} });
      expect(status).toBeLessThan(300);
      return json;
    };
    const idOf = async (name: string) => {
      const { json } = await ask(server, 'GET', '/api/users', { cookie: acme.cookie });
      return (json as unknown as UserList).users.find((user) => user.name === name)!.id;
    };
    const signedOut = await watch('佐藤');
    const sessions = `/api/users/${await idOf('佐藤')}/sessions`;
    const open = await ask(server, 'GET', sessions, { cookie: acme.cookie });
    const [session] = (open.json as unknown as { sessions: SessionView[] }).sessions;
    await asks('DELETE', `${sessions}/${session!.id}`);
    expect(await signedOut.nextWhisper('desk:closed')).toEqual({ reason: 'signed-out-remotely' });

    const reset = await watch('鈴木');
    await asks('POST', `/api/users/${await idOf('鈴木')}/password`);
    expect(await reset.nextWhisper('desk:closed')).toEqual({ reason: 'password-changed' });
  });

  test('who signs out in one tab is told so in the other; a call that goes on is not touched', async () => {
    const desk = await watch();
    const host = await server.openPage({ cookie: desk.cookie });
    await host.request('room:open', {});
    await ask(server, 'DELETE', '/api/session', { cookie: desk.cookie });
    expect(await desk.nextWhisper('desk:closed')).toEqual({ reason: null });
    expect(host.countOf('desk:closed')).toBe(0);
    await say(host, 'まだ話しています');
  });
});
