import { expect, test } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';
import type { BannerKeeper } from './kit/company.ts';
import type { Participant } from './kit/participant.ts';
import { bannerOn, html, leave, opens, questionsOf, setTheTown, startOn } from './kit/town.ts';
import type { Town } from './kit/town.ts';

/* B4: the banner is a guest on somebody else's page, and behaves like one. */

/** What the page's policy has refused. */
async function watchesPolicy(context: BrowserContext): Promise<string[]> {
  const refused: string[] = [];
  await context.exposeFunction('taimenRefused', (what: string) => refused.push(what));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      const tell = (window as unknown as { taimenRefused: (what: string) => void }).taimenRefused;
      tell(`${violatedDirective} ${blockedURI}`);
    });
  });
  return refused;
}

test.describe('the start banner, as a guest on a page,', () => {
  let town: Town;
  let customer: Participant;
  let keeper: BannerKeeper;

  setTheTown((opened) => {
    town = opened;
    ({ customer, keeper } = town);
  });

  test('breaks no rule of a strict policy, and leaves one name behind', async () => {
    const { key } = await keeper.makes('厳格');
    const refused = await watchesPolicy(customer.context);
    const site = await town.companySite(key);
    const names = () => customer.page.evaluate(() => Object.getOwnPropertyNames(window));
    await customer.context.route('**/banner.js', (route) => route.abort());
    await customer.page.goto(site.origin);
    const before = new Set(await names());
    await customer.context.unroute('**/banner.js');
    await opens(customer.page, site.origin);
    await bannerOn(customer.page).getByRole('button', { name: leave }).click();
    expect((await names()).filter((name) => !before.has(name))).toEqual(['TaimenBanner']);
    expect(refused).toEqual([]);
    // The policy does what it says, or the line above would prove nothing.
    await customer.page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = 'body { color: red }';
      document.head.append(style);
    });
    await expect.poll(() => refused.join()).toContain('style-src');
    expect(await customer.page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
    expect((await customer.context.cookies(town.taimen)).length).toBe(0);
  });

  test('keeps its style from the page, and the page’s from itself', async () => {
    const { key } = await keeper.makes('そのまま', { shape: 'card', color: '#ffd400' });
    const css = `
      * { color: rgb(255, 0, 0) !important; font: italic 900 40px/3 monospace !important; letter-spacing: 9px !important;
          text-transform: uppercase !important; opacity: .2 !important; visibility: hidden !important; direction: rtl !important }
      taimen-banner { display: none !important; transform: rotate(9deg) !important; width: 3px !important }
      p, a, button, input { background: rgb(255, 0, 0) !important; border-radius: 30px !important; display: none !important }`;
    const plain = await town.siteOf({ '/': html(`<main>${town.line(key)}</main><p>会社</p>`) });
    const hostile = await town.siteOf({
      '/': html(`<main>${town.line(key)}</main><p>会社</p>`, '<link rel="stylesheet" href="/hostile.css">'),
      '/hostile.css': css,
    });
    const looks: string[] = [];
    for (const site of [plain, hostile]) {
      await customer.page.goto(site.origin);
      await expect(bannerOn(customer.page).getByRole('button', { name: leave })).toBeVisible();
      looks.push(await customer.page.evaluate(lookOfBanner));
    }
    expect(looks[1]).toBe(looks[0]);
    expect(looks[0]).toContain('rgb(255, 212, 0)');

    // The other way round.
    await customer.page.goto(plain.origin);
    const ofPage = () =>
      customer.page.locator('body > p').evaluate((each) => {
        const style = getComputedStyle(each);
        return [...style].map((name) => `${name}: ${style.getPropertyValue(name)}`).join('; ');
      });
    const withBanner = await ofPage();
    await customer.context.route('**/banner.js', (route) => route.abort());
    await customer.page.goto(plain.origin);
    expect(await ofPage()).toBe(withBanner);
    await customer.context.unroute('**/banner.js');
  });

  test('is reached and used by keyboard, with the focus to be seen and room for a thumb', async () => {
    const { key } = await keeper.makes('キーボード', { shape: 'corner' });
    await keeper.opensDesk();
    const site = await town.siteOf({ '/': html(`<a href="#">会社</a>${town.line(key)}`) });
    await customer.page.goto(site.origin);
    const banner = bannerOn(customer.page);
    await expect(startOn(customer.page)).toBeVisible();
    for (const target of await banner.locator('a:visible, button:visible').all()) {
      const box = await target.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    }
    await customer.page.keyboard.press('Tab');
    await customer.page.keyboard.press('Tab');
    await expect(banner.getByRole('button', { name: '閉じる' })).toBeFocused();
    await customer.page.keyboard.press('Tab');
    await expect(startOn(customer.page)).toBeFocused();
    const ring = await startOn(customer.page).evaluate((each) => getComputedStyle(each).outline);
    expect(ring).toMatch(/solid 3px/);
    const opening = customer.context.waitForEvent('page');
    await customer.page.keyboard.press('Enter');
    const opened = await opening;
    await expect(opened.getByRole('button', { name: '商談を始める' })).toBeVisible();
    await opened.close();
    await customer.page.keyboard.press('Shift+Tab');
    await customer.page.keyboard.press('Enter');
    await expect(banner).toHaveCount(0);
  });

  test('keeps what is typed into it from the page’s own shortcuts', async () => {
    const { key } = await keeper.makes('ショートカット');
    const site = await town.siteOf({ '/': html(`<main>${town.line(key)}</main>`) });
    await customer.page.goto(site.origin);
    await customer.page.evaluate(() => {
      document.addEventListener('keydown', (event) => {
        if (event.key === 's' && !(event.target instanceof HTMLInputElement)) event.preventDefault();
      });
    });
    const banner = bannerOn(customer.page);
    await banner.getByRole('button', { name: leave }).click();
    await customer.page.keyboard.type('sasaki');
    await expect(banner.getByRole('textbox', { name: 'お名前' })).toHaveValue('sasaki');
  });

  test('asks only when it comes near the window, the one in the corner at once', async () => {
    const questions = questionsOf(customer);
    const far = '<div id="far">とても長いページ</div>';
    const style = '<link rel="stylesheet" href="/far.css">';
    const css = '#far { height: 6000px }';
    const card = await keeper.makes('下のほう');
    const site = await town.siteOf({
      '/': html(`${far}<section>${town.line(card.key)}</section>`, style),
      '/far.css': css,
    });
    await customer.page.goto(site.origin);
    await customer.page.waitForFunction(() => document.querySelector('taimen-banner') !== null);
    await customer.page.waitForLoadState('networkidle');
    expect(questions).toEqual([]);
    await customer.page.evaluate(() => window.scrollTo(0, 5_300));
    await expect(bannerOn(customer.page)).toBeVisible();
    expect(questions).toHaveLength(1);

    const corner = await keeper.makes('隅', { shape: 'corner' });
    const other = await town.siteOf({
      '/': html(`${far}${town.line(corner.key)}`, style),
      '/head': html(far, style + town.line(corner.key)),
      '/far.css': css,
    });
    for (const path of ['/', '/head']) {
      await customer.page.goto(other.origin + path);
      await expect(bannerOn(customer.page).getByRole('button', { name: leave })).toBeInViewport();
    }
  });

  test('stands where a page that builds itself puts it', async () => {
    const { key } = await keeper.makes('自分で置く', { shape: 'button' });
    const script = `<script src="${town.taimen}/banner.js"></script>`;
    const site = await town.siteOf({ '/': html(`<main></main>${script}`) });
    await customer.page.goto(site.origin);
    await customer.page.evaluate((of) => {
      const placed = window.TaimenBanner?.place(document.querySelector('main')!, of);
      document.addEventListener('click', () => placed?.remove(), { once: true });
    }, key);
    await expect(
      customer.page.locator('main > taimen-banner').getByRole('button', { name: leave }),
    ).toBeVisible();
    await customer.page.mouse.click(5, 600);
    await expect(bannerOn(customer.page)).toHaveCount(0);
  });

  test('speaks the language that was chosen for it, else the visitor’s', async () => {
    const english = await keeper.makes('英語', { language: 'en' });
    const browser = await keeper.makes('ブラウザー', { language: 'browser', heading: '<b>Aoba & Co.</b>' });
    const site = await town.siteOf({
      '/': html(town.line(english.key)),
      '/browser': html(town.line(browser.key)),
    });
    await customer.page.goto(site.origin);
    await expect(bannerOn(customer.page).getByRole('button', { name: 'Ask for a call back' })).toBeVisible();
    await expect(bannerOn(customer.page).getByRole('region')).toHaveAttribute('lang', 'en');
    await customer.page.goto(`${site.origin}/browser`);
    await expect(bannerOn(customer.page).getByRole('button', { name: leave })).toBeVisible();
    await expect(bannerOn(customer.page).getByText('<b>Aoba & Co.</b>')).toBeVisible();
  });
});

/** Everything that a style could change, of everything in the banner; runs in the page. */
function lookOfBanner(): string {
  const host = document.querySelector('taimen-banner')!;
  const elements = [host, ...host.shadowRoot!.querySelectorAll('*')];
  return elements
    .map((element) => {
      const style = getComputedStyle(element);
      const { width, height } = element.getBoundingClientRect();
      const values = [...style].map((name) => `${name}: ${style.getPropertyValue(name)}`);
      return [element.localName, width, height, ...values].join('; ');
    })
    .join('\n');
}
