import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';
import { adminPassword } from './kit/server.ts';
import { areTogether } from './kit/together.ts';

test.describe.serial('the same person in two tabs', () => {
  let scene: Scene;
  let customer: Participant;
  let rep: Participant;

  setTheScene(async (opened) => {
    scene = opened;
    [customer, rep] = await Promise.all([scene.arrives('red'), scene.arrives('green')]);
    await rep.signIn();
    await rep.connect(await customer.startAsCustomer());
    await areTogether([customer, rep]);
  });

  for (const side of ['customer', 'rep'] as const) {
    test(`the newer tab of the ${side} takes over, the older says so and can take it back`, async () => {
      const person = side === 'customer' ? customer : rep;
      const address = new URL(person.page.url()).pathname;
      const { earlier } = await person.openTab(address);
      await areTogether([customer, rep]);

      const later = person.page;
      await isPutAside(person, earlier);
      await earlier.getByRole('button', { name: 'このタブで続ける' }).click();
      person.page = earlier;
      await areTogether([customer, rep]);

      await isPutAside(person, later);
      await later.close();
      await areTogether([customer, rep]);
    });
  }

  test('who signs in elsewhere is asked first, and the call goes on', async () => {
    const elsewhere = await scene.arrives('blue', { media: null });
    await elsewhere.goTo('/dashboard');
    await elsewhere.fills('組織ID', 'demo');
    await elsewhere.fills('ログインID', 'admin');
    await elsewhere.fills('パスワード', adminPassword);
    await elsewhere.presses('ログイン');
    await elsewhere.reads('別の画面で商談中です');
    await expect(elsewhere.page.getByRole('textbox', { name: '接続ナンバー' })).toHaveCount(0);
    await elsewhere.presses('ここでログインする');
    await expect(elsewhere.page.getByRole('textbox', { name: '接続ナンバー' })).toBeVisible();
    await areTogether([customer, rep]);
    await rep.endsCall('全員の接続を終了する');
    await customer.reads('商談が終了しました');
    await rep.goTo('/dashboard');
    await rep.reads('別の画面からログインがあった');
    await scene.goesHome(elsewhere);
  });

  async function isPutAside(person: Participant, tab: Page): Promise<void> {
    const inFront = person.page;
    person.page = tab;
    await tab.bringToFront();
    await person.reads('この商談は別のタブで開かれています');
    await person.seesExactly([]);
    person.page = inFront;
  }
});
