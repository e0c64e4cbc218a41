/** `node web/e2e/pictures.ts`: takes the pictures of the README from the real server and real calls. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@playwright/test';
import buildPages from './kit/build-pages.ts';
import { BannerKeeper } from './kit/company.ts';
import type { Colour } from './kit/colours.ts';
import { eventually, itIs, notYet } from './kit/eventually.ts';
import { mediaFiles } from './kit/media-files.ts';
import {
  brings,
  closesPanel,
  entry,
  opensPanel,
  pointsAt,
  samples,
  seesPage,
  seesPalmOf,
  shows,
} from './kit/documents.ts';
import { opensMeeting } from './kit/history.ts';
import { Office } from './kit/office.ts';
import { Participant } from './kit/participant.ts';
import { portrait } from './kit/portraits.ts';
import { readyRecordings, seesLamp } from './kit/recording.ts';
import { Server } from './kit/server.ts';

const folder = path.join(import.meta.dirname, 'pictures');
const desktop = { width: 1_440, height: 900 };
const phone = { width: 390, height: 844 };

async function arrive(server: Server, colour: Colour, viewport: typeof desktop): Promise<Participant> {
  return Participant.arrive({
    server,
    colour,
    viewport,
    media: mediaFiles(colour, portrait(colour), '-portrait'),
    prepare: async (context) => {
      await context.addInitScript(nameDevices);
    },
  });
}

/** Runs in the page: devices have names as people know them, not those of the files behind them. */
function nameDevices(): void {
  const names = { videoinput: 'HD カメラ', audioinput: '内蔵マイク', audiooutput: '内蔵スピーカー' };
  const { mediaDevices } = navigator;
  const list = mediaDevices.enumerateDevices.bind(mediaDevices);
  mediaDevices.enumerateDevices = async () => {
    const all = await list();
    for (const device of all) Object.defineProperty(device, 'label', { value: names[device.kind] });
    return all;
  };
}

async function takes(
  person: Participant,
  name: string,
  viewport = person.page.viewportSize() ?? desktop,
): Promise<void> {
  const before = person.page.viewportSize();
  await person.page.setViewportSize(viewport);
  await person.page.evaluate(() => document.fonts.ready);
  const kind = viewport.width < 600 ? 'phone' : 'desktop';
  await person.page.screenshot({ path: path.join(folder, `${name}-${kind}.png`), animations: 'disabled' });
  if (before) await person.page.setViewportSize(before);
}

/** Until every picture has come and been sharp for a while. */
async function settles(viewer: Participant, people: readonly Participant[]): Promise<void> {
  const frames = 60;
  await viewer.seesExactly(people);
  for (const other of people) {
    await eventually(`${viewer.who} should see ${other.who}`, async () =>
      (await viewer.frameTimesOf(other)).length > frames ? itIs : notYet('the picture has not come yet'),
    );
  }
  const notes = viewer.page.getByRole('button', { name: 'お知らせを消す' });
  while ((await notes.count()) > 0) await notes.first().click();
}

/** Where a chapter has been gone to, with its picture. */
async function standsStill({ page }: Participant): Promise<void> {
  await page.locator('video').evaluate(async (video: HTMLVideoElement) => {
    video.pause();
    while (video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      await new Promise(requestAnimationFrame);
    }
  });
}

