import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Locator } from '@playwright/test';
import type { HistoryMeeting } from '../../sfu/protocol/history.ts';
import { isAccessible } from './kit/accessibility.ts';
import { closesPanel, entry, opensPanel, receives, seesPage, sendsByScript, shows } from './kit/documents.ts';
import { colouredPages } from './kit/film.ts';
import { meetingInList, meetingsOf, opensMeeting } from './kit/history.ts';
import { Office, signsIn } from './kit/office.ts';
import type { Participant } from './kit/participant.ts';
import { readyRecordings, records, seesLamp } from './kit/recording.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';
import { areTogether } from './kit/together.ts';

/* B3: what a rep finds of a meeting afterwards, and nobody else does. */

const customersName = 'ヤマダ商会 ABC';
const title = 'ご提案書 2026';
const note = '予算は来月に決まる。\n次回は見積書を持参。';

test.describe.serial('a meeting, afterwards', () => {
  let scene: Scene;
  let admin: Participant;
  let rep: Participant;
  let colleague: Participant;
  let customer: Participant;
  let meetingId: string;

  setTheScene(async (opened) => {
    scene = opened;
    [admin, rep, colleague, customer] = await Promise.all([
      scene.arrives('yellow', { media: null }),
      scene.arrives('green', { viewport: { width: 1_440, height: 900 } }),
      scene.arrives('blue', { media: null }),
      scene.arrives('red'),
    ]);
    await admin.signIn();
    const office = await Office.of(admin);
    for (const [who, name, login] of [
      [rep, '佐藤 花子', 'sato'],
      [colleague, '田中 次郎', 'tanaka'],
    ] as const) {
      await who.goTo('/dashboard');
      await signsIn(who, await office.hires(name, login));
    }
    await sendsByScript(
      rep,
      `${title}.pdf`,
      colouredPages([
        [60, 200, 200],
        [205, 80, 200],
      ]),
    );
  });

  const section = (name: string): Locator => rep.page.getByRole('region', { name, exact: true });
  const search = (): Locator => rep.page.getByRole('searchbox', { name: '検索' });
  const rows = (): Locator => section('商談の一覧').getByRole('listitem');
  const found = (): Locator => meetingInList(rep, customersName);

  test('there is a call with a document of two pages, a file and a chat', async () => {
    const number = await rep.openRoom();
    await customer.join(number, customersName);
    await rep.letsIn(customersName);
    await areTogether([rep, customer]);
    await rep.answersRecording('YES');
    await seesLamp(rep, '録画中');
    await shows(rep, title);
    await seesPage(customer, 1);
    await closesPanel(rep);
    await records(rep, 2);
    await rep.presses('次のページ');
    await seesPage(customer, 2);
    await records(rep, 4);
    await opensPanel(rep);
    await entry(rep, title).getByRole('button', { name: '許可する' }).click();
    await entry(rep, title).getByRole('button', { name: '資料を渡す', exact: true }).click();
    await receives(customer);
    await closesPanel(rep);
    await rep.writes('次回は木曜の10時にお願いします');
    await customer.readsInChat('次回は木曜の10時にお願いします');
    await customer.writes('承知しました https://example.jp/a');
    await rep.readsInChat('承知しました');
    await rep.endsCall('全員の接続を終了する');
    await customer.reads('商談が終了しました');
    await readyRecordings(rep, 1);
    [{ meetingId }] = (await meetingsOf(rep)) as [HistoryMeeting];
  });

  test('another one, of nothing but a few words, comes after it', async () => {
    await rep.goTo('/dashboard');
    const number = await rep.openRoom();
    await customer.join(number, '鈴木');
    await rep.letsIn('鈴木');
    await areTogether([rep, customer]);
    await rep.answersRecording('NO');
    await rep.endsCall('全員の接続を終了する');
    await customer.reads('商談が終了しました');
  });

  test('the list has both, the newest first, with what there is of each', async () => {
    await rep.goTo('/dashboard');
    await rep.page.getByRole('link', { name: '商談履歴' }).first().click();
    await expect(rows()).toHaveCount(2);
    await expect(rows().first()).toContainText('鈴木');
    await expect(found()).toContainText(title);
    await expect(found()).toContainText('再生できます');
    await expect(found()).toContainText(/\d{2}:\d{2}–\d{2}:\d{2}/);
    await rep.reads('2件');
  });

  for (const typed of ['ﾔﾏﾀﾞ', 'やまだ商会', 'ａｂｃ', 'ご提案 ヤマダ']) {
    test(`the rep finds it with 「${typed}」`, async () => {
      await search().fill('');
      await expect(rows()).toHaveCount(2);
      await search().fill(typed);
      await expect(rows()).toHaveCount(1);
      await expect(found()).toBeVisible();
      await expect(rep.page).toHaveURL(/\?q=/);
    });
  }

  test('what is not there is not found, and everything comes back with a press', async () => {
    await search().fill('カトウ');
    await rep.reads('条件に合う商談がありません');
    await rep.presses('条件をすべて外す');
    await expect(rows()).toHaveCount(2);
    await expect(search()).toHaveValue('');
  });

  test('while a word is being converted, nothing is searched for', async () => {
    const asked: string[] = [];
    rep.page.on('request', (request) => {
      if (request.url().includes('/api/history?')) asked.push(decodeURIComponent(request.url()));
    });
    const keyboard = await rep.context.newCDPSession(rep.page);
    await search().focus();
    for (const text of ['t', 'て', 'てい', 'ていあん']) {
      await keyboard.send('Input.imeSetComposition', {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    }
    await expect(search()).toHaveValue('ていあん');
    await keyboard.send('Input.insertText', { text: '提案' });
    await expect(search()).toHaveValue('提案');
    await expect(rows()).toHaveCount(1);
    expect(
      asked.filter((url) => /search=[^&]/.test(url)).map((url) => /search=([^&]*)/.exec(url)?.[1]),
    ).toEqual(['提案']);
    await keyboard.detach();
  });

  test('the way back from its page leads to the same search', async () => {
    await opensMeeting(rep, customersName);
    expect(new URL(rep.page.url()).pathname).toBe(`/dashboard/history/${meetingId}`);
    await rep.page.goBack();
    await expect(search()).toHaveValue('提案');
    await expect(rows()).toHaveCount(1);
    await rep.page.reload();
    await expect(search()).toHaveValue('提案');
    await expect(rows()).toHaveCount(1);
    await opensMeeting(rep, customersName);
    await rep.page.getByRole('link', { name: '商談履歴の一覧' }).click();
    await expect(search()).toHaveValue('提案');
    await rep.page.goBack();
    await rep.page.goBack();
    await expect(search()).toHaveValue('提案');
    await rep.page.goBack();
    await expect(search()).toHaveValue('');
    await expect(rows()).toHaveCount(2);
  });

  test('its page says who was there, what was shown and for how long, handed over and written', async () => {
    await opensMeeting(rep, customersName);
    const people = section('参加された方').getByRole('listitem');
    await expect(people).toHaveCount(2);
    await expect(people.filter({ hasText: '佐藤 花子' })).toContainText('担当者');
    await expect(people.filter({ hasText: customersName })).toContainText(/に参加.*の終了まで参加/s);

    const shown = section('見せた資料').getByRole('listitem', { name: title, exact: true });
    await expect(shown.getByRole('link', { name: title })).toBeVisible();
    const pages = shown.getByRole('list', { name: 'ページごとの表示時間' }).getByRole('listitem');
    await expect(pages).toHaveCount(2);
    const seconds: number[] = [];
    for (const page of await pages.all()) {
      const [, minute, second] = /(\d+):(\d\d)/.exec(await page.innerText()) ?? [];
      seconds.push(Number(minute) * 60 + Number(second));
    }
    expect(seconds[0], 'the first page was on show for so many seconds').toBeGreaterThanOrEqual(2);
    expect(seconds[1]).toBeGreaterThanOrEqual(4);

    const file = section('ファイルの受け渡し').getByRole('listitem', { name: `${title}.pdf`, exact: true });
    await expect(file).toContainText('佐藤 花子さんが渡したファイル');
    await expect(file).toContainText(customersName);
    await expect(file).toContainText('受け取り済み');

    const chat = section('チャット').getByRole('listitem');
    await expect(chat).toHaveCount(2);
    await expect(chat.first()).toContainText(/佐藤 花子.*次回は木曜の10時にお願いします/s);
    await expect(chat.last().getByRole('link')).toHaveAttribute('href', 'https://example.jp/a');

    const recording = section('録画').getByRole('listitem', { name: '録画', exact: true });
    await expect(recording).toContainText('再生できます');
    await rep.reads(/同意と操作の記録/);
  });

  test('its recording is played, and the way back leads to its page', async () => {
    await section('録画').getByRole('link', { name: '再生する' }).click();
    await expect(rep.page.getByRole('region', { name: 'プレーヤー', exact: true })).toBeVisible();
    // Also for who opens the link in a new tab.
    await rep.page.reload();
    await expect(rep.page.getByRole('region', { name: 'プレーヤー', exact: true })).toBeVisible();
    await rep.page.getByRole('link', { name: 'この商談の記録' }).click();
    await expect(section('チャット')).toBeVisible();
  });

  const noteField = (): Locator => rep.page.getByRole('textbox', { name: 'メモ' });
  const result = (name: string): Locator => rep.page.getByRole('radio', { name, exact: true });

  test('a note and a result are kept by themselves', async () => {
    await noteField().fill(note);
    await rep.reads('保存しました');
    await result('有望').check();
    await expect(section('自分だけの記録').getByText('保存しました')).toHaveCount(2);
    await rep.page.reload();
    await expect(noteField()).toHaveValue(note);
    await expect(result('有望')).toBeChecked();
  });

  test('its page and the list are accessible', async () => {
    await isAccessible(rep, 'one meeting');
    await rep.goTo('/dashboard/history?period=days&result=promising');
    await expect(rows()).toHaveCount(1);
    await rep.presses('残り時間とお知らせ');
    await isAccessible(rep, 'what is found in the history');
    await opensMeeting(rep, customersName);
  });

  test('a note that cannot be stored says so, stays, and is stored when the server is back', async () => {
    await scene.server.kill('SIGTERM');
    await noteField().fill(`${note}\nお礼の電話をする。`);
    await rep.reads('保存できていません。内容はこの画面に残っており、自動で保存し直します。');
    await rep.page.getByRole('link', { name: '商談履歴の一覧' }).click();
    await rep.page.goBack();
    await expect(noteField()).toHaveValue(`${note}\nお礼の電話をする。`);
    await scene.server.start();
    await expect(section('自分だけの記録').getByText('保存しました')).toBeVisible({ timeout: 40_000 });
    await rep.page.reload();
    await expect(noteField()).toHaveValue(`${note}\nお礼の電話をする。`);
  });

  test('what is typed last is stored although the page is left at once', async () => {
    await noteField().fill(note);
    await rep.goTo('/dashboard/history');
    await expect(found()).toContainText('次回は見積書を持参。');
    await expect(found()).not.toContainText('お礼の電話');
    await expect(found()).toContainText('有望');
  });

  test('it is found by its note, its result and its recording, and by the day', async () => {
    await search().fill('見積書');
    await expect(rows()).toHaveCount(1);
    await search().fill('');
    await expect(rows()).toHaveCount(2);
    await rep.page.getByLabel('結果').selectOption('有望');
    await expect(rows()).toHaveCount(1);
    await expect(found()).toBeVisible();
    await rep.page.getByLabel('結果').selectOption('受注');
    await rep.reads('条件に合う商談がありません');
    await rep.page.getByLabel('結果').selectOption('未設定');
    await expect(rows().first()).toContainText('鈴木');
    await rep.page.getByLabel('結果').selectOption('すべて');
    await rep.page.getByLabel('録画ありのみ').check();
    await expect(rows()).toHaveCount(1);
    await rep.page.getByLabel('録画ありのみ').uncheck();
    await rep.page.getByLabel('期間').selectOption('先月');
    await rep.reads('条件に合う商談がありません');
    await rep.page.getByLabel('期間').selectOption('今日');
    await expect(rows()).toHaveCount(2);
  });

  test('the CSV has what is listed, in a form that Excel opens', async () => {
    await search().fill('ﾔﾏﾀﾞ');
    await expect(rows()).toHaveCount(1);
    const saving = rep.page.waitForEvent('download');
    await rep.page.getByRole('link', { name: 'CSVで保存' }).click();
    const download = await saving;
    expect(download.suggestedFilename()).toBe('商談履歴.csv');
    const bytes = readFileSync(await download.path());
    expect([...bytes.subarray(0, 3)], 'Excel knows UTF-8 by its mark').toEqual([0xef, 0xbb, 0xbf]);
    const text = bytes.subarray(3).toString('utf8');
    const [head, line] = text.split('\r\n');
    expect(head).toContain('接続ナンバー');
    expect(line).toContain(customersName);
    expect(line).toContain(`${title},1,`);
    expect(line).toContain(`有望,"${note}"`);
    expect(text).not.toContain('鈴木');
  });

  test('a colleague and the admin see nothing of it', async () => {
    for (const other of [colleague, admin]) {
      await other.goTo(`/dashboard/history/${meetingId}`);
      await other.reads('商談の記録を読み込めませんでした。');
      const answer = await other.context.request.get(`${other.origin}/api/history/${meetingId}`);
      expect(answer.status(), other.who).toBe(404);
      await other.goTo('/dashboard/history');
      await other.reads('ここに商談の記録が並びます');
      await expect(other.page.getByText(customersName)).toHaveCount(0);
      const csv = await other.context.request.get(`${other.origin}/api/history.csv`);
      expect(await csv.text()).not.toContain('ヤマダ');
      const change = await other.context.request.patch(`${other.origin}/api/history/${meetingId}`, {
        data: { note: '見た' },
        headers: { Origin: other.origin },
      });
      expect(change.status()).toBe(404);
    }
    await rep.goTo(`/dashboard/history/${meetingId}`);
    await expect(noteField()).toHaveValue(note);
  });

  test('no page complained', () => {
    for (const each of [rep, customer]) {
      const unexpected = each.complaints.filter((text) => !/net::ERR_|WebSocket|404/.test(text));
      expect(unexpected, each.who).toEqual([]);
    }
  });
});
