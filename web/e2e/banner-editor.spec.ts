import { expect, test } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import type { BannerView } from '../../sfu/protocol/banner.ts';
import type { AccountRole } from '../../sfu/protocol/organization.ts';
import type { Participant } from './kit/participant.ts';
import { bannerOn, frameIn, html, opens, setTheTown, startOn } from './kit/town.ts';
import type { Town } from './kit/town.ts';

/* B4: whoever looks after the company's site makes a banner, and puts it there. */

const unused = 'このリンクは現在使われていません';
const desktop = { width: 1_300, height: 860 };
const strict = "default-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";

test.describe.serial('the editor of the start banner', () => {
  let town: Town;
  let admin: Participant;
  let customer: Participant;
  /* What the admin has copied. */
  let script = '';
  let link = '';
  let iframe = '';

  setTheTown(async (opened) => {
    town = opened;
    ({ rep: admin, customer } = opened);
    await admin.page.setViewportSize(desktop);
    await admin.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: admin.origin });
    await admin.goTo('/dashboard');
  });

  const preview = (who = admin): Locator => who.page.getByRole('region', { name: /^(プレビュー|Preview)$/ });
  /** Roles are not told of what can only be looked at. */
  const drawn = (text: string, who = admin): Locator => preview(who).locator('.host').getByText(text);
  const field = (name: string, who = admin): Locator => who.page.getByRole('textbox', { name, exact: true });
  const row = (name: string, who = admin): Locator => who.page.getByRole('listitem', { name, exact: true });
  const keyIn = (code: string) => /[\w-]{22}/.exec(code)?.[0] ?? '';

  async function goesToBanners(who = admin): Promise<void> {
    await who.page.getByRole('link', { name: 'リンクバナー', exact: true }).click();
    await expect(who.page.getByRole('heading', { level: 1 })).toBeVisible();
  }

  async function copies(button: string): Promise<string> {
    await admin.page.evaluate(() => navigator.clipboard.writeText(''));
    await admin.presses(button);
    await admin.reads('コピーしました');
    const copied = () => admin.page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied, `${button} should copy something`).not.toBe('');
    return copied();
  }

  /** What the fold-out says that a strict policy has to allow. */
  async function policyFor(way: string): Promise<string> {
    const definition = admin.page.locator('dt', { hasText: way }).locator('+ dd');
    return (await definition.innerText()).trim();
  }

  async function joins(role: AccountRole, login: string): Promise<Participant> {
    const password = 'five-calm-otters-swim';
    const created = await asks(admin.page, 'POST', '/api/users', { name: login, login, role });
    expect(created.status).toBe(201);
    const who = await town.scene.arrives('blue', { media: null, viewport: desktop });
    await who.goTo('/dashboard');
    const temporary = (created.body as { password: string }).password;
    await asks(who.page, 'POST', '/api/session', { organization: 'demo', login, password: temporary });
    await asks(who.page, 'POST', '/api/session/password', { current: temporary, next: password });
    await who.goTo('/dashboard');
    await expect(who.page.getByRole('textbox', { name: '接続ナンバー' })).toBeVisible();
    return who;
  }

  test('says how to begin where there is no banner yet', async () => {
    await goesToBanners();
    await admin.reads('まだバナーがありません');
    await admin.page.getByRole('link', { name: 'バナーを作る' }).click();
    await expect(admin.page.getByRole('heading', { name: '新しいバナー' })).toBeFocused();
  });

  test('shows the banner as it will be, with every letter, in all that can happen', async () => {
    await expect(drawn('担当者と、画面で話せます')).toBeVisible();
    await field('見出し').pressSequentially('複合機のご相談');
    await expect(drawn('複合機のご相談')).toBeVisible();
    await field('ボタンの文字').fill('画面で相談する');
    const button = preview().locator('.host a');
    await expect(button).toContainText('画面で相談する');
    await field('ボタンの色').fill('#FFB400');
    await expect(button).toHaveCSS('background-color', 'rgb(255, 180, 0)');
    await expect(button, 'words on it should be read').toHaveCSS('color', 'rgb(0, 0, 0)');

    await admin.page.getByRole('radio', { name: '対応できないとき' }).check();
    await expect(drawn('ただ今、対応できる担当者がいません')).toBeVisible();
    await expect(drawn('お名前')).toBeVisible();
    await expect(drawn('ご希望の日時')).toBeVisible();
    await expect(button).toBeHidden();
    await admin.page.getByRole('radio', { name: '連絡先を残した後' }).check();
    await expect(drawn('Demoの担当者からお電話します')).toBeVisible();
    await expect(drawn('お名前')).toHaveCount(0);
    await admin.page.getByRole('radio', { name: '対応できるとき' }).check();

    await admin.page.getByLabel('言語', { exact: true }).selectOption({ label: '英語' });
    await expect(drawn('Somebody can take your call now')).toBeVisible();
    await admin.page.getByLabel('言語', { exact: true }).selectOption({ label: '日本語' });
    await admin.page.getByRole('radio', { name: 'ボタンだけ' }).check();
    await expect(drawn('複合機のご相談')).toHaveCount(0);
    await admin.page.getByRole('radio', { name: '画面の隅' }).check();
    const box = await preview().locator('.page').boundingBox();
    const corner = await preview().locator('.host section').boundingBox();
    expect(corner!.y + corner!.height, 'the corner should be that of the page in the preview').toBeLessThan(
      box!.y + box!.height,
    );
    expect(corner!.x).toBeGreaterThan(box!.x);
    await admin.page.getByRole('radio', { name: 'カード' }).check();
  });

  test('says at the field what is wrong, and keeps what was typed', async () => {
    await field('ボタンの色').fill('藍色');
    await field('説明').fill('あ'.repeat(121));
    await admin.reads('120文字以内で入力してください。今は121文字です。');
    await expect(preview().locator('.host a'), 'the last colour stays').toHaveCSS(
      'background-color',
      'rgb(255, 180, 0)',
    );
    await admin.presses('作成する');
    await expect(field('バナーの名前')).toBeFocused();
    await expect(field('バナーの名前')).toHaveAttribute('aria-invalid', 'true');
    await admin.reads('バナーの名前を入力してください。');
    await admin.reads('色の形になっていません');
    await expect(field('ボタンの色')).toHaveAttribute('aria-invalid', 'true');
    await expect(field('ボタンの色')).toHaveValue('藍色');
    await expect(field('説明')).toHaveValue('あ'.repeat(121));
    await field('バナーの名前').fill('トップ & <b>ページ</b>');
    await field('ボタンの色').fill('2f6b45');
    await field('説明').fill('');
    await expect(admin.page.getByRole('alert')).toHaveCount(0);
  });

  test('asks before what is not saved is lost', async () => {
    const questions: string[] = [];
    admin.page.once('dialog', (dialog) => {
      questions.push(dialog.message());
      void dialog.dismiss();
    });
    await admin.page.getByRole('link', { name: 'ホーム', exact: true }).click();
    expect(questions).toEqual([expect.stringContaining('保存していない変更があります')]);
    await expect(field('バナーの名前')).toHaveValue('トップ & <b>ページ</b>');
  });

  test('makes it, and gives three codes to be copied', async () => {
    await admin.presses('作成する');
    await admin.reads('「トップ & <b>ページ</b>」を作成しました');
    await expect(field('見出し')).toHaveValue('複合機のご相談');
    script = await copies('スクリプトをコピー');
    link = await copies('リンクをコピー');
    iframe = await copies('iframeをコピー');
    expect(script).toBe(`<script src="${town.taimen}/banner.js" data-key="${keyIn(script)}" async></script>`);
    expect(link).toBe(`<a href="${town.taimen}/s/${keyIn(script)}" target="_blank">画面で相談する</a>`);
    expect(iframe).toContain('allow="camera; microphone; display-capture; fullscreen; autoplay"');
    const looking = admin.context.waitForEvent('page');
    await admin.page.getByRole('link', { name: /^お客様の画面を見る/ }).click();
    const seen = await looking;
    await expect(seen.getByText('Demoとのオンライン商談')).toBeVisible();
    await seen.close();
  });

  test('each code works on another site, under the policy that is told with it and no other', async () => {
    await admin.page.getByText('コンテンツ セキュリティ ポリシー(CSP)').click();
    const policies = {
      script: await policyFor('スクリプト'),
      link: await policyFor('リンクだけ'),
      frame: await policyFor('iframe'),
    };
    expect(policies.script).toBe(`script-src ${town.taimen}; connect-src ${town.taimen}`);
    expect(policies.link).toBe('指定は要りません。');
    expect(policies.frame).toBe(`frame-src ${town.taimen}`);

    await town.keeper.opensDesk();
    const withScript = await town.siteOf(
      { '/': html(`<main>${script}</main>`) },
      `${strict}; ${policies.script}`,
    );
    await opens(customer.page, withScript.origin);
    await expect(bannerOn(customer.page).getByText('複合機のご相談')).toBeVisible();
    await expect(bannerOn(customer.page).getByRole('link', { name: /^画面で相談する/ })).toHaveCSS(
      'background-color',
      'rgb(47, 107, 69)',
    );

    const withLink = await town.siteOf({ '/': html(`<p>${link}</p>`) }, strict);
    await customer.page.goto(withLink.origin);
    const opening = customer.context.waitForEvent('page');
    await customer.page.getByRole('link', { name: '画面で相談する' }).click();
    const opened = await opening;
    await expect(opened.getByRole('button', { name: '商談を始める' })).toBeVisible();
    await opened.close();

    const withFrame = await town.siteOf({ '/': html(iframe) }, `${strict}; ${policies.frame}`);
    await customer.page.goto(withFrame.origin);
    const frame = await frameIn(customer.page);
    await frame.getByRole('button', { name: '商談を始める' }).click();
    await expect(frame.getByRole('status', { name: '接続ナンバー' })).toHaveText(/\d{2}\s*\d{3}/);
    await frame.getByRole('button', { name: 'やめる' }).click();
    await expect(frame.getByRole('button', { name: '商談を始める' })).toBeVisible();

    // Without what is told, the same codes do not work: the policy is one that forbids something.
    const without = await town.siteOf({ '/': html(script) }, strict);
    await customer.page.goto(without.origin);
    await expect(bannerOn(customer.page)).toHaveCount(0);
  });

  test('a change is on the company’s page with the same code', async () => {
    await field('見出し').fill('年末は30日まで');
    await admin.reads('まだ保存していない変更があります。');
    // Signed out meanwhile: nothing that was written is lost.
    const cookies = await admin.context.cookies();
    await admin.context.clearCookies();
    await admin.presses('保存する');
    await admin.reads('ログインの期限が切れています');
    await expect(field('見出し')).toHaveValue('年末は30日まで');
    await admin.context.addCookies(cookies);
    await admin.presses('保存する');
    await admin.reads('保存しました。');
    const site = await town.siteOf({ '/': html(`<main>${script}</main>`) });
    await opens(customer.page, site.origin);
    await expect(bannerOn(customer.page).getByText('年末は30日まで')).toBeVisible();
  });

  test('switched off, the banner hides itself, and the start page says so; on again, all is back', async () => {
    await admin.page.getByRole('link', { name: 'リンクバナーの一覧' }).click();
    const name = 'トップ & <b>ページ</b>';
    await expect(row(name)).toContainText('カード');
    await expect(row(name)).toContainText('日本語');
    const site = await town.siteOf({ '/': html(`<main>${script}</main>`) });
    await customer.page.clock.install();
    await opens(customer.page, site.origin);
    await expect(bannerOn(customer.page).getByText('年末は30日まで')).toBeVisible();

    const shown = row(name).getByRole('switch', { name: `「${name}」を表示する` });
    await shown.click();
    await admin.reads('停止しました');
    await expect(shown).toHaveAttribute('aria-checked', 'false');
    await customer.page.clock.fastForward(61_000);
    await customer.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expect(bannerOn(customer.page)).toBeHidden();
    await customer.goTo(`/s/${keyIn(script)}`);
    await customer.reads(unused);

    await shown.click();
    await admin.reads('表示を再開しました');
    await customer.page.reload();
    await expect(customer.button('商談を始める')).toBeVisible();
  });

  test('a manager may do the same; a rep does not see the place, and the server refuses', async () => {
    const manager = await joins('manager', 'kacho');
    await goesToBanners(manager);
    await manager.page.getByRole('link', { name: 'バナーを作る' }).click();
    await field('バナーの名前', manager).fill('採用ページ');
    await manager.presses('作成する');
    await manager.reads('「採用ページ」を作成しました');
    await town.scene.goesHome(manager);

    const rep = await joins('rep', 'tanto');
    await expect(rep.page.getByRole('link', { name: 'リンクバナー' })).toHaveCount(0);
    await rep.goTo('/dashboard/banners');
    await expect(rep.page.getByRole('link', { name: 'バナーを作る' })).toHaveCount(0);
    await expect(rep.page.getByText('採用ページ')).toHaveCount(0);
    const { body } = await asks(rep.page, 'GET', '/api/banners');
    const [first] = (body as { banners: BannerView[] }).banners;
    const look = first!.look;
    const path = `/api/banners/${first!.key}`;
    for (const [method, at, change] of [
      ['POST', '/api/banners', { name: 'x', look }],
      ['PATCH', path, { isOn: false }],
      ['DELETE', path, undefined],
    ] as const) {
      expect(await asks(rep.page, method, at, change)).toMatchObject({
        status: 403,
        body: { code: 'not-allowed' },
      });
    }
    await town.scene.goesHome(rep);
  });

  test('is deleted after a question, and is gone from the company’s page', async () => {
    await admin.goTo('/dashboard/banners');
    await row('採用ページ').getByRole('button', { name: '削除' }).click();
    const asked = admin.page.getByRole('dialog', { name: 'バナーを削除しますか' });
    await expect(asked).toContainText('元に戻すことはできません');
    await asked.getByRole('button', { name: 'キャンセル' }).click();
    await expect(row('採用ページ')).toBeVisible();
    await row('トップ & <b>ページ</b>').getByRole('button', { name: '削除' }).click();
    await asked.getByRole('button', { name: '削除する' }).click();
    await admin.reads('削除しました');
    await expect(row('トップ & <b>ページ</b>')).toHaveCount(0);
    await expect(row('採用ページ')).toBeVisible();
    await customer.goTo(`/s/${keyIn(script)}`);
    await customer.reads(unused);
    await admin.goTo(`/dashboard/banners/${keyIn(script)}`);
    await admin.reads('このバナーは見つかりません');
  });

  test('works in English, on a phone, for a banner in the corner', async () => {
    await admin.page.setViewportSize({ width: 390, height: 844 });
    await admin.goTo('/dashboard/banners');
    await admin.page.getByRole('button', { name: 'English' }).click();
    await admin.page.getByRole('link', { name: 'Make a banner' }).click();
    await field('Name of the banner').fill('Support');
    await admin.page.getByRole('radio', { name: 'Corner' }).check();
    await admin.page.getByLabel('Language', { exact: true }).selectOption({ label: 'English' });
    await field('Words on the button').fill('Talk to us');
    await expect(preview().locator('.host a')).toContainText('Talk to us');
    await admin.presses('Make it');
    await admin.reads('“Support” is made.');
    await admin.reads('right before </body>');
    const overflow = await admin.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, 'nothing should be pushed out of the phone’s screen').toBe(0);
    await admin.presses('Copy the script');
    await admin.reads('Copied');
    const code = await admin.page.evaluate(() => navigator.clipboard.readText());
    await town.keeper.opensDesk();
    const site = await town.siteOf({ '/': html(`<p>会社</p>${code}`) });
    await customer.page.goto(site.origin);
    await expect(bannerOn(customer.page).getByRole('link', { name: /^Talk to us/ })).toBeInViewport();
    await expect(startOn(customer.page)).toHaveCount(0);
  });
});

async function asks(
  page: Page,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  return page.evaluate(
    async ([how, where, what]) => {
      const answer = await fetch(where, {
        method: how,
        headers: { 'content-type': 'application/json' },
        ...(what === undefined ? {} : { body: JSON.stringify(what) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
    },
    [method, path, body] as const,
  );
}
