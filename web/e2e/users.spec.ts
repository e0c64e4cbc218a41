import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Locator } from '@playwright/test';
import { fileNamed } from './kit/documents.ts';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';

/* A2, A4: the person in the office who sets up forty colleagues on a Friday. */

const desktop = { width: 1_300, height: 860 };
const phone = { width: 390, height: 844 };

test.describe.serial('the person in the office', () => {
  let scene: Scene;
  let admin: Participant;
  let managersPassword = '';
  const managersOwnPassword = 'kaisha no himitsu 2026';

  setTheScene(async (opened) => {
    scene = opened;
    admin = await scene.arrives('green', { media: null, viewport: desktop });
    await admin.signIn();
  });

  const row = (name: string, who = admin): Locator => who.page.getByRole('listitem', { name, exact: true });
  const dialog = (name: string | RegExp, who = admin): Locator => who.page.getByRole('dialog', { name });

  async function chooses(name: string, act: string): Promise<void> {
    await row(name).getByRole('button', { name: 'その他の操作' }).click();
    await admin.page.getByRole('menuitem', { name: act }).click();
  }

  /** パスワードを再発行する. @returns the temporary one */
  async function newPasswordOf(name: string): Promise<string> {
    await chooses(name, 'パスワードを再発行する');
    await dialog('パスワードを再発行しますか').getByRole('button', { name: '再発行する' }).click();
    const shown = dialog('仮のパスワード');
    const password = await shown.getByRole('textbox', { name: '仮のパスワード' }).inputValue();
    await shown.getByRole('button', { name: '閉じる' }).click();
    return password;
  }

  async function signsIn(who: Participant, login: string, password: string): Promise<void> {
    await who.goTo('/dashboard');
    await who.fills('組織ID', 'demo');
    await who.fills('ログインID', login);
    await who.fills('パスワード', password);
    await who.presses('ログイン');
  }

  async function choosesFile(content: string | Buffer): Promise<void> {
    const choosing = admin.page.waitForEvent('filechooser');
    await dialog('ユーザーをCSVで登録')
      .getByRole('button', { name: /CSVファイルを選ぶ|別のファイルを選ぶ/ })
      .click();
    await (await choosing).setFiles(fileNamed('名簿.csv', Buffer.from(content)));
  }

  test('finds the own account in the list, and cannot remove it', async () => {
    await admin.page.getByRole('link', { name: '組織の管理' }).click();
    await expect(row('admin')).toContainText('管理者');
    await expect(row('admin').getByRole('checkbox')).toHaveCount(0);
    await row('admin').getByRole('button', { name: 'その他の操作' }).click();
    await expect(admin.page.getByRole('menuitem')).toHaveText(['変更する', 'ログイン中の端末とパスワード']);
    await admin.page.keyboard.press('Escape');
  });

  test('changes the own login ID and name: it is still the own account, by its new name', async () => {
    await chooses('admin', '変更する');
    await admin.fills('氏名', '高橋 明');
    await admin.fills('ログインID', 'takahashi');
    await dialog('ユーザーを変更').getByRole('button', { name: '保存する' }).click();
    await expect(row('高橋 明')).toContainText('takahashi');
    await expect(row('高橋 明').getByRole('checkbox')).toHaveCount(0);
    await expect(admin.page.getByRole('banner')).toContainText('高橋 明');
    await chooses('高橋 明', '変更する');
    await admin.fills('氏名', 'admin');
    await admin.fills('ログインID', 'admin');
    await dialog('ユーザーを変更').getByRole('button', { name: '保存する' }).click();
    await expect(row('admin')).toBeVisible();
  });

  test('each page says what it is', async () => {
    for (const name of ['部署', '利用状況', 'ログ', '設定', 'ユーザー']) {
      await admin.page.getByRole('link', { name, exact: true }).click();
      await expect(admin.page.getByRole('heading', { level: 2 }).first()).toHaveText(name);
      await expect(admin.page.getByRole('heading', { level: 2 }).first()).toBeFocused();
      await expect(admin.page).toHaveTitle(`${name}|組織の管理|Taimen`);
      await expect(admin.page.getByRole('heading', { level: 1 })).toHaveText('組織の管理');
    }
  });

  test('makes units, one below the other', async () => {
    await admin.page.getByRole('link', { name: '部署', exact: true }).click();
    await admin.reads('まだ部署がありません');
    for (const [name, parent] of [
      ['本社', 'いちばん上'],
      ['営業部', '本社'],
      ['総務部', '本社'],
    ] as const) {
      await admin.presses('部署を追加');
      await admin.fills('部署名', name);
      await dialog('部署を追加').getByLabel('上の部署').selectOption({ label: parent });
      await dialog('部署を追加').getByRole('button', { name: '保存する' }).click();
      await expect(row(parent === '本社' ? `本社 / ${name}` : name)).toBeVisible();
    }
  });

  test('adds a manager, and reads the temporary password once', async () => {
    await admin.page.getByRole('link', { name: 'ユーザー', exact: true }).click();
    await admin.presses('ユーザーを追加');
    await admin.fills('氏名', '鈴木 一郎');
    await admin.fills('ログインID', 'suzuki');
    const adding = dialog('ユーザーを追加');
    await adding.getByLabel('権限').selectOption({ label: 'マネージャー' });
    await adding.getByLabel('部署').selectOption({ label: '本社 / 営業部' });
    await adding.getByRole('button', { name: '追加する' }).click();
    const shown = dialog('仮のパスワード');
    managersPassword = await shown.getByRole('textbox', { name: '仮のパスワード' }).inputValue();
    expect(managersPassword).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    await shown.getByRole('button', { name: '閉じる' }).click();
    await expect(row('鈴木 一郎')).toContainText('本社 / 営業部');
    await expect(row('鈴木 一郎')).toContainText('初期パスワードのまま');
  });

  test('a login ID that is taken is refused in words, and nothing typed is lost', async () => {
    await admin.presses('ユーザーを追加');
    await admin.fills('氏名', '別の鈴木');
    await admin.fills('ログインID', 'ＳＵＺＵＫＩ');
    const adding = dialog('ユーザーを追加');
    await adding.getByRole('button', { name: '追加する' }).click();
    await expect(adding.getByRole('alert')).toContainText('すでに使われています');
    await expect(adding.getByRole('textbox', { name: '氏名' })).toHaveValue('別の鈴木');
    await adding.getByRole('button', { name: 'キャンセル' }).click();
  });

  test('a file with slips is not registered; each slip is told with its line', async () => {
    await admin.presses('CSVで登録');
    const lines = [
      'ログインID,氏名,権限,部署',
      'sato,佐藤 花子,担当者,本社/営業部',
      'ito,伊藤 次郎,社長,',
      'ＳＡＴＯ,もう一人,担当者,',
      ',名無し,担当者,',
    ];
    await choosesFile(lines.join('\r\n'));
    const errors = dialog('ユーザーをCSVで登録').getByRole('listitem');
    await expect(errors.filter({ hasText: '3行目' }).filter({ hasText: '権限' })).toHaveCount(1);
    await expect(errors.filter({ hasText: '4行目' }).filter({ hasText: '同じログインID' })).toHaveCount(1);
    await expect(errors.filter({ hasText: '5行目' }).filter({ hasText: '空欄' })).toHaveCount(1);
    await expect(dialog('ユーザーをCSVで登録').getByRole('button', { name: '登録する' })).toHaveCount(0);
  });

  test('forty colleagues come in by one file, and their passwords can be saved', async () => {
    const lines = Array.from({ length: 40 }, (_, index) => {
      const unit = index % 2 === 0 ? '本社/営業部' : '本社/総務部';
      return `rep${index + 1},営業 ${index + 1}号,担当者,${unit}`;
    });
    await choosesFile(['ログインID,氏名,権限,部署', ...lines].join('\r\n'));
    const importing = dialog('ユーザーをCSVで登録');
    await expect(importing).toContainText('追加 40名');
    // Whoever goes back while it is being written would never see the passwords: it is asked first.
    let asked = '';
    await admin.page.route('**/api/users/csv?dry=0', async (route) => {
      await importing.getByRole('button', { name: '登録しています' }).waitFor();
      admin.page.once('dialog', (asking) => {
        asked = asking.message();
        void asking.dismiss();
      });
      await admin.page.evaluate(() => history.back());
      await route.continue();
    });
    await importing.getByRole('button', { name: '登録する' }).click();
    await expect.poll(() => asked).toContain('仮のパスワードを受け取れません');
    const shown = dialog('仮のパスワード');
    await expect(shown).toContainText('新しい40名', { timeout: 30_000 });
    // A slip beside the list, or Esc, loses nothing.
    await admin.page.mouse.click(5, 5);
    await admin.page.keyboard.press('Escape');
    const saving = admin.page.waitForEvent('download');
    await shown.getByRole('link', { name: '一覧をCSVで保存' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe('passwords.csv');
    expect(
      readFileSync(await saved.path(), 'utf8')
        .trim()
        .split('\r\n'),
    ).toHaveLength(1 + 40);
    // Going back in the browser would lose them: it is asked first.
    let question = '';
    admin.page.once('dialog', (asking) => {
      question = asking.message();
      void asking.dismiss();
    });
    await admin.page.evaluate(() => history.back());
    await expect.poll(() => question).toContain('二度と表示されません');
    await expect(shown).toBeVisible();
    await expect(admin.page).toHaveURL(/\/admin\/users$/);
    await shown.getByRole('button', { name: '閉じる' }).click();
    await admin.reads('42名');
  });

  test('finds one among them, and narrows the list to a unit', async () => {
    await admin.page.getByRole('searchbox', { name: '氏名またはログインIDで検索' }).fill('営業 17');
    await admin.reads('1名');
    await expect(row('営業 17号')).toBeVisible();
    await admin.page.getByRole('searchbox', { name: '氏名またはログインIDで検索' }).fill('');
    await admin.page.getByLabel('部署', { exact: true }).selectOption({ label: '本社 / 総務部' });
    await admin.reads('20名');
    await admin.page.getByLabel('部署', { exact: true }).selectOption({ label: 'すべての部署' });
    await admin.reads('42名');
  });

  test('the manager signs in with the temporary password and chooses an own one', async () => {
    const manager = await scene.arrives('blue', { media: null, viewport: desktop });
    await signsIn(manager, 'suzuki', managersPassword);
    await manager.reads('パスワードを変更してください');
    await manager.fills('新しいパスワード', managersOwnPassword);
    await manager.presses('パスワードを変更する');
    await manager.page.getByRole('link', { name: '組織の管理' }).click();
    // The reps of the own unit, and nobody else.
    await manager.reads('20名');
    await expect(row('営業 1号', manager)).toBeVisible();
    await expect(row('営業 2号', manager)).toHaveCount(0);
    await expect(row('admin', manager)).toHaveCount(0);
    for (const [name, path] of [
      ['部署', 'units'],
      ['設定', 'settings'],
    ] as const) {
      await expect(manager.page.getByRole('link', { name, exact: true })).toHaveCount(0);
      await manager.goTo(`/dashboard/admin/${path}`);
      await expect(manager.page.getByRole('heading', { level: 2 })).toHaveText(
        'このページは管理者のページです',
      );
      await expect(manager.page.getByRole('main').locator('input')).toHaveCount(0);
    }
    await scene.goesHome(manager);
  });

  test('a rep reads that this is not for them', async () => {
    const password = await newPasswordOf('営業 5号');
    const rep = await scene.arrives('red', { media: null });
    await signsIn(rep, 'rep5', password);
    await rep.fills('新しいパスワード', managersOwnPassword);
    await rep.presses('パスワードを変更する');
    await expect(rep.page.getByRole('textbox', { name: '接続ナンバー' })).toBeVisible();
    await expect(rep.page.getByRole('link', { name: '組織の管理' })).toHaveCount(0);
    for (const page of ['users', 'settings', 'logs']) {
      await rep.goTo(`/dashboard/admin/${page}`);
      await expect(rep.page.getByRole('heading', { level: 1 })).toHaveText(
        'このページは管理者とマネージャーのページです',
      );
      await expect(rep.page.getByRole('main').locator('input, table')).toHaveCount(0);
    }
    await scene.goesHome(rep);
  });

  test('somebody who has left is removed: whoever is signed in reads it, and cannot come back', async () => {
    const password = await newPasswordOf('営業 3号');
    const rep = await scene.arrives('red', { media: null });
    await signsIn(rep, 'rep3', password);
    await rep.reads('パスワードを変更してください');
    await chooses('営業 3号', '削除する');
    await dialog('ユーザーを削除しますか').getByRole('button', { name: '削除する' }).click();
    await expect(row('営業 3号')).toHaveCount(0);
    await rep.goTo('/dashboard');
    await rep.reads('このアカウントは削除されたため');
    await signsIn(rep, 'rep3', password);
    await rep.reads('正しくありません');
    await scene.goesHome(rep);
  });

  test('what was done stands in the log, and that it was read', async () => {
    await admin.page.getByRole('link', { name: 'ログ', exact: true }).click();
    const entries = admin.page.getByRole('main').getByRole('listitem');
    await expect(
      entries.filter({ hasText: 'ログイン' }).filter({ hasText: '鈴木 一郎' }).first(),
    ).toBeVisible();
    await admin.page.getByLabel('種類').selectOption({ label: '管理' });
    await expect(entries.filter({ hasText: 'ユーザーを削除' }).filter({ hasText: '営業 3号' })).toHaveCount(
      1,
    );
    await expect(entries.filter({ hasText: 'ユーザーをCSVで登録' }).first()).toBeVisible();
    await admin.page.getByRole('searchbox', { name: '言葉で検索' }).fill('鈴木');
    await expect(entries.filter({ hasText: '営業 3号' })).toHaveCount(0);
    await expect(entries.filter({ hasText: '鈴木 一郎' }).first()).toBeVisible();
    const status = admin.page.getByRole('main').getByRole('status');
    await expect(status).toHaveText(`${await entries.count()}件の記録があります`);
    await admin.page.getByRole('searchbox', { name: '言葉で検索' }).fill('');
    await expect(entries.filter({ hasText: 'ログを閲覧' }).first()).toBeVisible();
  });

  test('who uses how much is a table, with columns to pick', async () => {
    await admin.page.getByRole('link', { name: '利用状況', exact: true }).click();
    const table = admin.page.getByRole('table');
    await expect(admin.page.getByRole('main').getByRole('status')).toHaveText('42名を表示しています');
    const suzuki = table.getByRole('row').filter({ hasText: '鈴木 一郎' });
    const columns = await table.getByRole('columnheader').allTextContents();
    await expect(suzuki.locator('th, td').nth(columns.indexOf('ログイン回数'))).toHaveText('1');
    await expect(table.getByRole('columnheader', { name: '資料の容量' })).toHaveCount(0);
    await admin.page.getByText('表示する項目').click();
    await admin.page.getByRole('checkbox', { name: '資料の容量' }).check();
    await expect(table.getByRole('columnheader', { name: '資料の容量' })).toBeVisible();
    const saving = admin.page.waitForEvent('download');
    await admin.page.getByRole('link', { name: 'CSVで書き出す' }).click();
    expect((await saving).suggestedFilename()).toMatch(/\.csv$/);
  });

  test('the rules of the organisation are changed and stay so', async () => {
    await admin.page.getByRole('link', { name: '設定', exact: true }).click();
    await admin.fills('1アカウントの容量(GB)', '１０');
    await admin.fills('お知らせする使用率(%)', '101');
    await admin.presses('保存する');
    await admin.reads('1から100までの数字');
    await admin.reads('保存していません');
    await expect(admin.page.getByRole('textbox', { name: 'お知らせする使用率(%)' })).toBeFocused();
    await admin.fills('お知らせする使用率(%)', '50、60、70、80、90');
    await admin.fills('お知らせする使用量(GB)', '4、5');
    await admin.presses('保存する');
    await admin.reads('合わせて6つまでです。今は7つあります');
    await admin.fills('お知らせする使用率(%)', '95、70');
    await admin.fills('お知らせする使用量(GB)', '４.5');
    await admin.page.getByRole('switch', { name: '管理者にメールする' }).click();
    await admin.presses('保存する');
    await admin.reads('保存しました');
    await admin.page.reload();
    await expect(admin.page.getByRole('textbox', { name: '1アカウントの容量(GB)' })).toHaveValue('10');
    await expect(admin.page.getByRole('textbox', { name: 'お知らせする使用率(%)' })).toHaveValue('70, 95');
    await expect(admin.page.getByRole('textbox', { name: 'お知らせする使用量(GB)' })).toHaveValue('4.5');
    await expect(admin.page.getByRole('switch', { name: '管理者にメールする' })).toBeChecked();
    await admin.page.getByRole('link', { name: 'ユーザー', exact: true }).click();
  });

  test('all of it works with a thumb, and nothing is cut off', async () => {
    await admin.page.setViewportSize(phone);
    for (const name of ['部署', '利用状況', 'ログ', '設定', 'ユーザー']) {
      const link = admin.page.getByRole('link', { name, exact: true });
      await link.click();
      await expect(admin.page.getByRole('heading', { level: 2 }).first()).toHaveText(name);
      await expect(link).toBeInViewport({ ratio: 1 });
      const { inside, outside } = await admin.page.evaluate(() => ({
        inside: document.documentElement.clientWidth,
        outside: document.documentElement.scrollWidth,
      }));
      expect(outside, `nobody should have to scroll 「${name}」 sideways`).toBeLessThanOrEqual(inside);
    }
    await expect(row('営業 5号')).toBeVisible();
    await admin.page.setViewportSize(desktop);
  });

  test('no page complained', () => {
    expect(admin.complaints.filter((each) => !/40[19]/.test(each))).toEqual([]);
  });
});