await buildPages();
mkdirSync(folder, { recursive: true });
const server = await Server.start();
const people: Participant[] = [];
try {
  const customer = await arrive(server, 'red', phone);
  const rep = await arrive(server, 'green', desktop);
  const colleague = await arrive(server, 'blue', desktop);
  const specialist = await arrive(server, 'yellow', desktop);
  people.push(customer, rep, colleague, specialist);

  await colleague.startAsCustomer();
  await expect(colleague.page.locator('video').first()).toBeVisible();
  await takes(colleague, 'start');
  await colleague.presses('やめる');

  const number = await customer.startAsCustomer();
  await expect(customer.page.locator('video').first()).toBeVisible();
  await takes(customer, 'start');

  await rep.signIn();
  const office = await Office.of(rep);
  const { key } = await (await BannerKeeper.of(rep)).makes('お問い合わせのページ');
  await office.waits(key, 'https://www.acme.example/contact');
  await office.wishesCall(key, { name: '高橋 誠', phone: '03-0000-0000', wish: '明日の午後' });
  await rep.reads('www.acme.example/contact');
  await rep.fills('接続ナンバー', number);
  await rep.reads('がお待ちです');
  await expect(rep.page.locator('video').first()).toBeVisible();
  await takes(rep, 'dashboard');
  await takes(rep, 'dashboard', phone);
  await office.allLeave();

  await rep.page.locator('form').getByRole('button', { name: '接続する', exact: true }).click();
  await rep.isInCall();
  await settles(rep, [rep, customer]);
  await expect(rep.page.getByRole('dialog', { name: 'レコーディング機能使用確認' })).toBeVisible();
  await takes(rep, 'recording-question');
  await takes(rep, 'recording-question', phone);
  await rep.answersRecording('NO');
  const invitation = await rep.invites();
  await colleague.acceptInvitation(invitation, '佐藤 花子');
  await specialist.acceptInvitation(invitation, '鈴木 一郎');
  for (const each of [colleague, specialist]) await each.turns('マイク', 'off');
  await settles(rep, people);
  await settles(customer, people);
  await takes(rep, 'call');
  await takes(customer, 'call');

  await rep.presses('録画');
  await rep.presses('録画を始める');
  for (const each of people) await seesLamp(each, '録画中');
  await takes(customer, 'recording');
  await settles(rep, people);
  await takes(rep, 'recording');
  await closesPanel(rep);

  for (const name of ['estimate.xlsx', 'proposal.docx', 'service-guide.pptx']) {
    await brings(rep, path.join(samples, name), path.parse(name).name);
  }
  await shows(rep, 'service-guide');
  await seesPage(rep, 1);
  await closesPanel(rep);
  for (let page = 2; page <= 5; page += 1) await rep.presses('次のページ');
  await rep.page
    .getByRole('textbox', { name: '5ページのメモ' })
    .fill(
      '今の複合機の台数と、毎月の用紙の枚数を先に伺う。\nスタンダードを中心に説明し、保守の受付時間は聞かれたら答える。',
    );
  await rep.reads('保存しました');
  for (const each of people) await seesPage(each, 5);
  await pointsAt(rep, 0.5, 0.55);
  await pointsAt(colleague, 0.25, 0.35);
  await seesPalmOf(customer, rep, 0.5, 0.55);
  await seesPalmOf(rep, colleague, 0.25, 0.35);
  await takes(rep, 'document');
  await takes(customer, 'document');
  await colleague.page.mouse.move(2, 2);

  await opensPanel(rep);
  const guide = entry(rep, 'service-guide');
  await guide.getByRole('button', { name: '許可する' }).click();
  await guide.getByRole('button', { name: '資料を渡す', exact: true }).click();
  await customer.reads('資料が届いています');
  await takes(rep, 'handing-over');
  await takes(customer, 'handing-over');
  await closesPanel(rep);
  await rep.endsCall('全員の接続を終了する');

  await readyRecordings(rep, 1);
  await rep.goTo('/dashboard');
  await rep.page.getByRole('link', { name: '商談履歴' }).first().click();
  await rep.reads('再生できます');
  await takes(rep, 'history');
  await takes(rep, 'history', phone);
  await opensMeeting(rep, 'お客様、佐藤 花子、鈴木 一郎');
  await rep.reads('service-guide');
  await takes(rep, 'meeting');
  await takes(rep, 'meeting', phone);
  await rep.page.getByRole('link', { name: '再生する' }).click();
  const chapters = rep.page.getByRole('region', { name: 'チャプター' }).getByRole('button');
  await chapters.filter({ hasText: 'service-guide 5/8' }).click();
  await standsStill(rep);
  await takes(rep, 'recorded');
  await takes(rep, 'recorded', phone);

  await rep.page.getByRole('link', { name: '資料を設定する' }).click();
  await expect(rep.page.getByText('service-guide').first()).toBeVisible();
  await takes(rep, 'documents');
  await takes(rep, 'documents', phone);

  await rep.goTo(`/dashboard/banners/${key}`);
  await rep.reads('プレビュー');
  await takes(rep, 'banner');
  await takes(rep, 'banner', phone);
  for (const [name, login] of [
    ['佐藤 花子', 'sato'],
    ['田中 次郎', 'tanaka'],
    ['鈴木 一郎', 'suzuki'],
    ['高橋 三奈', 'takahashi'],
  ] as const) {
    await office.hires(name, login);
  }
  for (const page of ['users', 'usage'] as const) {
    await rep.goTo(`/dashboard/admin/${page}`);
    await rep.reads('高橋 三奈');
    await takes(rep, page);
    await takes(rep, page, phone);
  }
} finally {
  await Promise.all(people.map((each) => each.goHome()));
  await server.stop();
}
