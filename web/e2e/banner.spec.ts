import { expect, test } from '@playwright/test';
import { usualLook } from './kit/company.ts';
import type { BannerKeeper } from './kit/company.ts';
import { customersName } from './kit/participant.ts';
import type { Participant } from './kit/participant.ts';
import { areTogether } from './kit/together.ts';
import {
  bannerOn,
  frameIn,
  html,
  leave,
  looksInto,
  opens,
  questionsOf,
  setTheTown,
  startOn,
} from './kit/town.ts';
import type { Town } from './kit/town.ts';

/* B4 and J2: リンクバナー on a company's site, from the first look to the call. */

const organization = 'Demo';
const available = 'ただ今、担当者が対応できます';
const nobody = 'ただ今、対応できる担当者がいません';
const unused = 'このリンクは現在使われていません';

/**
 * As browsers are delivered: a page in a frame of another site has storage of its own there, which the driver of these
 * tests would switch off together with what is named here.
 */
const framesHaveStorage = '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable';

test.describe('the start banner on a company’s site', () => {
  let town: Town;
  let customer: Participant;
  let keeper: BannerKeeper;

  setTheTown((opened) => {
    town = opened;
    ({ customer, keeper } = town);
  });

  const comesBack = () => customer.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

  /** With the pointer and with the focus, and long enough that a tap would have pressed. */
  const goesAway = async () => {
    await customer.page.mouse.move(2, 2);
    await customer.page.evaluate(() => {
      const { activeElement } = document;
      if (activeElement instanceof HTMLElement) activeElement.blur();
      // The focus is in the banner's own tree, where the page cannot take it from.
      const inside = activeElement?.shadowRoot?.activeElement;
      if (inside instanceof HTMLElement) inside.blur();
    });
    await customer.page.clock.fastForward(1_000);
  };

  test('leads to a number that the company’s reps see at once, and to the call', async () => {
    const { key, name } = await keeper.makes('トップページ');
    const desk = await keeper.opensDesk();
    const site = await town.companySite(key);
    await opens(customer.page, `${site.origin}/?campaign=spring`);
    await expect(bannerOn(customer.page).getByRole('status').first()).toHaveText(available);
    await expect(startOn(customer.page)).toHaveAttribute(
      'href',
      `${town.taimen}/s/${key}?from=${encodeURIComponent(`${site.origin}/`)}`,
    );

    const opening = customer.context.waitForEvent('page');
    await startOn(customer.page).click();
    customer.page = await opening;
    await customer.reads(`${organization}とのオンライン商談`);
    await expect(customer.page.getByText(nobody)).toHaveCount(0);
    await customer.presses('商談を始める');
    const number = await customer.readsNumber();
    await desk.reads('who waits, and from where they come', 'desk:waiting', ({ waiting }) =>
      waiting.some(
        (caller) =>
          caller.connectionNumber === number && caller.origin === `${site.origin}/` && caller.banner === name,
      ),
    );

    await customer.page.reload();
    expect(await customer.readsNumber(), 'a reload should keep the number').toBe(number);
    await town.rep.goTo('/dashboard');
    await town.rep.connect(number);
    await areTogether([customer, town.rep]);
    await town.rep.endsCall('全員の接続を終了する');
    await town.rep.page.goto('about:blank');
  });

  test('says truthfully that nobody is there, and takes a name and a number', async () => {
    const { key } = await keeper.makes('問い合わせ');
    const site = await town.companySite(key);
    await opens(customer.page, site.origin);
    const banner = bannerOn(customer.page);
    await expect(banner.getByRole('status').first()).toHaveText(nobody);
    await expect(startOn(customer.page)).toBeHidden();
    await expect(
      banner.getByText('5桁の番号'),
      'nothing should be said of a button that is not there',
    ).toBeHidden();

    await banner.getByRole('button', { name: leave }).click();
    const field = (label: string) => banner.getByRole('textbox', { name: label });
    await expect(field('お名前')).toBeFocused();
    const send = banner.getByRole('button', { name: '送信する' });
    await send.click();
    await expect(banner.getByText('お名前を入力してください')).toBeVisible();
    await expect(field('お名前')).toBeFocused();
    await expect(field('お名前')).toHaveAttribute('aria-invalid', 'true');
    await field('お名前').fill('高橋 一郎');
    await field('電話番号').fill('なし');
    await send.click();
    await expect(banner.getByText('電話番号を数字で入力してください')).toBeVisible();
    await expect(field('電話番号')).toBeFocused();
    await field('電話番号').fill('０３ー００００ー００００');
    await field('ご希望の日時').fill('明日の14時以降');

    // The line is down just now: what was typed stays.
    await customer.context.route('**/callback', (route) => route.abort());
    await send.click();
    await expect(banner.getByRole('alert')).toContainText('インターネットの接続をご確認');
    await expect(field('お名前')).toHaveValue('高橋 一郎');
    await expect(field('ご希望の日時')).toHaveValue('明日の14時以降');
    await customer.context.unroute('**/callback');
    await send.click();
    await expect(banner.getByText(`${organization}の担当者からお電話します`)).toBeVisible();
    await expect(send).toBeHidden();
    await expect(banner.getByRole('button', { name: leave })).toBeHidden();
    expect(await keeper.callbacks()).toContainEqual(
      expect.objectContaining({
        name: '高橋 一郎',
        phone: '03-0000-0000',
        wish: '明日の14時以降',
        origin: `${site.origin}/`,
        banner: '問い合わせ',
      }),
    );
  });

  test('notices that somebody has come when the visitor comes back to it, and asks once a minute at the most', async () => {
    const { key } = await keeper.makes('昼休み');
    const site = await town.companySite(key);
    const questions = questionsOf(customer);
    await customer.page.clock.install();
    await opens(customer.page, site.origin);
    const banner = bannerOn(customer.page);
    await expect(banner.getByRole('status').first()).toHaveText(nobody);
    expect(questions).toHaveLength(1);

    await keeper.opensDesk();
    await customer.page.clock.fastForward(30_000);
    await comesBack();
    expect(questions, 'it should ask once a minute at the most').toHaveLength(1);
    await banner.getByRole('button', { name: leave }).click();
    await goesAway();
    await customer.page.clock.fastForward(31_000);
    await comesBack();
    await expect(banner.getByRole('status').first()).toHaveText(available);
    await expect(startOn(customer.page)).toBeVisible();
    await expect(banner.getByRole('textbox'), 'an empty form should make room').toHaveCount(0);
    expect(questions).toHaveLength(2);
  });

  test('changes nothing under a pointer or the focus: it says at once what is new, and the button follows', async () => {
    const { key } = await keeper.makes('手元');
    await keeper.opensDesk();
    const site = await town.companySite(key);
    await customer.page.clock.install();
    await opens(customer.page, site.origin);
    const status = bannerOn(customer.page).getByRole('status').first();
    const wish = bannerOn(customer.page).getByRole('button', { name: leave });
    await expect(status).toHaveText(available);
    await startOn(customer.page).hover();
    const place = await startOn(customer.page).boundingBox();
    keeper.closesDesks();
    await customer.page.clock.fastForward(61_000);
    await comesBack();
    await expect(status, 'the truth should not wait').toHaveText(nobody);
    await customer.page.clock.fastForward(5_000);
    await expect(startOn(customer.page)).toBeVisible();
    expect(await startOn(customer.page).boundingBox(), 'nothing should move under the pointer').toEqual(
      place,
    );
    await goesAway();
    await expect(startOn(customer.page)).toBeHidden();
    await expect(wish).toBeVisible();

    // The same with the keyboard, and with another look.
    await wish.focus();
    await keeper.opensDesk();
    await keeper.changes(key, { look: { ...usualLook, button: '今すぐ話す' } });
    await customer.page.clock.fastForward(61_000);
    await comesBack();
    await expect(status).toHaveText(available);
    await customer.page.clock.fastForward(5_000);
    await expect(wish).toBeFocused();
    await goesAway();
    await expect(bannerOn(customer.page).getByRole('link', { name: /^今すぐ話す/ })).toBeVisible();
  });

  test('lets nobody lose what they are typing when somebody comes', async () => {
    const { key } = await keeper.makes('夜間');
    const site = await town.companySite(key);
    await customer.page.clock.install();
    await opens(customer.page, site.origin);
    const banner = bannerOn(customer.page);
    await banner.getByRole('button', { name: leave }).click();
    await banner.getByRole('textbox', { name: 'お名前' }).fill('高橋');
    await keeper.changes(key, { look: { ...usualLook, heading: '新しい見出し' } });
    await keeper.opensDesk();
    await customer.page.clock.fastForward(61_000);
    await comesBack();
    await expect(banner.getByRole('status').first()).toHaveText(available);
    await expect(banner.getByRole('textbox', { name: 'お名前' })).toBeFocused();
    await goesAway();
    await expect(startOn(customer.page)).toBeVisible();
    await expect(banner.getByRole('textbox', { name: 'お名前' })).toHaveValue('高橋');
    await expect(banner.getByText('新しい見出し')).toHaveCount(0);
    // What was typed is not wanted any more: nothing would be lost.
    await banner.getByRole('textbox', { name: 'お名前' }).fill('');
    await goesAway();
    await expect(banner.getByText('新しい見出し')).toBeVisible();
  });

  test('hides itself when it is switched off, and the start page says so and gives no number', async () => {
    const { key } = await keeper.makes('休止中');
    const site = await town.companySite(key);
    await customer.page.clock.install();
    await opens(customer.page, site.origin);
    await expect(bannerOn(customer.page).getByRole('button', { name: leave })).toBeVisible();
    await keeper.changes(key, { isOn: false });
    await customer.page.clock.fastForward(61_000);
    await comesBack();
    await expect(bannerOn(customer.page)).toBeHidden();
    await customer.goTo(`/s/${key}?from=${encodeURIComponent(site.origin)}`);
    await customer.reads(unused);
    await expect(customer.button('商談を始める')).toHaveCount(0);
  });

  test('with a key that there never was shows nothing, and the start page says so and gives no number', async () => {
    const unknown = 'A'.repeat(22);
    const site = await town.companySite(unknown);
    await opens(customer.page, site.origin);
    // It has read the answer: before that it holds a place that can be scrolled to.
    await expect(bannerOn(customer.page)).toHaveCSS('display', 'none');
    for (const path of [`/s/${unknown}`, '/s/nothing-like-a-key']) {
      await customer.goTo(path);
      await customer.reads(unused);
      await expect(customer.button('商談を始める')).toHaveCount(0);
    }
  });

  test('stays while it is not answered for a short time, tries again by itself, and hides only after long', async () => {
    const { key } = await keeper.makes('つながらない');
    const site = await town.companySite(key);
    const questions = questionsOf(customer);
    const failing = () =>
      customer.context.route('**/api/banner/**', (route) => route.fulfill({ status: 503, body: '再起動中' }));
    const answering = () => customer.context.unroute('**/api/banner/**');
    /** So much time goes by; what is asked meanwhile has been answered. */
    const waits = async (ms: number) => {
      const before = questions.length;
      const answered = customer.page.waitForResponse(/\/api\/banner\//);
      await customer.page.clock.fastForward(ms);
      await answered;
      expect(questions.length).toBe(before + 1);
    };
    const wish = bannerOn(customer.page).getByRole('button', { name: leave });

    // Nothing is known yet: it is not seen, and comes by itself.
    await customer.page.clock.install();
    await failing();
    const answer = customer.page.waitForResponse(/\/api\/banner\//);
    await opens(customer.page, site.origin);
    await (await answer).finished();
    await expect(bannerOn(customer.page)).toHaveCSS('display', 'none');
    await answering();
    await waits(5_200);
    await expect(wish).toBeVisible();

    await failing();
    const asked = customer.page.waitForResponse(/\/api\/banner\//);
    await customer.page.clock.fastForward(61_000);
    await comesBack();
    await asked;
    for (const seconds of [5, 10, 20, 40, 80]) {
      await waits(seconds * 1_000 + 200);
      await expect(wish).toBeVisible();
    }
    await keeper.opensDesk();
    await answering();
    await waits(160_200);
    await expect(bannerOn(customer.page).getByRole('status').first()).toHaveText(available);

    await failing();
    const askedAgain = customer.page.waitForResponse(/\/api\/banner\//);
    await customer.page.clock.fastForward(61_000);
    await comesBack();
    await askedAgain;
    for (const seconds of [5, 10, 20, 40, 80, 160]) {
      await expect(bannerOn(customer.page)).toBeVisible();
      await waits(seconds * 1_000 + 200);
    }
    await expect(bannerOn(customer.page), 'what it knew is too old to be true').toBeHidden();
    await answering();
    await waits(300_200);
    await expect(startOn(customer.page)).toBeVisible();
  });

  test('gives no number when it is switched off while somebody looks at the start page', async () => {
    const { key } = await keeper.makes('閉店間際');
    await customer.goTo(`/s/${key}`);
    await customer.reads(`${organization}とのオンライン商談`);
    await customer.reads(nobody);
    await keeper.changes(key, { isOn: false });
    await customer.presses('商談を始める');
    await customer.reads(unused);
    await expect(customer.page.getByRole('status', { name: '接続ナンバー' })).toHaveCount(0);
  });

  test('works as a plain link', async () => {
    const { key } = await keeper.makes('リンク');
    const desk = await keeper.opensDesk();
    const site = await town.companySite(key);
    await customer.page.goto(`${site.origin}/contact.html`);
    const opening = customer.context.waitForEvent('page');
    await customer.page.getByRole('link', { name: 'オンライン商談を始める' }).click();
    customer.page = await opening;
    await customer.presses('商談を始める');
    const number = await customer.readsNumber();
    await desk.reads('where the customer who followed the link comes from', 'desk:waiting', ({ waiting }) =>
      waiting.some(
        ({ connectionNumber, origin }) => connectionNumber === number && origin === `${site.origin}/`,
      ),
    );
    await customer.presses('やめる');
  });

  test('holds a whole call in a frame of the company’s page, over reloads of the frame and of the page', async () => {
    const { key } = await keeper.makes('ページの中');
    const desk = await keeper.opensDesk();
    const site = await town.companySite(key);
    const guest = await town.scene.arrives('blue', { switches: [framesHaveStorage] });
    guest.name = customersName;
    const company = guest.page;
    await company.goto(`${site.origin}/contact.html`);
    const frame = await frameIn(company);
    looksInto(guest, frame);
    await guest.presses('商談を始める');
    const number = await guest.readsNumber();
    await desk.reads('where the customer in the frame comes from', 'desk:waiting', ({ waiting }) =>
      waiting.some(
        ({ connectionNumber, origin }) => connectionNumber === number && origin === `${site.origin}/`,
      ),
    );
    await town.rep.goTo('/dashboard');
    await town.rep.connect(number);
    // With picture and sound from the camera and the microphone that the frame was lent.
    await areTogether([guest, town.rep]);
    expect(new URL(frame.url()).pathname, 'the one page that may be framed').toBe(`/s/${key}`);

    await frame.evaluate(() => {
      location.reload();
    });
    await areTogether([guest, town.rep]);
    await company.reload();
    const reloaded = await frameIn(company);
    looksInto(guest, reloaded);
    await areTogether([guest, town.rep]);
    expect(new URL(reloaded.url()).pathname).toBe(`/s/${key}`);

    await guest.endsCall();
    const opening = guest.context.waitForEvent('page');
    await guest.page.getByRole('link', { name: '最初のページへ' }).click();
    const opened = await opening;
    await expect(opened.getByRole('button', { name: '商談を始める' })).toBeVisible();
    await opened.close();
    expect(new URL(reloaded.url()).pathname, 'no other page may be framed').toBe(`/s/${key}`);
    await town.rep.endsCall('全員の接続を終了する');
    await town.rep.page.goto('about:blank');
    await town.scene.goesHome(guest);
  });

  test('opens a tab of its own from a frame that may not use the camera', async () => {
    const { key } = await keeper.makes('許可なし');
    const site = await town.siteOf({
      '/': html(`<iframe src="${town.taimen}/s/${key}" title="商談"></iframe>`),
    });
    await customer.page.goto(site.origin);
    const opening = customer.context.waitForEvent('page');
    await customer.page.frameLocator('iframe').getByRole('link', { name: '商談を始める' }).click();
    customer.page = await opening;
    expect(customer.page.url()).toBe(`${town.taimen}/s/${key}?from=${encodeURIComponent(`${site.origin}/`)}`);
    await customer.presses('商談を始める');
    await customer.readsNumber();
    await customer.presses('やめる');
  });

  test('is on a sample site that answers whatever it is asked', async () => {
    const site = await town.companySite('A'.repeat(22));
    for (const path of ['//', '/%', '/%2e%2e/serve.mjs', '/serve.mjs']) {
      expect((await fetch(site.origin + path)).status, path).toBe(404);
    }
    expect((await fetch(`${site.origin}/?campaign=spring`)).status).toBe(200);
  });
});
