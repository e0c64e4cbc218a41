import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Locator } from '@playwright/test';
import type { UserCreated } from '../../sfu/protocol/organization.ts';
import { isAccessible, isAccessibleNow } from './kit/accessibility.ts';
import { BannerKeeper } from './kit/company.ts';
import { closesPanel, opensPanel, samples, seesPage, sendsByScript, shows } from './kit/documents.ts';
import { meetingsOf } from './kit/history.ts';
import type { Participant } from './kit/participant.ts';
import { questionTo, readyRecordings, records, seesLamp } from './kit/recording.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';

/* Q2: every page, in both languages, light and dark, wide and narrow; no rule is switched off, nothing is left out. */

test.describe.serial('axe finds nothing', () => {
  test.setTimeout(240_000);
  let scene: Scene;
  let rep: Participant;
  let customer: Participant;
  let colleague: Participant;
  let bannerKey = '';
  let newcomersPassword = '';

  setTheScene(async (opened) => {
    scene = opened;
    [rep, customer, colleague] = await Promise.all([
      scene.arrives('green', { viewport: { width: 1_300, height: 860 } }),
      scene.arrives('red'),
      scene.arrives('blue'),
    ]);
    await rep.signIn();
    bannerKey = (await (await BannerKeeper.of(rep)).makes('会社のページ')).key;
    const answer = await rep.context.request.post(`${rep.origin}/api/users`, {
      headers: { Origin: rep.origin },
      data: { login: 'sato', name: '佐藤 花子', role: 'rep', note: '四月から' },
    });
    newcomersPassword = ((await answer.json()) as UserCreated).password;
  });

  const heading = (who: Participant): Locator => who.page.getByRole('heading', { level: 1 });
  const dialog = (who: Participant): Locator => who.page.getByRole('dialog');

  /** The page at an address, once it says what it is. */
  async function isAccessibleAt(who: Participant, path: string, title: string): Promise<void> {
    await who.goTo(path);
    await expect(heading(who).filter({ hasText: title })).toBeVisible();
    await isAccessible(who, path);
  }

  test('on what a customer comes to first', async () => {
    await isAccessibleAt(customer, '/', '担当者と、画面で対面する。');
    await isAccessibleAt(customer, `/s/${bannerKey}`, 'とのオンライン商談');
    await isAccessibleAt(customer, '/s/nobody-knows-this-key', '商談を始められません');
    await isAccessibleAt(customer, '/join', '商談に参加する');
    await isAccessibleAt(customer, '/i/cut-off', '参加できませんでした');
    await isAccessibleAt(customer, '/meeting/01jqz3v6y8e1m4n7p9r2t5w8xa', 'この商談');
  });

  test('on the pages of the server itself', async () => {
    await customer.goTo('/nowhere');
    await customer.reads('ページが見つかりません');
    for (const colorScheme of ['light', 'dark'] as const) {
      await customer.page.emulateMedia({ colorScheme });
      await isAccessibleNow(customer, `/nowhere (${colorScheme})`);
    }
    await customer.page.emulateMedia({ colorScheme: 'light' });
  });

  test('where a rep signs in', async () => {
    await colleague.goTo('/dashboard');
    await colleague.presses('ログイン');
    await colleague.reads('入力してください');
    await isAccessible(colleague, 'sign-in, with empty fields');
    await colleague.fills('組織ID', 'demo');
    await colleague.fills('ログインID', 'sato');
    await colleague.fills('パスワード', 'not-the-password');
    await colleague.presses('ログイン');
    await colleague.reads('正しくありません');
    await isAccessible(colleague, 'sign-in, refused');
    await colleague.fills('パスワード', newcomersPassword);
    await colleague.presses('ログイン');
    await colleague.fills('新しいパスワード', 'short');
    await colleague.presses('パスワードを変更する');
    await isAccessible(colleague, 'new password');
    await colleague.fills('新しいパスワード', 'asa no kohi wa oishii');
    await colleague.presses('パスワードを変更する');
    await expect(colleague.page.getByRole('textbox', { name: '接続ナンバー' })).toBeVisible();
    await isAccessibleAt(colleague, '/dashboard/admin', '管理者とマネージャー');
    await isAccessibleAt(colleague, '/dashboard/documents', '資料を設定する');
    await isAccessibleAt(colleague, '/dashboard/history', '商談履歴');
    // From here on a guest of the meeting.
    await colleague.presses('ログアウト');
    await expect(colleague.button('ログイン')).toBeVisible();
  });

  test('at the desk', async () => {
    const guide = readFileSync(path.join(samples, 'service-guide.pdf'));
    const { id } = await sendsByScript(rep, 'service-guide.pdf', guide);
    await isAccessibleAt(rep, '/dashboard/documents', '資料を設定する');
    const document = rep.page.getByRole('listitem', { name: 'service-guide' });
    await document.getByRole('button', { name: 'その他の操作' }).click();
    await isAccessible(rep, 'what can be done with a document');
    await rep.page.getByRole('menuitem', { name: '削除する' }).click();
    await isAccessible(rep, 'the question before a document is deleted');
    await rep.goTo(`/dashboard/documents/${id}`);
    await expect(rep.page.locator('canvas[data-painted-page]')).toBeVisible();
    await isAccessible(rep, 'one document');
    await isAccessibleAt(rep, '/dashboard/sessions', 'ログイン中の端末');
    await rep.goTo('/dashboard/banners');
    const banner = rep.page.getByRole('listitem', { name: '会社のページ', exact: true });
    await expect(banner).toBeVisible();
    await isAccessible(rep, '/dashboard/banners');
    await banner.getByRole('button', { name: '削除' }).click();
    await isAccessible(rep, 'the question before a banner is removed');
    await rep.presses('キャンセル');
    await isAccessibleAt(rep, '/dashboard/banners/new', '新しいバナー');
    await rep.goTo(`/dashboard/banners/${bannerKey}`);
    await expect(rep.page.getByRole('region', { name: 'プレビュー' })).toBeVisible();
    await isAccessible(rep, 'one banner');
  });

  test('in the organisation', async () => {
    const page = (name: string) => `/dashboard/admin/${name}`;
    const users = rep.page.getByRole('main').getByRole('listitem');
    await rep.goTo(page('users'));
    await expect(users).toHaveCount(2);
    await isAccessible(rep, page('users'));
    await rep.presses('ユーザーを追加');
    await dialog(rep).getByRole('button', { name: '追加する' }).click();
    await isAccessible(rep, 'a new user, with empty fields');
    await rep.presses('キャンセル');
    await rep.presses('CSVで登録');
    await isAccessible(rep, 'users by CSV');
    await dialog(rep)
      .locator('input[type=file]')
      .setInputFiles({
        name: 'users.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('loginId,name,role\n,,boss'),
      });
    await expect(dialog(rep).getByRole('listitem').first()).toBeVisible();
    await isAccessible(rep, 'users by CSV, with slips');
    await rep.presses('キャンセル');
    for (const [act, next] of [
      ['変更する', 'キャンセル'],
      ['ログイン中の端末', '閉じる'],
      ['削除する', 'キャンセル'],
      ['パスワードを再発行する', '再発行する'],
    ] as const) {
      await users.filter({ hasText: '佐藤' }).getByRole('button', { name: 'その他の操作' }).click();
      await rep.page.getByRole('menuitem', { name: act, exact: true }).click();
      await expect(dialog(rep)).toBeVisible();
      await isAccessible(rep, `${page('users')}: ${act}`);
      await rep.presses(next);
    }
    await expect(rep.page.getByRole('textbox', { name: '仮のパスワード' })).toBeVisible();
    await isAccessible(rep, 'a temporary password');
    await rep.presses('閉じる');

    await rep.goTo(page('units'));
    await rep.reads('まだ部署がありません');
    await isAccessible(rep, `${page('units')}, empty`);
    await rep.presses('部署を追加');
    await isAccessible(rep, 'a new unit');
    await rep.fills('部署名', '本社');
    await dialog(rep).getByRole('button', { name: '保存する' }).click();
    await expect(rep.page.getByRole('listitem', { name: '本社' })).toBeVisible();
    await isAccessible(rep, page('units'));

    await rep.goTo(page('usage'));
    await rep.page.getByText('表示する項目').click();
    await expect(rep.page.getByRole('table')).toBeVisible();
    await isAccessible(rep, page('usage'));
    await rep.goTo(page('logs'));
    await expect(rep.page.getByRole('main').getByRole('listitem').first()).toBeVisible();
    await isAccessible(rep, page('logs'));
    await rep.goTo(page('settings'));
    await rep.fills('お知らせする使用率(%)', '101');
    await rep.presses('保存する');
    await isAccessible(rep, `${page('settings')}, refused`);
  });

  test('from the number to the meeting', async () => {
    const number = await customer.startAsCustomer();
    await isAccessible(customer, 'the number');
    await rep.goTo('/dashboard');
    await rep.page.getByRole('textbox', { name: '接続ナンバー' }).fill('1');
    await rep.presses('接続する');
    await isAccessible(rep, 'home, with a wrong number');
    await rep.fills('接続ナンバー', number);
    await rep.reads('がお待ちです');
    await isAccessible(rep, 'home, with a customer who waits');
    await rep.connect(number, 'later');
    await expect(dialog(rep)).toBeVisible();
    await isAccessible(rep, 'the question whether to record');
    await rep.answersRecording('NO');
    await colleague.join(number, '鈴木 一郎');
    await colleague.reads('お待ちください');
    await isAccessible(colleague, 'at the door');
    await isAccessible(rep, 'the call, with somebody at the door');
    await rep.letsIn('鈴木 一郎');
    await colleague.isInCall();
    await rep.seesExactly([rep, customer, colleague]);
    await isAccessible(customer, 'the call, for a guest');
  });

  test('in the meeting', async () => {
    await rep.writes('資料は https://example.com にもあります');
    await isAccessible(rep, 'the call, with the chat');
    await customer.readsInChat('資料は');
    await isAccessible(customer, 'the call, with the chat, for a guest');
    await rep.presses('チャット招待');
    await expect(rep.page.getByRole('textbox', { name: '招待リンク' })).toBeVisible();
    await isAccessible(rep, 'the call, with an invitation');
    await rep.presses('チャット招待');
    await opensPanel(rep);
    await isAccessible(rep, 'the call, with the documents');
    await shows(rep, 'service-guide');
    await seesPage(rep, 1);
    await isAccessible(rep, 'the call, with a document and the panel');
    await closesPanel(rep);
    await isAccessible(rep, 'the call, with a document');
    await seesPage(customer, 1);
    await isAccessible(customer, 'the call, with a document, for a guest');

    await rep.presses('録画');
    await isAccessible(rep, 'the call, with the choice of a recording');
    await rep.presses('録画を始める');
    await seesLamp(customer, '録画中');
    await isAccessible(customer, 'the call, recorded');
    const late = await scene.arrives('yellow');
    await late.acceptInvitation(await rep.invites(), '高橋 明');
    await expect(questionTo(late)).toBeVisible();
    await isAccessible(late, 'the question to who comes while it is recorded');
    await scene.goesHome(late);
    await records(rep, 2);

    await customer.page.setViewportSize({ width: 390, height: 844 });
    await customer.presses('その他');
    await isAccessibleNow(customer, 'what else there is on a phone');
    await customer.page.keyboard.press('Escape');
    await rep.presses('接続終了');
    await isAccessible(rep, 'the question how to leave');
    await rep.presses('全員の接続を終了する');
    await customer.reads('商談が終了しました');
    await isAccessible(customer, 'the end, for a guest');
    await isAccessible(rep, 'the end, for the host');
  });

  test('afterwards', async () => {
    const [recording] = await readyRecordings(rep, 1);
    await rep.goTo('/dashboard/history');
    const [meeting] = await meetingsOf(rep);
    await expect(rep.page.locator(`a[href$="${meeting?.meetingId ?? ''}"]`).first()).toBeVisible();
    await isAccessible(rep, '/dashboard/history');
    await rep.goTo(`/dashboard/history/${meeting?.meetingId ?? ''}`);
    await rep.reads('service-guide');
    await isAccessible(rep, 'one meeting');
    await rep.goTo(`/dashboard/recordings/${recording?.id ?? ''}`);
    await expect(rep.page.locator('video')).toBeVisible();
    await isAccessible(rep, 'one recording');
  });
});
