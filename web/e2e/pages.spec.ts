import { expect, test } from '@playwright/test';
import { customersName, repsName } from './kit/participant.ts';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';
import { adminPassword } from './kit/server.ts';
import { areTogether } from './kit/together.ts';

const phone = { width: 390, height: 844 };

/** Walks on with the Tab key to a button, field or link of this name, as somebody without a mouse does. */
async function tabsTo(person: Participant, name: string): Promise<void> {
  const stepsMax = 60;
  for (let step = 0; step < stepsMax; step += 1) {
    const focused = person.page.locator(':focus');
    const isThere = await focused
      .evaluate(
        (element, wanted) => {
          const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
          const names = [
            element.getAttribute('aria-label'),
            element.textContent,
            ...labels.map((each) => each.textContent),
          ];
          return names.some((each) => each?.trim() === wanted);
        },
        name,
        { timeout: 500 },
      )
      .catch(() => false);
    if (isThere) return;
    await person.page.keyboard.press('Tab');
  }
  throw new Error(`${person.who} should reach 「${name}」 with the Tab key`);
}

async function typesInto(person: Participant, field: string, text: string): Promise<void> {
  await tabsTo(person, field);
  await person.page.keyboard.type(text);
}

test.describe('signing in', () => {
  let rep: Participant;

  setTheScene(async (scene) => {
    rep = await scene.arrives('green', { media: null });
  });

  test('a wrong password is refused without telling what was wrong, the right one opens the desk', async () => {
    await rep.goTo('/dashboard');
    for (const [organization, login, password] of [
      ['demo', 'admin', 'not-the-password'],
      ['demo', 'nobody', adminPassword],
      ['nowhere', 'admin', adminPassword],
    ] as const) {
      await rep.fills('組織ID', organization);
      await rep.fills('ログインID', login);
      await rep.fills('パスワード', password);
      await rep.presses('ログイン');
      await rep.reads('組織ID、ログインID、パスワードのいずれかが正しくありません');
    }
    // A1: full-width and capital letters are the same.
    await rep.fills('組織ID', 'ＤＥＭＯ');
    await rep.fills('ログインID', 'Admin');
    await rep.fills('パスワード', adminPassword);
    await rep.presses('ログイン');
    await expect(rep.page.getByRole('textbox', { name: '接続ナンバー' })).toBeFocused();
    await rep.page.reload();
    await expect(rep.page.getByRole('textbox', { name: '接続ナンバー' })).toBeVisible();
  });

  test('a number that was typed wrong is refused with the reason', async () => {
    for (const [typed, reason] of [
      ['123', '5桁の数字を入力してください'],
      ['あいうえお', '5桁の数字を入力してください'],
      ['00000', 'この番号は発行されていません'],
    ] as const) {
      await rep.fills('接続ナンバー', typed);
      await rep.presses('接続する');
      await rep.reads('接続ナンバーが不正です');
      await rep.reads(reason);
    }
  });

  test('signing out closes the desk', async () => {
    await rep.presses('ログアウト');
    await expect(rep.button('ログイン')).toBeVisible();
    await rep.goTo('/dashboard');
    await expect(rep.button('ログイン')).toBeVisible();
  });
});

test.describe('the first sign-in with a password that the server has made up', () => {
  let scene: Scene;
  let rep: Participant;

  setTheScene(
    async (opened) => {
      scene = opened;
      rep = await scene.arrives('green', { media: null });
    },
    { adminPassword: null },
  );

  test('the password has to be changed before anything else', async () => {
    const password = scene.server.madeUpPassword;
    const ownPassword = 'nine small boats at dawn';
    await rep.goTo('/dashboard');
    await rep.fills('組織ID', 'demo');
    await rep.fills('ログインID', 'admin');
    await rep.fills('パスワード', password);
    await rep.presses('ログイン');
    await rep.reads('パスワードを変更してください');
    await rep.page.reload();
    await rep.reads('パスワードを変更してください');

    await rep.fills('現在のパスワード', password);
    await rep.fills('新しいパスワード', 'too short');
    await rep.presses('パスワードを変更する');
    await rep.reads('新しいパスワードは12文字以上128文字以内で入力してください');
    await rep.fills('新しいパスワード', password);
    await rep.presses('パスワードを変更する');
    await rep.reads('新しいパスワードが今のパスワードと同じです');
    await rep.fills('新しいパスワード', ownPassword);
    await rep.presses('パスワードを変更する');
    await expect(rep.page.getByRole('textbox', { name: '接続ナンバー' })).toBeVisible();

    await rep.context.clearCookies();
    await rep.signIn(ownPassword);
  });
});

