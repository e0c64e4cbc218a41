import path from 'node:path';
import { expect, test } from '@playwright/test';
import { ole } from '../../sfu/documents/examining/test-kit/bytes.ts';
import { pdfOf } from '../../sfu/test/kit/pdf.ts';
import {
  brings,
  chooses,
  drops,
  entry,
  fileNamed,
  goesToDocuments,
  isReady,
  opensPanel,
  picks,
  preview,
  samples,
  seesPreview,
  sendsByScript,
  sendsSlowly,
  step,
} from './kit/documents.ts';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';

/* B2, D1 and D2: what a rep does with the own documents before the meeting, at 資料を設定する. */

const phone = { width: 390, height: 844 };
const desktop = { width: 1_300, height: 860 };
const broken = '送信が途中で切れました';
const tooOld = 'この資料は見つかりません';

test.describe.serial('the documents of a rep', () => {
  let rep: Participant;

  setTheScene(async (scene) => {
    rep = await scene.arrives('green', { media: null, viewport: desktop, cuttable: true });
    await rep.signIn();
  });

  const list = () => rep.page.getByRole('region', { name: '資料の一覧' });
  const titles = () => list().getByRole('heading', { level: 2 });
  const title = (of: string) => entry(rep, of).getByRole('textbox', { name: 'タイトル' });
  const memo = (of: string) => rep.page.getByRole('textbox', { name: of, exact: true });
  const alert = (of: string) => entry(rep, of).getByRole('alert');

  async function opens(document: string): Promise<void> {
    await entry(rep, document).getByRole('link', { name: 'プレビューとメモ' }).click();
    await expect(rep.page.getByRole('heading', { level: 1, name: document, exact: true })).toBeVisible();
  }

  async function writes(into: string, text: string): Promise<void> {
    await memo(into).fill(text);
    await expect(memo(into).locator('..').getByRole('status')).toHaveText('保存しました');
  }

  /** In the open field, by keyboard. */
  async function retitles(from: string, to: string): Promise<void> {
    await title(from).fill(to);
    await title(from).press('Tab');
    await expect(entry(rep, to).getByRole('button', { name: '保存' })).toBeFocused();
    await rep.page.keyboard.press('Enter');
    await expect(titles().getByText(to, { exact: true })).toBeVisible();
  }

  /** What happens on the screen at once has reached the server, too. */
  async function stored(method: string, act: () => Promise<unknown>): Promise<void> {
    const answer = rep.page.waitForResponse((response) => response.request().method() === method);
    await act();
    expect((await answer).ok()).toBe(true);
  }

  async function nothingIsCutOff(): Promise<void> {
    const { inside, outside } = await rep.page.evaluate(() => ({
      inside: document.documentElement.clientWidth,
      outside: document.documentElement.scrollWidth,
    }));
    expect(outside, 'nobody should have to scroll sideways').toBeLessThanOrEqual(inside);
  }

  test('an empty page says how to begin', async () => {
    await rep.page.getByRole('link', { name: '資料を設定する' }).click();
    await expect(rep.page.getByRole('heading', { level: 1, name: '資料を設定する' })).toBeFocused();
    await rep.reads('ここに資料が並びます');
    await rep.reads('提案書や見積書などを選ぶと、自動で変換され');
    await rep.reads('または、このページにファイルをドロップ');
    await rep.reads('1ファイル 100 MB、500 ページまで。');
    await expect(rep.button('ファイルを選択')).toBeVisible();
  });

  test('several files are dropped at once, and each is seen on its way: 送信 → 変換 → 完了', async () => {
    const quickly = await sendsSlowly(rep, 12_000);
    await drops(rep, [
      fileNamed('カタログ.pdf', pdfOf(12, { ballastBytes: 60_000 })),
      path.join(samples, 'proposal.docx'),
      path.join(samples, 'estimate.xlsx'),
    ]);
    await expect(step(rep, 'proposal')).toHaveText('送信');
    await expect(entry(rep, 'proposal').getByText('送信しています')).toBeVisible();
    await expect(entry(rep, 'proposal').getByText(/^[1-9]\d?%$/)).toBeVisible();
    await expect(entry(rep, 'estimate').getByText('送信の順番を待っています')).toBeVisible();
    await expect(titles(), 'every title is offered for a better one').toHaveCount(0);
    await expect(title('proposal'), 'it is the name of the file').toHaveValue('proposal');
    await title('estimate').fill('お見積書');
    await title('estimate').press('Tab');
    await expect(step(rep, 'proposal')).toHaveText('変換');
    await quickly();
    for (const each of ['カタログ', 'proposal', 'お見積書']) {
      await isReady(rep, each);
      await expect(step(rep, each)).toHaveText('完了');
    }
    await rep.page.reload();
    await expect(titles()).toHaveText(['カタログ', 'proposal', 'お見積書']);
    await expect(entry(rep, 'お見積書').getByText('estimate.xlsx')).toBeVisible();
  });

  test('a file is chosen, and comes to the front of the list', async () => {
    await picks(rep, [fileNamed('会社案内.PDF', pdfOf(5))]);
    await isReady(rep, '会社案内');
    await expect(titles().first()).toHaveText('会社案内');
    await expect(entry(rep, '会社案内').getByRole('definition').first()).toHaveText('5');
  });

  test('a title is changed in its place, and cannot be empty', async () => {
    await chooses(rep, 'proposal', 'タイトルを変更する');
    await expect(title('proposal')).toBeFocused();
    await title('proposal').fill('  ');
    await title('proposal').press('Enter');
    await expect(alert('proposal')).toHaveText('タイトルを入力してください。商談の画面に表示されます。');
    await retitles('proposal', 'ご提案書 <2026年度>');
    await chooses(rep, 'ご提案書 <2026年度>', 'タイトルを変更する');
    await title('ご提案書 <2026年度>').fill('やめておく');
    await title('ご提案書 <2026年度>').press('Escape');
    await rep.page.reload();
    await expect(titles()).toHaveText(['会社案内', 'カタログ', 'ご提案書 <2026年度>', 'お見積書']);
    await chooses(rep, 'ご提案書 <2026年度>', 'タイトルを変更する');
    await retitles('ご提案書 <2026年度>', 'ご提案書');
  });

  test('ファイルを共有する is off at first, and stays as it was put', async () => {
    const share = entry(rep, 'お見積書').getByRole('switch', { name: 'ファイルを共有する' });
    for (const isOn of [true, false]) {
      await expect(share).toBeChecked({ checked: !isOn });
      await stored('PATCH', () => share.click());
      await expect(share).toBeChecked({ checked: isOn });
      await rep.page.reload();
      await expect(share).toBeChecked({ checked: isOn });
    }
  });

  test('documents are moved up and down, and stay where they were put', async () => {
    const press = (of: string, to: string) => entry(rep, of).getByRole('button', { name: to }).click();
    await press('お見積書', '上へ');
    await rep.reads('「お見積書」を3番目に移動しました');
    await press('お見積書', '上へ');
    await press('会社案内', '下へ');
    await expect(entry(rep, '会社案内').getByRole('button', { name: '下へ' })).toBeFocused();
    await rep.reads('「会社案内」を2番目に移動しました');
    await expect(titles()).toHaveText(['お見積書', '会社案内', 'カタログ', 'ご提案書']);
    const ends = [
      entry(rep, 'お見積書').getByRole('button', { name: '上へ' }),
      entry(rep, 'ご提案書').getByRole('button', { name: '下へ' }),
    ];
    for (const end of ends) await expect(end).toBeDisabled();
    await rep.page.reload();
    await expect(titles()).toHaveText(['お見積書', '会社案内', 'カタログ', 'ご提案書']);
  });

  test('fonts that the server had to replace are listed', async () => {
    const replaced = /フォントが置き換えられました: ＭＳ 明朝 → \S/;
    await expect(entry(rep, 'ご提案書')).toContainText(replaced);
    await expect(list().getByText('フォントが置き換えられました')).toHaveCount(1);
    await opens('ご提案書');
    await rep.reads(replaced);
    await rep.reads('お手元で PDF として保存した資料に差し替えてください');
    await seesPreview(rep, 'ご提案書', 1, 'ご提案書');
    await rep.page.getByRole('link', { name: '資料の一覧' }).click();
    await expect(titles()).toHaveCount(4);
  });

  test('the preview paints the pages, and one leafs, picks a small one or types a number', async () => {
    await opens('カタログ');
    const pages = preview(rep, 'カタログ').getByRole('navigation', { name: 'ページ一覧' });
    await seesPreview(rep, 'カタログ', 1, 'Page 1');
    await expect(pages.getByRole('button')).toHaveCount(12);
    await expect(pages.getByRole('button', { name: '3ページ', exact: true }).locator('canvas')).toBeVisible();
    await expect(rep.button('前のページ')).toBeDisabled();
    await rep.presses('次のページ');
    await seesPreview(rep, 'カタログ', 2, 'Page 2');
    await rep.presses('前のページ');
    await seesPreview(rep, 'カタログ', 1, 'Page 1');
    await pages.getByRole('button', { name: '3ページ', exact: true }).click();
    await seesPreview(rep, 'カタログ', 3, 'Page 3');
    const number = rep.page.getByRole('textbox', { name: 'ページ番号' });
    for (const [typed, page] of [
      ['１１', 11],
      ['99', 12],
      ['二', 12],
    ] as const) {
      await number.fill(typed);
      await number.press('Enter');
      await seesPreview(rep, 'カタログ', page, `Page ${page}`);
      await expect(number).toHaveValue(String(page));
    }
    await expect(pages.getByRole('button', { name: '12ページ' })).toHaveAttribute('aria-current', 'page');
    await expect(pages.getByRole('button', { name: '12ページ' })).toBeInViewport();
    await expect(rep.button('次のページ')).toBeDisabled();
  });

  test('memos are saved by themselves, and are there after a reload', async () => {
    await goesToDocuments(rep);
    await opens('会社案内');
    await seesPreview(rep, '会社案内', 1, 'Page 1');
    await writes('資料全体のメモ', '決裁者は佐藤部長');
    await writes('1ページのメモ', '最初に沿革を話す\n30秒で');
    await rep.presses('次のページ');
    await expect(memo('2ページのメモ')).toHaveValue('');
    await rep.presses('次のページ');
    await writes('3ページのメモ', '値引きは一割まで');
    await rep.page.reload();
    await expect(memo('資料全体のメモ')).toHaveValue('決裁者は佐藤部長');
    await expect(memo('1ページのメモ')).toHaveValue('最初に沿革を話す\n30秒で');
    await seesPreview(rep, '会社案内', 1);
    await preview(rep, '会社案内').getByRole('button', { name: '3ページ', exact: true }).click();
    await expect(memo('3ページのメモ')).toHaveValue('値引きは一割まで');
  });

  test('who types and is gone at once has lost nothing', async () => {
    await memo('資料全体のメモ').fill('決裁者は佐藤本部長');
    const here = new URL(rep.page.url()).pathname;
    await rep.goTo('/join');
    await rep.goTo(here);
    await expect(memo('資料全体のメモ')).toHaveValue('決裁者は佐藤本部長');
    await memo('1ページのメモ').fill('沿革は省く');
    await rep.page.reload();
    await expect(memo('1ページのメモ')).toHaveValue('沿革は省く');
    await memo('1ページのメモ').fill('沿革は一分で');
    await rep.page.getByRole('link', { name: '資料の一覧' }).click();
    await opens('会社案内');
    await expect(memo('1ページのメモ')).toHaveValue('沿革は一分で');
    await rep.page.reload();
    await expect(memo('1ページのメモ')).toHaveValue('沿革は一分で');
  });

  test('a file is replaced by a shorter one: title, place and memos stay', async () => {
    await goesToDocuments(rep);
    const newer = fileNamed('会社案内_最新.pdf', pdfOf(2));
    await picks(rep, newer, () => chooses(rep, '会社案内', 'ファイルを差し替える'));
    await isReady(rep, '会社案内');
    await expect(entry(rep, '会社案内').getByRole('definition').first()).toHaveText('2');
    await expect(entry(rep, '会社案内').getByText('会社案内_最新.pdf')).toBeVisible();
    await expect(titles()).toHaveText(['お見積書', '会社案内', 'カタログ', 'ご提案書']);
    await opens('会社案内');
    await seesPreview(rep, '会社案内', 1, 'Page 1');
    await expect(memo('資料全体のメモ')).toHaveValue('決裁者は佐藤本部長');
    await expect(memo('1ページのメモ')).toHaveValue('沿革は一分で');
    await rep.reads('今はないページのメモ');
    await expect(memo('3ページのメモ')).toHaveValue('値引きは一割まで');
    await rep.presses('次のページ');
    await seesPreview(rep, '会社案内', 2, 'Page 2');
    await expect(rep.button('次のページ')).toBeDisabled();
  });

  test('what cannot be used is refused with the reason, and gone when that was read', async () => {
    await goesToDocuments(rep);
    const locked = ole({ streams: [{ name: 'EncryptedPackage', content: Buffer.alloc(9) }] });
    for (const [name, content, sentence] of [
      ['議事録.txt', Buffer.from('本日はありがとうございました。'), 'このファイルは資料として使えません。'],
      ['社外秘.xlsx', locked, 'パスワードで保護されているため、開けませんでした。'],
      ['空.pdf', Buffer.alloc(0), 'ファイルが壊れているか、途中で切れているため、開けませんでした。'],
    ] as const) {
      const stem = path.parse(name).name;
      await picks(rep, fileNamed(name, content));
      await expect(alert(stem)).toContainText(sentence);
      await expect(alert(stem)).toContainText('PDF として保存し');
      await expect(alert(stem).getByRole('button', { name: 'もう一度送信する' })).toHaveCount(0);
      await alert(stem).getByRole('button', { name: 'この表示を消す' }).click();
      await expect(entry(rep, stem)).toHaveCount(0);
    }
    await picks(rep, fileNamed('参考資料.pdf', pdfOf(1)));
    await isReady(rep, '参考資料');
    await rep.page.reload();
    await expect(titles()).toHaveText(['参考資料', 'お見積書', '会社案内', 'カタログ', 'ご提案書']);
  });

  test('a refused new file leaves the document as it is', async () => {
    const wrong = fileNamed('写真.pdf', Buffer.from('89504e470d0a1a0a', 'hex'));
    await picks(rep, wrong, () => chooses(rep, '参考資料', 'ファイルを差し替える'));
    await expect(alert('参考資料')).toContainText('「写真.pdf」には差し替えられませんでした。');
    await expect(alert('参考資料')).toContainText('このファイルは資料として使えません。');
    await alert('参考資料').getByRole('button', { name: 'この表示を消す' }).click();
    await opens('参考資料');
    await seesPreview(rep, '参考資料', 1, 'Page 1');
  });

  test('deleting is asked about first', async () => {
    await goesToDocuments(rep);
    const question = rep.page.getByRole('dialog', { name: '資料を削除しますか' });
    await chooses(rep, '参考資料', '削除する');
    await expect(question).toContainText('参考資料');
    await expect(question).toContainText('元に戻すことはできません。');
    await question.getByRole('button', { name: 'キャンセル' }).click();
    await expect(entry(rep, '参考資料')).toBeVisible();
    await chooses(rep, '参考資料', '削除する');
    await question.getByRole('button', { name: '削除する' }).click();
    await expect(question).toHaveCount(0);
    await expect(titles()).toHaveText(['お見積書', '会社案内', 'カタログ', 'ご提案書']);
    await rep.page.reload();
    await expect(titles()).toHaveText(['お見積書', '会社案内', 'カタログ', 'ご提案書']);
  });

  test('a lost line is told, leaves nothing behind, and the file can be sent once more', async () => {
    const large = fileNamed('導入事例.pdf', pdfOf(3, { ballastBytes: 3_000_000 }));
    for (const isSentAgain of [false, true]) {
      const quickly = await sendsSlowly(rep, 100_000);
      await picks(rep, large);
      await expect(entry(rep, '導入事例').getByText(/^[1-9]\d?%$/)).toBeVisible();
      rep.line?.cut();
      await expect(alert('導入事例')).toContainText(broken);
      rep.line?.restore();
      await quickly();
      if (isSentAgain) {
        await alert('導入事例').getByRole('button', { name: 'もう一度送信する' }).click();
        await isReady(rep, '導入事例');
      }
      await rep.page.reload();
      await expect(titles()).toHaveCount(isSentAgain ? 5 : 4);
      await expect(entry(rep, '導入事例')).toHaveCount(isSentAgain ? 1 : 0);
    }
  });

  test('two tabs at once get along', async () => {
    const { earlier } = await rep.openTab('/dashboard/documents');
    const later = rep.page;
    await picks(rep, fileNamed('料金表.pdf', pdfOf(1)));
    await isReady(rep, '料金表');
    await chooses(rep, '導入事例', '削除する');
    await rep.page.getByRole('dialog').getByRole('button', { name: '削除する' }).click();
    await expect(entry(rep, '導入事例')).toHaveCount(0);

    // The earlier tab knows of neither.
    rep.page = earlier;
    await earlier.bringToFront();
    await expect(entry(rep, '導入事例')).toBeVisible();
    await stored('PUT', () => entry(rep, 'ご提案書').getByRole('button', { name: '上へ' }).click());
    await entry(rep, '導入事例').getByRole('switch').click();
    await expect(alert('導入事例')).toContainText(tooOld);
    await entry(rep, '導入事例').getByRole('link', { name: 'プレビューとメモ' }).click();
    await expect(rep.page.getByRole('main').getByRole('alert')).toContainText(tooOld);
    await rep.page.getByRole('link', { name: '資料の一覧' }).click();
    await expect(entry(rep, '導入事例')).toHaveCount(0);
    await expect(titles()).toHaveText(['お見積書', '会社案内', 'ご提案書', 'カタログ', '料金表']);

    await opens('会社案内');
    await writes('資料全体のメモ', '二つ目のタブにも');
    rep.page = later;
    await later.bringToFront();
    await opens('会社案内');
    await expect(memo('資料全体のメモ')).toHaveValue('二つ目のタブにも');
    await later.close();
    rep.page = earlier;
  });

  test('everything is there on a phone', async () => {
    await rep.page.setViewportSize(phone);
    await goesToDocuments(rep);
    await expect(titles()).toHaveCount(5);
    await nothingIsCutOff();
    await picks(rep, fileNamed('とても長い名前の資料'.repeat(8) + '.pdf', pdfOf(4)));
    await isReady(rep, 'とても長い名前の資料'.repeat(8));
    await nothingIsCutOff();
    await opens('ご提案書');
    await seesPreview(rep, 'ご提案書', 1, 'ご提案書');
    await nothingIsCutOff();
    await preview(rep, 'ご提案書').getByRole('button', { name: '3ページ', exact: true }).click();
    await seesPreview(rep, 'ご提案書', 3);
    await writes('3ページのメモ', '電車の中で書いた');
    await nothingIsCutOff();
    await rep.page.setViewportSize(desktop);
    await goesToDocuments(rep);
  });

  test('everything is there in English', async () => {
    await rep.presses('English');
    await expect(rep.page.getByRole('heading', { level: 1, name: 'Documents' })).toBeVisible();
    const proposal = entry(rep, 'ご提案書');
    for (const button of ['Move up', 'Move down', 'More']) {
      await expect(proposal.getByRole('button', { name: button })).toBeVisible();
    }
    await expect(proposal.getByRole('switch', { name: 'Share the file' })).toBeVisible();
    await picks(rep, fileNamed('minutes.txt', Buffer.from('Thank you')), () => rep.presses('Choose files'));
    await expect(alert('minutes')).toContainText('PDF, Word, Excel or PowerPoint');
    await alert('minutes').getByRole('button', { name: 'Dismiss' }).click();
    await proposal.getByRole('link', { name: 'Preview and memos' }).click();
    await seesPreview(rep, 'ご提案書', 1);
    await expect(memo('Memo to page 1')).toBeVisible();
    const inJapanese = rep.page.locator('main').getByText(/[ぁ-ん]/);
    await expect(inJapanese.and(rep.page.locator(':not(section *, h1)'))).toHaveCount(0);
    await rep.presses('日本語');
  });

  test('in a call, more than eight documents can be searched', async () => {
    for (const name of ['カタログ_2025.pdf', '契約書.pdf']) await sendsByScript(rep, name, pdfOf(1));
    await rep.goTo('/dashboard');
    await rep.openRoom();
    await opensPanel(rep);
    const own = rep.page.getByRole('list', { name: 'ご自分の資料' }).getByRole('heading', { level: 3 });
    const search = rep.page.getByRole('searchbox', { name: '資料を検索' });
    await expect(own).toHaveCount(8);
    await expect(search).toHaveCount(0);
    await brings(rep, fileNamed('ｶﾀﾛｸﾞ Ver.２.pdf', pdfOf(1)), 'ｶﾀﾛｸﾞ Ver.２');
    await search.fill(' カタログ ');
    await expect(own).toHaveCount(3);
    await search.fill('ver.2');
    await expect(own).toHaveText(['ｶﾀﾛｸﾞ Ver.２']);
    await search.fill('請求書');
    await rep.reads('一致する資料がありません。');
    await search.fill('');
    await expect(own).toHaveCount(9);
    await rep.endsCall('全員の接続を終了する');
  });

  test('Enter in the field of a title saves it and closes the field', async () => {
    await goesToDocuments(rep);
    await chooses(rep, 'お見積書', 'タイトルを変更する');
    await title('お見積書').fill('お見積書 改');
    await rep.page.keyboard.press('Enter');
    await expect(titles().getByText('お見積書 改')).toBeVisible({ timeout: 3_000 });
  });

  test('no page complained', () => {
    // The console repeats what was refused on purpose, and what the cut line took away.
    const refused = /the server responded with a status of (404|415|422) \(.*\/api\/documents[/?]/;
    const cut = /net::ERR_(CONNECTION_(RESET|CLOSED|REFUSED)|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/;
    const unexpected = rep.complaints.filter((text) => !refused.test(text) && !cut.test(text));
    expect(unexpected).toEqual([]);
  });
});
