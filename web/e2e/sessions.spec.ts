import { expect, test } from '@playwright/test';
import type { Locator } from '@playwright/test';
import type { UserCreated } from '../../sfu/protocol/organization.ts';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';

/* A3: where one is signed in, and signing out from afar. */

const ownPassword = 'asa no kohi wa oishii';
const newerPassword = 'yoru no ocha mo oishii';

test.describe.serial('one account in several browsers', () => {
  let scene: Scene;
  let admin: Participant;
  /** The same person, at the office and at home. */
  let office: Participant;
  let home: Participant;
  let firstPassword = '';

  setTheScene(async (opened) => {
    scene = opened;
    admin = await scene.arrives('green', { media: null, viewport: { width: 1_300, height: 860 } });
    await admin.signIn();
    const answer = await admin.context.request.post(`${admin.origin}/api/users`, {
      headers: { Origin: admin.origin },
      data: { login: 'sato', name: '佐藤 花子', role: 'rep' },
    });
    firstPassword = ((await answer.json()) as UserCreated).password;
    office = await scene.arrives('blue', { media: null });
    home = await scene.arrives('red', { media: null, viewport: { width: 390, height: 844 } });
  });

  const list = (who: Participant): Locator => who.page.getByRole('list', { name: 'ログイン中の端末' });
  const sessions = (who: Participant): Locator => list(who).getByRole('listitem');
  const signOutButtons = (who: Participant): Locator =>
    list(who).getByRole('button', { name: /をログアウトさせる$/ });

  async function signsIn(who: Participant, password: string): Promise<void> {
    await who.goTo('/dashboard');
    await who.fills('組織ID', 'demo');
    await who.fills('ログインID', 'sato');
    await who.fills('パスワード', password);
    await who.presses('ログイン');
  }

  async function isAtTheDesk(who: Participant): Promise<void> {
    await expect(who.page.getByRole('textbox', { name: '接続ナンバー' })).toBeVisible();
  }

  async function readsNextTime(who: Participant, reason: string): Promise<void> {
    await who.goTo('/dashboard/sessions');
    await expect(who.page.getByRole('alert')).toContainText(reason);
    await expect(who.button('ログイン')).toBeVisible();
  }

  test('the organisation allows one account in several windows', async () => {
    await admin.goTo('/dashboard/admin/settings');
    await admin.page.getByRole('switch', { name: '1つのアカウントを、同時に複数の画面で使う' }).click();
    await admin.presses('保存する');
    await admin.reads('保存しました');
  });

  test('both are listed, with browser and address, and this one is marked', async () => {
    await signsIn(office, firstPassword);
    await office.fills('新しいパスワード', ownPassword);
    await office.presses('パスワードを変更する');
    await isAtTheDesk(office);
    await signsIn(home, ownPassword);
    await isAtTheDesk(home);

    await office.page.getByRole('link', { name: '佐藤 花子' }).click();
    await expect(office.page.getByRole('heading', { level: 1 })).toHaveText('ログイン中の端末');
    await expect(office.page).toHaveTitle(/^ログイン中の端末/);
    await expect(sessions(office)).toHaveCount(2);
    await expect(sessions(office).filter({ hasText: 'この端末' })).toHaveCount(1);
    for (const each of await sessions(office).all())
      await expect(each).toContainText(/Chrome.*127\.0\.0\.1/s);
    // Whoever wants to leave here has the button above.
    await expect(signOutButtons(office)).toHaveCount(1);
  });

  test('the one at home is signed out from the office, and reads why', async () => {
    await signOutButtons(office).click();
    await expect(office.page.getByRole('status').filter({ hasText: 'ログアウトさせました' })).toBeVisible();
    await expect(sessions(office)).toHaveCount(1);
    await office.reads('ほかの端末ではログインしていません');
    await readsNextTime(home, '別の画面からの操作でログアウトしました');
  });

  test('all others are signed out at once, after a question', async () => {
    await signsIn(home, ownPassword);
    await isAtTheDesk(home);
    // A program that does not say what it is.
    const unknown = await fetch(`${office.origin}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: office.origin },
      body: JSON.stringify({ organization: 'demo', login: 'sato', password: ownPassword }),
    });
    expect(unknown.status).toBe(200);
    await office.page.reload();
    await expect(sessions(office)).toHaveCount(3);
    await expect(sessions(office).filter({ hasText: '不明なブラウザー' })).toHaveCount(1);

    await office.presses('ほかの端末をすべてログアウトさせる');
    await office.presses('キャンセル');
    await expect(sessions(office)).toHaveCount(3);
    await office.presses('ほかの端末をすべてログアウトさせる');
    await office.presses('2台をログアウトさせる');
    await expect(sessions(office)).toHaveCount(1);
    await readsNextTime(home, '別の画面からの操作でログアウトしました');
  });

  test('the password is changed here; a wrong one is refused, and the others have to sign in anew', async () => {
    await signsIn(home, ownPassword);
    await isAtTheDesk(home);
    await office.fills('現在のパスワード', 'not-the-password');
    await office.fills('新しいパスワード', newerPassword);
    await office.presses('パスワードを変更する');
    await office.reads('現在のパスワードが正しくありません');
    await expect(office.page.getByRole('textbox', { name: '現在のパスワード' })).toBeFocused();
    await office.fills('現在のパスワード', ownPassword);
    await office.presses('パスワードを変更する');
    await office.reads('パスワードを変更しました');
    await expect(sessions(office)).toHaveCount(1);
    await readsNextTime(home, 'パスワードが変更されたため');
    await signsIn(home, newerPassword);
    await isAtTheDesk(home);
  });

  test('an admin sees where a rep is signed in, and signs them out', async () => {
    await admin.goTo('/dashboard/admin/users');
    const row = admin.page.getByRole('listitem', { name: '佐藤 花子', exact: true });
    await row.getByRole('button', { name: 'その他の操作' }).click();
    await admin.page.getByRole('menuitem', { name: 'ログイン中の端末' }).click();
    await expect(sessions(admin)).toHaveCount(2);
    await expect(sessions(admin).filter({ hasText: 'この端末' })).toHaveCount(0);
    await admin.presses('すべての端末をログアウトさせる');
    await admin.presses('2台をログアウトさせる');
    await admin.reads('今はどこからもログインしていません');
    await admin.presses('閉じる');
    for (const who of [office, home]) await readsNextTime(who, '別の画面からの操作でログアウトしました');
  });

  test('the own row leads to the own sessions', async () => {
    const row = admin.page.getByRole('listitem', { name: 'admin', exact: true });
    await row.getByRole('button', { name: 'その他の操作' }).click();
    await admin.page.getByRole('menuitem', { name: 'ログイン中の端末とパスワード' }).click();
    await expect(sessions(admin)).toHaveCount(1);
    await expect(sessions(admin)).toContainText('この端末');
  });

  test('the log has it as the act of whoever did it', async () => {
    await admin.goTo('/dashboard/admin/logs');
    const entries = admin.page
      .getByRole('main')
      .getByRole('listitem')
      .filter({ hasText: '別の画面からログアウト' });
    const by = (name: string) => entries.filter({ has: admin.page.getByText(name, { exact: true }) });
    await expect(by('admin')).toHaveCount(2);
    for (const each of await by('admin').all()) await expect(each).toContainText('佐藤 花子 (sato)');
    // One at home, then two at once.
    await expect(by('佐藤 花子')).toHaveCount(3);
    await expect(entries).toHaveCount(5);
  });

  test('no page complained', () => {
    for (const who of [admin, office, home]) {
      expect(who.complaints.filter((each) => !/40[13]/.test(each))).toEqual([]);
    }
  });
});
