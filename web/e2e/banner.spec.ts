import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { usualLook } from './kit/company.ts';
import type { BannerKeeper } from './kit/company.ts';
import type { Participant } from './kit/participant.ts';
import { areTogether } from './kit/together.ts';
import { bannerOn, html, leave, opens, questionsOf, setTheTown, startOn } from './kit/town.ts';
import type { Town } from './kit/town.ts';

/* B4 and J2: リンクバナー on a company's site, from the first look to the call. */

const organization = 'Demo';
const available = 'ただ今、担当者が対応できます';
const nobody = 'ただ今、対応できる担当者がいません';
const unused = 'このリンクは現在使われていません';

test.describe('the start banner on a company’s site', () => {
  let town: Town;
  let customer: Participant;
  let keeper: BannerKeeper;

  setTheTown((opened) => {
    town = opened;
    ({ customer, keeper } = town);
  });

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

  test('says it too when it opens the start page, and notices later that somebody has come', async () => {
    const { key } = await keeper.makes('昼休み');
    const site = await town.companySite(key);
    const questions = questionsOf(customer);
    await customer.page.clock.install();
    await opens(customer.page, site.origin);
    const banner = bannerOn(customer.page);
    await expect(banner.getByRole('status').first()).toHaveText(nobody);
    expect(questions).toHaveLength(1);

    await keeper.opensDesk();
    const comesBack = () =>
      customer.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await customer.page.clock.fastForward(30_000);
    await comesBack();
    expect(questions, 'it should ask once a minute at the most').toHaveLength(1);
    await banner.getByRole('button', { name: leave }).click();
    await customer.page.clock.fastForward(31_000);
    await comesBack();
    await expect(banner.getByRole('status').first()).toHaveText(available);
    await expect(startOn(customer.page)).toBeVisible();
    await expect(banner.getByRole('textbox'), 'an empty form should make room').toHaveCount(0);
    expect(questions).toHaveLength(2);
  });

  test('lets nobody lose what they are typing when somebody comes', async () => {
    const { key } = await keeper.makes('夜間');
    const site = await town.companySite(key);
    await customer.page.clock.install();
    await opens(customer.page, site.origin);
    const banner = bannerOn(customer.page);
    await banner.getByRole('button', { name: leave }).click();
    await banner.getByRole('textbox', { name: 'お名前' }).fill('高橋');
    await keeper.changes(key, { look: { ...usualLook, color: '#993300' } });
    await keeper.opensDesk();
    await customer.page.clock.fastForward(61_000);
    await customer.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expect(startOn(customer.page)).toBeVisible();
    await expect(banner.getByRole('textbox', { name: 'お名前' })).toHaveValue('高橋');
  });

  test('hides itself when it is off, unknown or not answered; the start page says so and gives no number', async () => {
    const { key } = await keeper.makes('休止中');
    await keeper.changes(key, { isOn: false });
    const answered = (of: Page) => of.waitForResponse((response) => response.url().includes('/api/banner/'));
    for (const unknown of [key, 'A'.repeat(22)]) {
      const site = await town.companySite(unknown);
      const answer = answered(customer.page);
      await opens(customer.page, site.origin);
      await (await answer).finished();
      await expect(bannerOn(customer.page)).toBeHidden();
      await customer.goTo(`/s/${unknown}?from=${encodeURIComponent(site.origin)}`);
      await customer.reads(unused);
      await expect(customer.button('商談を始める')).toHaveCount(0);
    }
    await customer.goTo('/s/nothing-like-a-key');
    await customer.reads(unused);
    await expect(customer.button('商談を始める')).toHaveCount(0);

    const on = await keeper.makes('つながらない');
    await customer.context.route('**/api/banner/**', (route) => route.abort());
    const site = await town.companySite(on.key);
    const asked = customer.page.waitForEvent('requestfailed');
    await opens(customer.page, site.origin);
    await asked;
    await expect(bannerOn(customer.page)).toBeHidden();
    await customer.context.unroute('**/api/banner/**');
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

  test('works as a plain link, and in a frame that may use the camera', async () => {
    const { key } = await keeper.makes('リンク');
    const desk = await keeper.opensDesk();
    const site = await town.companySite(key);
    await customer.page.goto(`${site.origin}/contact.html`);
    const { page: company } = customer;
    const opening = customer.context.waitForEvent('page');
    await company.getByRole('link', { name: 'オンライン商談を始める' }).click();
    customer.page = await opening;
    await customer.presses('商談を始める');
    const number = await customer.readsNumber();
    await desk.reads('where the customer who followed the link comes from', 'desk:waiting', ({ waiting }) =>
      waiting.some(
        ({ connectionNumber, origin }) => connectionNumber === number && origin === `${site.origin}/`,
      ),
    );
    await customer.presses('やめる');
    await customer.page.close();

    customer.page = company;
    const frame = company.frameLocator('iframe');
    await frame.getByRole('button', { name: '商談を始める' }).click();
    await expect(frame.getByRole('status', { name: '接続ナンバー' })).toHaveText(/\d{2}\s*\d{3}/);
    await desk.reads('where the customer in the frame comes from', 'desk:waiting', ({ waiting }) =>
      waiting.some(
        ({ connectionNumber, origin }) => connectionNumber !== number && origin === `${site.origin}/`,
      ),
    );
    await frame.getByRole('button', { name: 'やめる' }).click();
    await expect(frame.getByRole('button', { name: '商談を始める' })).toBeVisible();
  });

  test('opens a tab of its own from a frame that may not use the camera', async () => {
    const { key } = await keeper.makes('許可なし');
    const site = await town.siteOf({
      '/': html(`<iframe src="${town.taimen}/s/${key}?frame=1" title="商談"></iframe>`),
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
});
