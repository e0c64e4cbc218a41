import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { pdfOf } from '../../sfu/test/kit/pdf.ts';
import {
  brings,
  canvas,
  closesPanel,
  entry,
  fileNamed,
  opensPanel,
  palmOf,
  pointsAt,
  receives,
  region,
  samples,
  seesNoDocument,
  seesNoPalm,
  seesPage,
  seesPalmOf,
  shows,
} from './kit/documents.ts';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';
import { areTogether } from './kit/together.ts';

/* D3 to D8 with a host and three guests, each in a browser and a window of their own. */

const secret = '原価は三百万円まで下げられる';

test.describe.serial('documents looked at together', () => {
  let scene: Scene;
  let rep: Participant;
  let guests: [Participant, Participant, Participant];
  const everybody = () => [rep, ...guests];
  /** Everything that came to a guest's browser from the server, sockets included. */
  const received: string[] = [];

  function listenTo(guest: Participant): void {
    guest.page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => received.push(payload.toString()));
    });
    guest.page.on('response', (response) => {
      response.body().then(
        (body) => received.push(body.toString('utf8')),
        () => undefined,
      );
    });
  }

  setTheScene(async (opened) => {
    scene = opened;
    const [host, first, second, third] = await Promise.all([
      scene.arrives('green', { viewport: { width: 1_440, height: 900 } }),
      scene.arrives('red', { viewport: { width: 1_000, height: 700 }, cuttable: true }),
      scene.arrives('blue', { viewport: { width: 390, height: 844 } }),
      scene.arrives('yellow', { viewport: { width: 1_000, height: 700 } }),
    ]);
    rep = host;
    guests = [first, second, third];
    guests.forEach(listenTo);
    await rep.signIn();
    await rep.openRoom();
    const link = await rep.invites();
    for (const [index, guest] of guests.entries()) {
      await guest.acceptInvitation(link, ['山田 太郎', '鈴木', '田中'][index] ?? '');
    }
    await areTogether(everybody());
  });

  test('the rep brings a presentation into the call and writes a memo to it', async () => {
    await brings(rep, path.join(samples, 'service-guide.pptx'), 'service-guide');
    await brings(rep, fileNamed('十ページ.pdf', pdfOf(10)), '十ページ');
    await shows(rep, '十ページ');
    await seesPage(rep, 1, 'Page 1');
    await closesPanel(rep);
    await rep.page.getByRole('textbox', { name: '1ページのメモ' }).fill(secret);
    await rep.reads('保存しました');
  });

  test('the question whether to record covers nothing that one needs for it', async () => {
    for (const viewport of [
      { width: 1_000, height: 700 },
      { width: 390, height: 844 },
      { width: 1_440, height: 900 },
    ]) {
      await rep.page.setViewportSize(viewport);
      await expect(rep.page.getByRole('dialog', { name: 'レコーディング機能使用確認' })).toBeVisible();
      const tools = await region(rep).getByRole('button').all();
      expect(tools.length).toBeGreaterThan(5);
      // Pressing would have to wait for whatever lies over it.
      for (const tool of tools) if (await tool.isEnabled()) await tool.click({ trial: true, timeout: 2_000 });
    }
    await rep.answersRecording('NO');
  });

  test('everybody sees the page, sharp and with words to select', async () => {
    for (const guest of guests) await seesPage(guest, 1, 'Page 1');
  });

  test('all follow when the rep turns the pages', async () => {
    await rep.presses('次のページ');
    await rep.presses('次のページ');
    for (const each of everybody()) await seesPage(each, 3, 'Page 3');
    await rep.presses('前のページ');
    for (const each of everybody()) await seesPage(each, 2, 'Page 2');
  });

  test('everybody’s pointer is seen by the others at the same place, whatever the window', async () => {
    const [first, second] = guests;
    await pointsAt(rep, 0.3, 0.6);
    for (const guest of guests) await seesPalmOf(guest, rep, 0.3, 0.6);
    await pointsAt(first, 0.8, 0.2);
    await seesPalmOf(rep, first, 0.8, 0.2);
    await seesPalmOf(second, first, 0.8, 0.2);
    await expect(palmOf(first, first), 'nobody sees their own palm').toHaveCount(0);
  });

  test('a pointer that leaves the page, or rests, is gone', async () => {
    const [first, second] = guests;
    await pointsAt(first, 0.5, 0.5);
    await seesPalmOf(second, first, 0.5, 0.5);
    await first.page.mouse.move(2, 2);
    await rep.page.mouse.move(2, 2);
    for (const each of everybody()) await seesNoPalm(each);
    await pointsAt(rep, 0.4, 0.4);
    await seesPalmOf(first, rep, 0.4, 0.4);
    await seesNoPalm(first);
  });

  test('a guest looks elsewhere and comes back with one press', async () => {
    const [first, second] = guests;
    await first.presses('次のページ');
    await first.presses('次のページ');
    await seesPage(first, 4, 'Page 4');
    await seesPage(second, 2);
    await rep.presses('次のページ');
    await seesPage(second, 3);
    await seesPage(first, 4);
    await first.presses('担当者の表示に合わせる');
    await seesPage(first, 3, 'Page 3');
    await rep.presses('次のページ');
    for (const each of everybody()) await seesPage(each, 4);
  });

  test('a guest zooms without anybody else noticing', async () => {
    const [first, second] = guests;
    const before = await canvas(first).boundingBox();
    await first.presses('拡大');
    await expect
      .poll(async () => (await canvas(first).boundingBox())?.width ?? 0)
      .toBeGreaterThan((before?.width ?? 0) * 1.1);
    await pointsAt(second, 0.5, 0.5);
    await seesPalmOf(first, second, 0.5, 0.5);
    await first.presses('全体を表示');
    await expect
      .poll(async () => Math.round((await canvas(first).boundingBox())?.width ?? 0))
      .toBe(Math.round(before?.width ?? 0));
    await second.page.mouse.move(2, 2);
  });

  test('the rep makes the page larger, and smaller again', async () => {
    const width = async () => (await region(rep).boundingBox())?.width ?? 0;
    const before = await width();
    await rep.presses('資料を大きく');
    await expect.poll(width).toBeGreaterThan(before * 1.1);
    await rep.presses('標準の大きさ');
    await expect.poll(width).toBe(before);
  });

  test('a reload, a lost line and a late coming end at the page on show', async () => {
    const [first, second, third] = guests;
    await second.page.reload();
    await third.endsCall();
    first.line?.cut();
    await rep.presses('次のページ');
    await seesPage(rep, 5);
    first.line?.restore();
    await third.acceptInvitation(await rep.invites(), '田中');
    for (const each of everybody()) await seesPage(each, 5, 'Page 5');
    await areTogether(everybody());
  });

  test('the rep’s own reload keeps the page, and the right to turn it', async () => {
    await rep.page.reload();
    await seesPage(rep, 5, 'Page 5');
    await rep.presses('次のページ');
    for (const each of everybody()) await seesPage(each, 6, 'Page 6');
  });

  test('a killed server costs nobody the page', async () => {
    await scene.server.kill();
    await scene.server.start();
    await areTogether(everybody());
    for (const each of everybody()) await seesPage(each, 6, 'Page 6');
    await rep.presses('次のページ');
    for (const each of everybody()) await seesPage(each, 7, 'Page 7');
  });

  test('closing closes for all', async () => {
    await rep.presses('閉じる');
    for (const each of everybody()) await seesNoDocument(each);
  });

  test('a converted presentation shows its Japanese', async () => {
    await shows(rep, 'service-guide');
    for (const each of everybody()) await seesPage(each, 1, 'あおば事務機');
    await closesPanel(rep);
  });

  test('a file that is not shared cannot be handed over, until the rep allows it', async () => {
    await opensPanel(rep);
    const guide = entry(rep, 'service-guide');
    const handOver = guide.getByRole('button', { name: '資料を渡す', exact: true });
    await expect(handOver).toBeDisabled();
    await guide.getByRole('button', { name: '許可する' }).click();
    await handOver.click();
    for (const guest of guests) await guest.reads('資料が届いています');
  });

  test('one takes it without leaving the call, one declines, and the rep sees which', async () => {
    const [first, second, third] = guests;
    const download = await receives(first);
    expect(download.suggestedFilename()).toBe('service-guide.pptx');
    const saved = readFileSync(await download.path());
    expect(saved.equals(readFileSync(path.join(samples, 'service-guide.pptx')))).toBe(true);
    await second.presses('受け取らない');
    await expect(second.button('資料を受け取る')).toHaveCount(0);
    const guide = entry(rep, 'service-guide');
    await expect(guide.getByText('受け取り済み')).toHaveCount(1);
    await expect(guide.getByText('辞退')).toHaveCount(1);
    await expect(guide.getByText('受け渡し待ち')).toHaveCount(1);
    await expect(third.button('資料を受け取る'), 'the offer stays').toBeVisible();
    await closesPanel(rep);
    await areTogether(everybody());
  });

  test('a guest shows a document of their own and hands it over', async () => {
    const [first, second, third] = guests;
    await receives(third);
    await brings(first, fileNamed('当社の図面.pdf', pdfOf(3)), '当社の図面');
    await shows(first, '当社の図面');
    for (const each of everybody()) await seesPage(each, 1, 'Page 1');
    await closesPanel(first);
    await first.presses('次のページ');
    for (const each of everybody()) await seesPage(each, 2, 'Page 2');
    await opensPanel(first);
    await entry(first, '当社の図面').getByRole('button', { name: '資料を渡す', exact: true }).click();
    await closesPanel(first);
    const download = await receives(rep);
    expect(download.suggestedFilename()).toBe('当社の図面.pdf');
    await second.reads('資料が届いています');
  });

  test('the rep keeps it, closes it for all, and has it afterwards', async () => {
    await opensPanel(rep);
    await rep.page.getByRole('button', { name: '保存する' }).click();
    await rep.reads('保存済み');
    await closesPanel(rep);
    await region(rep).getByRole('button', { name: '閉じる' }).click();
    for (const each of everybody()) await seesNoDocument(each);
    await rep.endsCall('全員の接続を終了する');
    await rep.goTo('/dashboard');
    await rep.page.getByRole('link', { name: '資料を設定する' }).click();
    await expect(rep.page.getByText('当社の図面').first()).toBeVisible();
  });

  test('nothing of the memo ever came to a guest’s browser', () => {
    expect(received.length).toBeGreaterThan(50);
    const all = received.join('\n');
    // What was shown did come: the ear works.
    expect(all).toContain('十ページ');
    expect(all).not.toContain(secret);
    expect(all).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(all).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20));
  });

  test('no page complained', () => {
    for (const each of everybody()) {
      const unexpected = each.complaints.filter((text) => !/net::ERR_|WebSocket/.test(text));
      expect(unexpected, each.who).toEqual([]);
    }
  });
});
