import { expect, test } from '@playwright/test';
import type { Locator } from '@playwright/test';
import { looksAway, notesAlerts, toldIn } from './kit/alerts.ts';
import { BannerKeeper } from './kit/company.ts';
import { Office, signsIn } from './kit/office.ts';
import type { Colleague } from './kit/office.ts';
import type { Participant } from './kit/participant.ts';
import type { Scene } from './kit/scene.ts';
import { setTheScene } from './kit/scene.ts';
import { areTogether } from './kit/together.ts';

/* B1: the rep's desk between two calls. */

const desktop = { width: 1_300, height: 860 };
const phone = { width: 390, height: 844 };
const page = 'https://www.acme.example/contact/';
const shownPage = 'www.acme.example/contact';
const nobodyThere = 'ただ今、対応できる担当者がいません';
const spaced = (number: string) => `${number.slice(0, 2)} ${number.slice(2)}`;

test.describe('the desk', () => {
  let scene: Scene;
  let admin: Participant;
  let sato: Participant;
  let satosAccount: Colleague;
  let customer: Participant;
  let office: Office;
  let key: string;
  const banner = 'お問い合わせ';

  setTheScene(async (opened) => {
    scene = opened;
    [admin, sato, customer] = await Promise.all([
      scene.arrives('green', { viewport: desktop }),
      scene.arrives('blue', { viewport: desktop, prepare: notesAlerts }),
      scene.arrives('red'),
    ]);
    await admin.signIn();
    office = await Office.of(admin);
    ({ key } = await (await BannerKeeper.of(admin)).makes(banner));
    satosAccount = await office.hires('佐藤 花子', 'sato');
    await sato.goTo('/dashboard');
    await signsIn(sato, satosAccount);
  });

  test.afterEach(async () => {
    await office.allLeave();
  });

  const waiting = ({ page }: Participant): Locator => page.getByRole('region', { name: 'お待ちのお客様' });
  const caller = (who: Participant, number: string): Locator =>
    waiting(who)
      .getByRole('listitem')
      .filter({ hasText: spaced(number) });
  const strip = ({ page }: Participant): Locator => page.getByRole('region', { name: /がお待ちです$/ });
  const goesTo = (who: Participant, place: string | RegExp) =>
    who.page.getByRole('navigation', { name: 'メニュー' }).getByRole('link', { name: place }).click();
  const is = (who: Participant, presence: string) =>
    expect(who.button(presence), `${who.who} should be ${presence}`).toHaveAttribute('aria-pressed', 'true');
  const customerReadsNobody = (isSo: boolean) =>
    expect(async () => {
      await customer.goTo(`/s/${key}`);
      await expect(customer.button('商談を始める')).toBeVisible();
      await customer.reads('とのオンライン商談');
      await expect(customer.page.getByText(nobodyThere)).toHaveCount(isSo ? 1 : 0, { timeout: 1_000 });
    }).toPass();

  test('shows a customer who waits to both reps, with the page they came from; one press takes them', async () => {
    await expect(sato.page.getByRole('textbox', { name: '接続ナンバー' })).toBeFocused();
    for (const rep of [admin, sato]) {
      await expect(waiting(rep)).toContainText('今お待ちのお客様はいません');
      await expect(waiting(rep)).toContainText('ほかに対応可 1名');
    }
    await customer.goTo(`/s/${key}?from=${encodeURIComponent(`${page}?campaign=secret`)}`);
    await customer.presses('商談を始める');
    const number = await customer.readsNumber();
    for (const rep of [admin, sato]) {
      const row = caller(rep, number);
      await expect(row).toContainText('お客様たった今');
      await expect(row).toContainText(banner);
      await expect(row).toContainText(shownPage);
      await expect(row).not.toContainText('secret');
      await expect(rep.page).toHaveTitle(/^\(1\) /);
    }

    const { earlier: home } = await sato.openTab('/dashboard');
    const beside = sato.page;
    sato.page = home;
    // Of a tab that is behind another, browsers paint next to nothing.
    await home.bringToFront();
    await caller(sato, number).getByRole('button', { name: '接続する' }).click();
    await sato.isInCall();
    await sato.answersRecording('NO');
    customer.name = 'お客様';
    await areTogether([customer, sato]);
    await expect(waiting(admin)).toContainText('今お待ちのお客様はいません');
    await expect(waiting(admin)).toContainText('ほかに対応可 0名');
    await expect(admin.page).not.toHaveTitle(/^\(/);

    // The own desk in another tab says where one is, and afterwards that one is back.
    const besides = beside.getByRole('region', { name: 'お待ちのお客様' });
    await expect(besides).toContainText('商談中');
    await expect(besides.getByRole('button', { name: '対応可' })).toHaveAttribute('aria-pressed', 'false');
    await sato.endsCall('全員の接続を終了する');
    await expect(besides.getByRole('button', { name: '対応可' })).toHaveAttribute('aria-pressed', 'true');
    await expect(besides).not.toContainText('商談中');
    await expect(waiting(admin)).toContainText('ほかに対応可 1名');
    await beside.close();
    await sato.goTo('/dashboard');
    await sato.page.getByRole('link', { name: 'お客様', exact: true }).click();
    await expect(sato.page, 'the meeting of today should lead to its page').toHaveURL(/\/history\/[\w-]+$/);
    await goesTo(sato, 'ホーム');
  });

  test('is not available while 離席 is chosen, whatever is loaded or started again', async () => {
    await customerReadsNobody(false);
    for (const rep of [admin, sato]) {
      await rep.presses('離席');
      await is(rep, '離席');
    }
    await expect(waiting(sato)).toContainText('対応できる担当者がいないことが、リンクバナーに表示されます');
    await customerReadsNobody(true);
    await sato.page.reload();
    await is(sato, '離席');
    await scene.server.kill();
    await expect(waiting(sato)).toContainText('サーバーにつなぎ直しています');
    await scene.server.start();
    await expect(waiting(sato)).not.toContainText('サーバーにつなぎ直しています');
    for (const rep of [admin, sato]) await is(rep, '離席');
    await customerReadsNobody(true);
    for (const rep of [admin, sato]) {
      await rep.presses('対応可');
      await is(rep, '対応可');
    }
    await customerReadsNobody(false);
  });

  test('asks for notifications when they are wanted, and gives one and a sound, but not at quiet hours', async () => {
    await sato.page.reload();
    await is(sato, '対応可');
    const settings = waiting(sato).locator('details');
    await settings.locator('summary').click();
    await expect(settings).toContainText('通知 オフ');
    expect(await toldIn(sato)).toMatchObject({ asked: 0, notifications: [] });
    await sato.context.grantPermissions(['notifications', 'camera', 'microphone'], { origin: sato.origin });
    await settings.getByRole('button', { name: 'ブラウザーの通知を使う' }).click();
    await expect(settings).toContainText('通知 オン');
    // One example, so that one knows what it looks like.
    expect(await toldIn(sato)).toMatchObject({ asked: 1, notifications: [{ title: 'お客様がお待ちです' }] });

    const before = await toldIn(sato);
    const news = async () => {
      const { notes, notifications } = await toldIn(sato);
      return { notes: notes - before.notes, notifications: notifications.slice(before.notifications.length) };
    };
    // Whoever looks at the desk needs no notification.
    const first = await office.waits(key, page);
    await expect(caller(sato, first.number)).toBeVisible();
    await expect.poll(news).toEqual({ notes: 2, notifications: [] });
    await looksAway(sato);
    const second = await office.waits(key, page);
    await expect(caller(sato, second.number)).toBeVisible();
    const notification = { title: 'お客様がお待ちです', body: `${banner}\n${shownPage}` };
    await expect.poll(news).toEqual({ notes: 4, notifications: [notification] });

    await settings.getByLabel('知らせない時間帯を決める').check();
    for (const end of ['始まり', '終わり']) {
      await settings.getByLabel(`知らせない時間帯の${end}`).fill('00:00');
    }
    await expect(settings).toContainText('00:00〜00:00 は知らせない');
    const third = await office.waits(key, page);
    await expect(caller(sato, third.number)).toBeVisible();
    // What came at quiet hours is not told later; what comes after them is.
    await settings.getByLabel('知らせない時間帯を決める').uncheck();
    await settings.getByLabel('音で知らせる').uncheck();
    const fourth = await office.waits(key, page);
    await expect(caller(sato, fourth.number)).toBeVisible();
    await expect.poll(news).toEqual({ notes: 4, notifications: [notification, notification] });

    // Nor is it while one is away.
    await sato.presses('離席');
    await is(sato, '離席');
    const fifth = await office.waits(key, page);
    await expect(caller(sato, fifth.number)).toBeVisible();
    await sato.presses('対応可');
    await is(sato, '対応可');
    await settings.getByLabel('音で知らせる').check();
    await expect.poll(news, 'turned on, it should sound once').toMatchObject({ notes: 6 });
    await office.waits(key, page);
    await expect.poll(news).toEqual({
      notes: 8,
      notifications: [notification, notification, notification],
    });
    await sato.page.reload();
    await expect(waiting(sato)).toContainText('音 オン、通知 オン');
    await expect(waiting(sato).getByRole('listitem')).toHaveCount(6);
    expect(await toldIn(sato), 'who waited before is no news').toMatchObject({ notes: 0, notifications: [] });
  });

  test('tells of a caller while the rep is at the documents, and takes them from there', async () => {
    await sato.context.grantPermissions(['notifications', 'camera', 'microphone'], { origin: sato.origin });
    await sato.page.reload();
    await is(sato, '対応可');
    await goesTo(sato, '資料を設定する');
    await expect(sato.page.getByRole('heading', { name: '資料を設定する' })).toBeVisible();
    await looksAway(sato);
    await expect(strip(sato)).toHaveCount(0);
    const early = await office.waits(key, page);
    await expect(strip(sato)).toContainText(spaced(early.number));
    await expect(strip(sato)).toContainText(shownPage);
    await expect(
      sato.page.getByRole('link', { name: /ホーム/ }),
      'the count should stand at ホーム',
    ).toContainText('1');
    await expect.poll(() => toldIn(sato)).toMatchObject({ notes: 2, notifications: [{}] });

    // Put off, they are out of the way and still counted.
    await strip(sato).getByRole('button', { name: 'あとで' }).click();
    await expect(strip(sato)).toHaveCount(0);
    const late = await office.waits(key, page);
    await expect(strip(sato)).toContainText(spaced(late.number));
    await expect(sato.page.getByRole('link', { name: /ホーム/ })).toContainText('2');
    await goesTo(sato, '商談履歴');
    await expect(strip(sato)).toContainText(spaced(late.number));
    await strip(sato).getByRole('button', { name: '接続する' }).click();
    await sato.isInCall();
    await sato.answersRecording('NO');
    await expect(caller(admin, late.number)).toHaveCount(0);
    await expect(caller(admin, early.number)).toBeVisible();

    // In the call all is quiet; the one who came meanwhile stands at the desk afterwards.
    const { notes } = await toldIn(sato);
    const meanwhile = await office.waits(key, page);
    await expect(caller(admin, meanwhile.number)).toBeVisible();
    await expect(strip(sato)).toHaveCount(0);
    await sato.endsCall('全員の接続を終了する');
    expect((await toldIn(sato)).notes).toBe(notes);
    await sato.goTo('/dashboard');
    await expect(caller(sato, meanwhile.number)).toBeVisible();
  });

  test('says so where a colleague was faster', async () => {
    // So far away that the press comes too late, and the news of it later still.
    const suzuki = await scene.arrives('yellow', { viewport: desktop, farMs: 800 });
    await suzuki.goTo('/dashboard');
    await signsIn(suzuki, await office.hires('鈴木 一郎', 'suzuki'));
    await is(suzuki, '対応可');
    await goesTo(suzuki, '資料を設定する');
    const { number } = await office.waits(key, page);
    await expect(strip(suzuki)).toContainText(spaced(number));
    await Promise.all([
      caller(admin, number).getByRole('button', { name: '接続する' }).click(),
      strip(suzuki).getByRole('button', { name: '接続する' }).click(),
    ]);
    await admin.isInCall();
    await admin.answersRecording('NO');
    await expect(suzuki.page.getByRole('alert')).toHaveText('ほかの担当者が先に接続しました。');
    await suzuki.presses('閉じる');
    await expect(suzuki.page.getByRole('alert')).toHaveCount(0);
    await scene.goesHome(suzuki);
    await admin.endsCall('全員の接続を終了する');
    await admin.goTo('/dashboard');
    await is(admin, '対応可');
  });

  test('keeps the calls that are to be returned, the oldest first, until they are', async () => {
    const region = sato.page.getByRole('region', { name: /^折り返しのご連絡/ });
    await expect(region).toContainText('折り返しを待っている方はいません');
    for (const [name, phone] of [
      ['高橋 一郎', '03-0000-0000'],
      ['渡辺 美咲', '090-0000-0000'],
    ] as const) {
      await office.wishesCall(key, { name, phone, wish: '明日の午後', origin: page });
      await expect(region.getByRole('listitem', { name })).toContainText('ご希望: 明日の午後');
    }
    await expect(region.getByRole('listitem')).toContainText(['高橋 一郎', '渡辺 美咲']);
    await expect(region.getByRole('link', { name: '03-0000-0000' })).toHaveAttribute(
      'href',
      'tel:0300000000',
    );
    const takahashi = region.getByRole('listitem', { name: '高橋 一郎' });
    await takahashi.getByRole('button', { name: '連絡しました' }).click();
    await expect(takahashi).toBeHidden();
    const admins = admin.page.getByRole('region', { name: /^折り返しのご連絡/ });
    await expect(admins.getByRole('listitem', { name: '高橋 一郎' })).toBeHidden();
    await admins.getByText('連絡済み 1件').click();
    await expect(admins.getByRole('listitem', { name: '高橋 一郎' })).toContainText(
      '佐藤 花子が連絡しました',
    );
    await admins.getByRole('button', { name: '未対応に戻す' }).click();
    await expect(region.getByRole('listitem').first()).toContainText('高橋 一郎');
    await takahashi.getByRole('button', { name: '連絡しました' }).click();
    await expect(takahashi).toBeHidden();
  });

  test('moves nothing when somebody comes', async () => {
    await sato.page.reload();
    await is(sato, '対応可');
    for (const size of [desktop, phone]) {
      await sato.page.setViewportSize(size);
      const field = sato.page.getByRole('textbox', { name: '接続ナンバー' });
      const places = async () =>
        Promise.all(
          [field, sato.button('商談ルームを開く'), sato.button('離席')].map((each) => each.boundingBox()),
        );
      const before = await places();
      expect(before.every((box) => box !== null)).toBe(true);
      const { number } = await office.waits(key, page);
      await expect(caller(sato, number)).toBeVisible();
      expect(await places()).toEqual(before);
      await office.allLeave();
      await expect(caller(sato, number)).toHaveCount(0);
    }
  });

  test('fits on a telephone, and all of it can be reached with a thumb', async () => {
    await sato.page.setViewportSize(phone);
    const long = await office.waits(key, `https://www.acme.example/${'a-long-way/'.repeat(20)}`);
    await expect(caller(sato, long.number)).toBeVisible();
    const tooWide = ({ page }: Participant) =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    const smallestTarget = 44;
    const controls = sato.page.locator('main button, main summary, main input, main a, nav a');
    for (const width of [390, 320]) {
      await sato.page.setViewportSize({ ...phone, width });
      expect(await tooWide(sato), `nothing should stick out at ${width} px`).toBe(0);
      const sizes = await controls.evaluateAll((all) =>
        all
          .filter((each) => each.checkVisibility())
          .map((each) => ({
            what: each.textContent.trim() || each.outerHTML,
            height: (each.closest('label') ?? each).getBoundingClientRect().height,
          })),
      );
      expect(sizes.length).toBeGreaterThan(10);
      expect(sizes.filter(({ height }) => height < smallestTarget)).toEqual([]);
    }
    // An admin has more places to go to.
    await admin.page.setViewportSize({ ...phone, width: 320 });
    expect(await tooWide(admin)).toBe(0);
    await admin.page.setViewportSize(desktop);
    await sato.page.setViewportSize(phone);
    await goesTo(sato, '資料を設定する');
    await expect(strip(sato)).toContainText(spaced(long.number));
    expect(await tooWide(sato)).toBe(0);
    const box = await strip(sato).getByRole('button', { name: '接続する' }).boundingBox();
    expect(box!.y, 'the button should be in the lower half').toBeGreaterThan(phone.height / 2);
    // It hides no place of the desk.
    await goesTo(sato, 'ホーム');
    await caller(sato, long.number).getByRole('button', { name: '接続する' }).click();
    await sato.isInCall();
    await sato.answersRecording('NO');
    await sato.endsCall('全員の接続を終了する');
    await sato.page.setViewportSize(desktop);
    await sato.goTo('/dashboard');
  });

  test('works by keyboard alone', async () => {
    await is(sato, '対応可');
    await expect(sato.page.getByRole('textbox', { name: '接続ナンバー' })).toBeFocused();
    const { number } = await office.waits(key, page);
    await expect(caller(sato, number)).toBeVisible();
    const reaches = async (target: Locator, key = 'Tab') => {
      for (let steps = 0; steps < 40; steps += 1) {
        await sato.page.keyboard.press(key);
        if (await target.evaluate((element) => element === document.activeElement)) return;
      }
      throw new Error(`${key} does not reach ${String(target)}.`);
    };
    await reaches(sato.button('離席'));
    await sato.page.keyboard.press('Space');
    await is(sato, '離席');
    await sato.page.keyboard.press('Shift+Tab');
    await sato.page.keyboard.press('Enter');
    await is(sato, '対応可');
    await reaches(waiting(sato).locator('summary'));
    await sato.page.keyboard.press('Enter');
    await reaches(waiting(sato).getByLabel('音で知らせる'));
    const take = caller(sato, number).getByRole('button', { name: '接続する' });
    await reaches(take, 'Shift+Tab');
    await sato.page.keyboard.press('Enter');
    await sato.isInCall();
    await sato.answersRecording('NO');
    await sato.endsCall('全員の接続を終了する');
    await sato.goTo('/dashboard');
  });

  test('says why it is over where somebody else has ended it, and can be gone on with', async () => {
    await is(sato, '対応可');
    await office.endsSessionsOf(satosAccount);
    await sato.reads('別の画面からの操作でログアウトしました');
    await expect(waiting(sato)).toHaveCount(0);
    await expect(waiting(admin)).toContainText('ほかに対応可 0名');
    await signsIn(sato, satosAccount);
    await is(sato, '対応可');

    // At another place of the desk, too.
    await goesTo(sato, '資料を設定する');
    await office.resetsPasswordOf(satosAccount);
    await sato.reads('パスワードが変更されたため、ログアウトしました');

    const tanaka = await office.hires('田中 次郎', 'tanaka');
    await sato.goTo('/dashboard');
    await signsIn(sato, tanaka);
    await is(sato, '対応可');
    // Signed out in one tab, signed out in the other.
    const { earlier } = await sato.openTab('/dashboard');
    await is(sato, '対応可');
    await sato.presses('ログアウト');
    await expect(earlier.getByRole('textbox', { name: 'ログインID' })).toBeVisible();
    await expect(earlier.getByRole('region', { name: 'お待ちのお客様' })).toHaveCount(0);
    await earlier.close();
    await signsIn(sato, tanaka);
    await is(sato, '対応可');
    await office.removes(tanaka);
    await sato.reads('このアカウントは削除されたため、使用できません');
  });

  test('is downloaded by no customer', async () => {
    const scriptsOf = async ({ page }: Participant): Promise<string> => {
      const urls = await page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => name),
      );
      const scripts = urls.filter((url) => new URL(url).pathname.endsWith('.js'));
      return (await Promise.all(scripts.map(async (url) => (await fetch(url)).text()))).join('');
    };
    const desks = /taimen\.quiet-hours/;
    await admin.page.reload();
    await is(admin, '対応可');
    expect(await scriptsOf(admin)).toMatch(desks);
    await customer.goTo(`/s/${key}`);
    await customer.presses('商談を始める');
    await customer.readsNumber();
    const customers = await scriptsOf(customer);
    expect(customers).not.toBe('');
    expect(customers).not.toMatch(desks);
    await customer.presses('やめる');
  });
});