test.describe('every page', () => {
  let scene: Scene;
  let person: Participant;

  setTheScene(async (opened) => {
    scene = opened;
    person = await scene.arrives('red');
  });

  test('speaks to nobody else, breaks no rule, and says nothing in the console', async () => {
    for (const path of [
      '/',
      '/join',
      `/i/${'A'.repeat(43)}`,
      `/meeting/${'A'.repeat(22)}`,
      '/dashboard',
      '/nowhere',
    ]) {
      await person.goTo(path);
      await expect(person.page.getByRole('heading', { level: 1 })).toBeVisible();
      await person.page.waitForLoadState('networkidle');
    }
    await person.signIn();
    const number = await person.openRoom();
    await person.invites();
    await person.writes('こんにちは');
    await person.endsCall('全員の接続を終了する');
    await person.reads('商談が終了しました');
    expect(number).toMatch(/^\d{5}$/);
    // The answer to an address that is not there is a 404, which the console repeats.
    expect(person.complaints.filter((each) => !each.endsWith('/nowhere)'))).toEqual([]);
  });

  test('changes its language at once, and keeps it', async () => {
    for (const [path, japanese, english] of [
      ['/', '商談を始める', 'Start a meeting'],
      ['/join', '参加する', 'Join'],
    ] as const) {
      await person.goTo(path);
      await expect(person.button(japanese)).toBeVisible();
      await expect(person.page.locator('html')).toHaveAttribute('lang', 'ja');
      await person.presses('English');
      await expect(person.button(english)).toBeVisible();
      await expect(person.page.locator('html')).toHaveAttribute('lang', 'en');
      await person.page.reload();
      await expect(person.button(english)).toBeVisible();
      await person.presses('日本語');
      await expect(person.button(japanese)).toBeVisible();
    }
  });

  test('begins in the language of the browser', async () => {
    const visitor = await scene.arrives('blue', { media: null, locale: 'en-GB', switches: ['--lang=en-GB'] });
    await visitor.goTo('/');
    await expect(visitor.button('Start a meeting')).toBeVisible();
    await scene.goesHome(visitor);
  });
});

test.describe.serial('on a phone, by keyboard', () => {
  let customer: Participant;
  let rep: Participant;
  let number: string;

  setTheScene(async (scene) => {
    [customer, rep] = await Promise.all([
      scene.arrives('red', { viewport: phone }),
      scene.arrives('green', { viewport: phone }),
    ]);
  });

  async function nothingIsCutOff(person: Participant): Promise<void> {
    const { inside, outside } = await person.page.evaluate(() => ({
      inside: document.documentElement.clientWidth,
      outside: document.documentElement.scrollWidth,
    }));
    expect(outside, `${person.who} should not have to scroll sideways`).toBeLessThanOrEqual(inside);
  }

  test('the customer gets a number in large digits', async () => {
    customer.name = customersName;
    await customer.goTo('/');
    await nothingIsCutOff(customer);
    await tabsTo(customer, '商談を始める');
    await customer.page.keyboard.press('Enter');
    number = await customer.readsNumber();
    await nothingIsCutOff(customer);
    const size = await customer.page
      .getByRole('status', { name: '接続ナンバー' })
      .locator('span')
      .first()
      .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
    expect(size, 'the digits should be at least 72 px').toBeGreaterThanOrEqual(72);
  });

  test('the rep signs in and connects', async () => {
    rep.name = repsName;
    await rep.goTo('/dashboard');
    await nothingIsCutOff(rep);
    await typesInto(rep, '組織ID', 'demo');
    await typesInto(rep, 'ログインID', 'admin');
    await typesInto(rep, 'パスワード', adminPassword);
    await rep.page.keyboard.press('Enter');
    await expect(rep.page.getByRole('textbox', { name: '接続ナンバー' })).toBeFocused();
    await nothingIsCutOff(rep);
    await rep.page.keyboard.type(number);
    await rep.page.keyboard.press('Enter');
    await areTogether([customer, rep]);
    await nothingIsCutOff(rep);
    await nothingIsCutOff(customer);
  });

  test('the call is handled without a mouse', async () => {
    await tabsTo(customer, 'マイク');
    await customer.page.keyboard.press('Enter');
    await expect(rep.tile(customer)).toContainText('ミュート中');
    await customer.page.keyboard.press('Enter');
    await expect(rep.tile(customer)).not.toContainText('ミュート中');

    await tabsTo(customer, 'チャット');
    await customer.page.keyboard.press('Enter');
    await expect(customer.page.getByRole('textbox', { name: 'メッセージ' })).toBeFocused();
    await customer.page.keyboard.type('電話から書いています');
    await customer.page.keyboard.press('Enter');
    await customer.page.keyboard.press('Escape');
    await expect(customer.page.getByRole('textbox', { name: 'メッセージ' })).toHaveCount(0);
    await rep.readsInChat('電話から書いています');
    await rep.page.keyboard.press('Escape');

    await tabsTo(customer, 'その他');
    await customer.page.keyboard.press('Enter');
    await tabsTo(customer, 'スピーカー');
    await customer.page.keyboard.press('Space');
    await customer.hearsNothingOf(rep);
    await customer.page.keyboard.press('Space');
    await customer.hears(rep);
    await customer.page.keyboard.press('Escape');
    await expect(customer.button('その他')).toBeFocused();
    await nothingIsCutOff(customer);

    await tabsTo(customer, '接続終了');
    await customer.page.keyboard.press('Enter');
    await customer.reads('商談から退出しました');
    await rep.reads('他のユーザーからのコールが終了しました');
  });
});
