import { expect, test } from '@playwright/test';
import type { HistoryMeeting } from '../../sfu/protocol/history.ts';
import type { RecordingEntry } from '../../sfu/protocol/recording.ts';
import type { Rgb } from './kit/colours.ts';
import { closesPanel, seesPage, sendsByScript, shows } from './kit/documents.ts';
import { Site } from './kit/company.ts';
import { colouredPages, keepsFaces, keepsPage, keepsTones } from './kit/film.ts';
import type { Film } from './kit/film.ts';
import { meetingInList, meetingsOf, opensMeeting } from './kit/history.ts';
import { Office, signsIn } from './kit/office.ts';
import type { Participant } from './kit/participant.ts';
import { player, plays } from './kit/player.ts';
import { readyRecordings, records, seesLamp } from './kit/recording.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';
import { soundFilm } from './kit/sound-film.ts';
import { StoryTime } from './kit/story-time.ts';
import { areTogether } from './kit/together.ts';
import { bannerOn, opens, startOn } from './kit/town.ts';

/* The whole way, as four people go it: from a company's page to what is kept of the meeting (B4, J2, C, D, R, B3, A5). */

const cyan: Rgb = [60, 200, 200];
const magenta: Rgb = [205, 80, 200];
const title = 'ご提案書';
const banner = '会社のトップページ';

test.describe.serial('from a company’s page to the history', () => {
  let scene: Scene;
  let admin: Participant;
  let rep: Participant;
  let customer: Participant;
  let site: Site | null = null;
  let number: string;
  let entry: RecordingEntry;
  let film: Film;
  const time = new StoryTime();

  setTheScene(async (opened) => {
    scene = opened;
    [admin, rep, customer] = await Promise.all([
      scene.arrives('yellow', { media: null, viewport: { width: 1_300, height: 860 } }),
      scene.arrives('green', { viewport: { width: 1_440, height: 900 } }),
      scene.arrives('red'),
    ]);
    customer.name = 'お客様';
    await admin.signIn();
    await rep.goTo('/dashboard');
    await signsIn(rep, await (await Office.of(admin)).hires('佐藤 花子', 'sato'));
    await sendsByScript(rep, `${title}.pdf`, colouredPages([cyan, magenta]));
  });

  const companySite = (): Site => {
    if (!site) throw new Error('The company has no site yet.');
    return site;
  };

  test.afterAll(async () => {
    await site?.close();
  });

  test('the admin makes a banner, and the company puts it on its page', async () => {
    await admin.page.getByRole('link', { name: 'リンクバナー', exact: true }).click();
    await admin.page.getByRole('link', { name: 'バナーを作る' }).click();
    await admin.fills('バナーの名前', banner);
    await admin.presses('作成する');
    await admin.reads(`「${banner}」を作成しました`);
    const code = await admin.page.getByRole('textbox', { name: 'スクリプトのコード' }).inputValue();
    const [, key = ''] = /data-key="([\w-]{22})"/.exec(code) ?? [];
    site = await Site.ofCompany(scene.server.origin, key);
  });

  test('the prospect presses it, and gets a number', async () => {
    await opens(customer.page, `${companySite().origin}/`);
    await expect(bannerOn(customer.page).getByRole('status').first()).toHaveText(
      'ただ今、担当者が対応できます',
    );
    const opening = customer.context.waitForEvent('page');
    await startOn(customer.page).click();
    customer.page = await opening;
    await customer.presses('商談を始める');
    number = await customer.readsNumber();
  });

  test('the rep sees them on the desk, and takes them with one press', async () => {
    const caller = rep.page
      .getByRole('region', { name: 'お待ちのお客様' })
      .getByRole('listitem')
      .filter({ hasText: `${number.slice(0, 2)} ${number.slice(2)}` });
    await expect(caller).toContainText(banner);
    await expect(caller).toContainText(new URL(companySite().origin).host);
    await caller.getByRole('button', { name: '接続する' }).click();
    await areTogether([customer, rep]);
  });

  test('they look at a document together, and it is recorded', async () => {
    await rep.answersRecording('YES');
    await customer.reads(/秒後に録画を始めます/);
    await Promise.all([customer, rep].map((each) => seesLamp(each, '録画中')));
    time.begins();
    await time.notes('faces', () => records(rep, 3));
    await shows(rep, title);
    await seesPage(customer, 1);
    await closesPanel(rep);
    await time.notes('first page', () => records(rep, 3));
    await rep.presses('次のページ');
    await seesPage(customer, 2);
    await time.notes('second page', () => records(rep, 3));
    await rep.writes('本日はありがとうございました');
    await customer.readsInChat('本日はありがとうございました');
    await rep.endsCall('全員の接続を終了する');
    await customer.reads('商談が終了しました');
    [entry] = (await readyRecordings(rep, 1)) as [RecordingEntry];
    film = await soundFilm(rep, entry);
  });

  test('the film has both, and each page in its time', async () => {
    keepsFaces(film, time.of('faces'), [customer, rep], { page: false });
    await keepsTones(film, time.of('faces'), [customer, rep]);
    for (const [moment, colour] of [
      ['first page', cyan],
      ['second page', magenta],
    ] as const) {
      keepsFaces(film, time.of(moment), [customer, rep], { page: true });
      keepsPage(film, time.of(moment), [customer, rep], colour);
    }
  });

  test('the rep finds all of it in the history, and plays it', async () => {
    await rep.goTo('/dashboard/history');
    await rep.page.getByRole('searchbox', { name: '検索' }).fill(title);
    await expect(meetingInList(rep, 'お客様')).toContainText(title);
    await opensMeeting(rep, 'お客様');
    await rep.reads(`${companySite().origin}/`);
    await rep.reads('本日はありがとうございました');
    await rep.page.getByRole('link', { name: /再生/ }).first().click();
    const media = player(rep);
    await media.evaluate((element: HTMLMediaElement) => element.play());
    await plays(media);
  });

  test('the admin reads that there was a meeting, and nothing of what was said', async () => {
    const [{ meetingId }] = (await meetingsOf(rep)) as [HistoryMeeting];
    await admin.goTo('/dashboard/admin/usage');
    const row = admin.page.getByRole('row').filter({ hasText: 'sato' });
    await expect(row).toContainText('佐藤 花子');
    const headings = await admin.page.getByRole('columnheader').allInnerTexts();
    // Her own heading is at the row's beginning, and no cell.
    await expect(row.getByRole('cell').nth(headings.indexOf('商談') - 1)).toHaveText('1');
    await admin.goTo('/dashboard/admin/logs');
    await admin.reads('佐藤 花子');
    for (const path of [`/api/history/${meetingId}`, `/api/recordings/${entry.id}/file`]) {
      expect((await admin.context.request.get(admin.origin + path)).status(), path).toBe(404);
    }
    await admin.goTo(`/dashboard/history/${meetingId}`);
    await admin.reads('この商談の履歴は見つかりません');
  });
});
