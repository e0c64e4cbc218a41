import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Locator } from '@playwright/test';
import { complaintsOf, probe, toneIn } from '../../sfu/test/kit/recorded.ts';
import type { RecordingEntry } from '../../sfu/protocol/recording.ts';
import { colourOf, colours } from './kit/colours.ts';
import type { Rgb } from './kit/colours.ts';
import { closesPanel, seesPage, sendsByScript, shows } from './kit/documents.ts';
import { colouredPage, colouredPages, isNear, placesOf, squareOn } from './kit/film.ts';
import { meetingInList, opensMeeting } from './kit/history.ts';
import type { Participant } from './kit/participant.ts';
import { durationOf, isAt, player, plays, seeks, showsColour, sounds } from './kit/player.ts';
import { isSound } from './kit/recorded-file.ts';
import {
  agreesToRecording,
  choosesOfRecording,
  fetchRecording,
  historyOf,
  readyRecordings,
  records,
  seesLamp,
} from './kit/recording.ts';
import { setTheScene } from './kit/scene.ts';
import { StoryTime } from './kit/story-time.ts';
import { areTogether } from './kit/together.ts';

/* R5, R6: what a rep does with recordings afterwards. */

const cyan: Rgb = [60, 200, 200];
const magenta: Rgb = [205, 80, 200];
/** So little that a short recording is seen on the meter. */
const quotaBytes = 40_000_000;
const guests = 'お客様、佐藤 花子';

test.describe.serial('a recording in the history', () => {
  let rep: Participant;
  let customer: Participant;
  let colleague: Participant;
  let people: Participant[];
  let entry: RecordingEntry;
  const time = new StoryTime();

  setTheScene(
    async (scene) => {
      [rep, customer, colleague] = await Promise.all([
        scene.arrives('green', { viewport: { width: 1_440, height: 900 } }),
        scene.arrives('red'),
        scene.arrives('blue'),
      ]);
      people = [customer, rep, colleague];
      await rep.signIn();
      await sendsByScript(rep, '色見本.pdf', colouredPages([cyan, magenta]));
    },
    { settings: { RECORDING_QUOTA_BYTES: String(quotaBytes) } },
  );

  test('a meeting with two pages is recorded', async () => {
    await rep.connect(await customer.startAsCustomer(), 'later');
    await areTogether([rep, customer]);
    await time.notes('told', async () => {
      await rep.answersRecording('YES');
      await seesLamp(customer, 'まもなく録画');
    });
    await seesLamp(rep, '録画中');
    time.begins();
    await colleague.acceptInvitation(await rep.invites(), '佐藤 花子');
    await time.notes('agrees', () => agreesToRecording(colleague));
    await areTogether(people);
    await records(rep, 3);
    await time.notes('cyan', async () => {
      await shows(rep, '色見本');
      await seesPage(customer, 1);
    });
    await closesPanel(rep);
    await records(rep, 6);
    await time.notes('magenta', async () => {
      await rep.presses('次のページ');
      await seesPage(customer, 2);
    });
    await records(rep, 6);
    await rep.endsCall('全員の接続を終了する');
    await customer.reads('商談が終了しました');
    [entry] = (await readyRecordings(rep, 1)) as [RecordingEntry];
  });

  const inList = (): Locator => meetingInList(rep, guests);
  const list = (): Locator => rep.page.getByRole('list', { name: '録画の一覧' });
  const recording = (name = '録画'): Locator => list().getByRole('listitem', { name, exact: true });
  const meter = (): Locator => rep.page.getByRole('meter', { name: '録画の保存容量' });

  test('it says when, how long and who, and that it can be played', async () => {
    await rep.goTo('/dashboard');
    await rep.page.getByRole('link', { name: '商談履歴' }).first().click();
    await expect(inList()).toContainText('録画');
    await expect(inList()).toContainText('再生できます');
    await expect(inList()).toContainText('色見本');
    await opensMeeting(rep, guests);
    const people = rep.page.getByRole('region', { name: '参加された方' });
    await expect(people.getByRole('listitem').filter({ hasText: 'admin' })).toContainText('担当者');
    await expect(people.getByRole('listitem')).toHaveCount(3);
    await expect(recording()).toContainText('再生できます');
    const seconds = Math.floor(entry.durationMs / 1_000);
    await expect(recording()).toContainText(`0:${String(seconds % 60).padStart(2, '0')}`);
    await expect(recording()).toContainText('MB');
  });

  test('it says who was told and who agreed, and when', async () => {
    const recordings = rep.page.getByRole('region', { name: '録画', exact: true });
    await recordings.getByText(/同意と操作の記録/).click();
    for (const [name, what, act] of [
      ['admin', '録画を開始', 'told'],
      ['お客様', '録画のお知らせを表示', 'told'],
      ['佐藤 花子', '録画に同意', 'agrees'],
    ] as const) {
      const row = recordings.getByRole('listitem').filter({ hasText: name }).filter({ hasText: what });
      await expect(row, `${name}: ${what}`).toHaveCount(1);
      const at = time.inFile(Date.parse((await row.locator('time').getAttribute('datetime')) ?? ''));
      const { from, to } = time.of(act);
      expect(at, `${name}: ${what}`).toBeGreaterThan(from - 1_000);
      expect(at).toBeLessThan(to + 1_000);
    }
  });

  test('the meter says how much room is used and left', async () => {
    await rep.page.getByRole('link', { name: '商談履歴の一覧' }).click();
    const { storage } = await historyOf(rep);
    expect(storage.usedBytes).toBe(entry.bytes);
    await expect(meter()).toHaveAttribute('aria-valuetext', /40 MB のうち .* MB を使用/);
    await expect(meter()).toHaveAttribute(
      'aria-valuenow',
      String(Math.round((100 * entry.bytes) / quotaBytes)),
    );
    await rep.presses('残り時間とお知らせ');
    await rep.reads(/約\d+分/);
  });

  test('it plays in the page', async () => {
    await opensMeeting(rep, guests);
    await recording().getByRole('link', { name: '再生する' }).click();
    await plays(player(rep));
    expect(Math.abs((await durationOf(player(rep))) - entry.durationMs)).toBeLessThan(100);
  });

  test('it goes to any place at once, and the picture there is the right one', async () => {
    const faces = placesOf(people, { page: true });
    const square = squareOn(faces.middle(colouredPage.size));
    const end = entry.durationMs - 700;
    for (const [ms, page] of [
      [time.of('magenta').from - 2_000, cyan],
      [end, magenta],
      [time.of('cyan').to + 2_000, cyan],
      [time.of('magenta').to + 2_000, magenta],
    ] as const) {
      await seeks(player(rep), ms);
      await showsColour(player(rep), page === cyan ? 'cyan' : 'magenta', square, (rgb) => isNear(rgb, page));
      for (const each of people) {
        await showsColour(player(rep), each.who, faces.face(each), (rgb) => colourOf(rgb) === each.colour);
      }
    }
  });

  test('a chapter goes to its page', async () => {
    const chapters = rep.page.getByRole('region', { name: 'チャプター' }).getByRole('button');
    await expect(chapters.filter({ hasText: '佐藤 花子さんが参加' })).toHaveCount(1);
    for (const [title, act] of [
      ['色見本 2/2', 'magenta'],
      ['色見本 1/2', 'cyan'],
    ] as const) {
      const chapter = chapters.filter({ hasText: title });
      await chapter.click();
      const { from, to } = time.of(act);
      await isAt(player(rep), (from + to) / 2, (to - from) / 2 + 3_000);
      await expect(chapter).toHaveAttribute('aria-current', 'true');
    }
    await plays(player(rep));
  });

  test('it plays faster, and ten seconds on and back', async () => {
    await rep.presses('2倍');
    await seeks(player(rep), 0);
    await player(rep).evaluate((element: HTMLMediaElement) => element.play());
    expect(await plays(player(rep), 2_500)).toBeGreaterThan(1.6);
    await rep.presses('1倍');
    await seeks(player(rep), 0);
    await rep.presses('10秒進む');
    await isAt(player(rep), 10_000, 300);
    await rep.presses('10秒戻る');
    await isAt(player(rep), 0, 300);
  });

  test('the download is the whole file', async () => {
    await rep.page.getByRole('link', { name: 'この商談の記録' }).click();
    const saving = rep.page.waitForEvent('download');
    await recording().getByRole('link', { name: 'ダウンロード', exact: true }).click();
    const download = await saving;
    expect(download.suggestedFilename()).toMatch(/\.webm$/);
    const saved = readFileSync(await download.path());
    expect(saved.length).toBe(entry.bytes);
    expect(saved.equals(readFileSync(await fetchRecording(rep, entry)))).toBe(true);
    await isSound(await download.path(), entry);
  });

  test('an MP4 copy is made when it is asked for, and says how far it is', async () => {
    await recording().getByRole('button', { name: 'その他の操作' }).click();
    await rep.page.getByRole('menuitem', { name: 'MP4を作る' }).click();
    await expect(recording().getByRole('progressbar')).toBeVisible();
    const link = recording().getByRole('link', { name: /MP4をダウンロード/ });
    await expect(link).toBeVisible({ timeout: 60_000 });
    const saving = rep.page.waitForEvent('download');
    await link.click();
    const download = await saving;
    expect(download.suggestedFilename()).toMatch(/\.mp4$/);
    const file = await download.path();
    const { codecs, durationMs, width, chapters } = await probe(file);
    // The third is the chapters, which MP4 has as a track of text.
    expect(codecs.toSorted()).toEqual(['aac', 'bin_data', 'h264']);
    expect(chapters.map(({ title }) => title)).toEqual(entry.chapters.map(({ title }) => title));
    expect(width).toBe(1_280);
    expect(Math.abs(durationMs - entry.durationMs)).toBeLessThan(200);
    expect(await complaintsOf(file)).toBe('');
    for (const each of people) {
      expect(
        await toneIn(file, colours[each.colour].toneHz, time.of('cyan').to, entry.durationMs),
      ).toBeGreaterThan(-25);
    }
  });

  test('the MP4 plays in a browser', async () => {
    const address =
      (await recording()
        .getByRole('link', { name: /MP4をダウンロード/ })
        .getAttribute('href')) ?? '';
    const { origin } = rep;
    await rep.page.evaluate(
      (url) => {
        const video = document.createElement('video');
        video.id = 'mp4';
        video.src = url;
        document.body.append(video);
        return video.play();
      },
      new URL(address.replace(/\?.*$/, ''), origin).href,
    );
    const video = rep.page.locator('#mp4');
    await plays(video);
    await seeks(video, entry.durationMs - 1_000);
    const square = squareOn(placesOf(people, { page: true }).middle(colouredPage.size));
    await showsColour(video, 'magenta', square, (rgb) => isNear(rgb, magenta));
    await video.evaluate((element) => element.remove());
  });

  test('deleting asks first, and then it is gone, and there is room again', async () => {
    const before = (await historyOf(rep)).storage;
    const remove = async () => {
      await recording().getByRole('button', { name: 'その他の操作' }).click();
      await rep.page.getByRole('menuitem', { name: '削除' }).click();
      await expect(rep.page.getByRole('dialog')).toContainText('録画を削除しますか');
    };
    await remove();
    await rep.presses('キャンセル');
    await expect(recording()).toBeVisible();
    await remove();
    await rep.presses('削除する');
    await expect(recording()).toHaveCount(0);
    await rep.page.getByRole('link', { name: '商談履歴の一覧' }).click();
    await expect(inList()).toBeVisible();
    await expect(inList(), 'nothing of it is left').not.toContainText('録画');
    await expect(meter()).toHaveAttribute('aria-valuenow', '0');
    await expect(meter()).toHaveAttribute('aria-valuetext', /40 MB のうち 0 MB を使用/);
    const after = (await historyOf(rep)).storage;
    expect(before.usedBytes).toBeGreaterThanOrEqual(entry.bytes);
    expect(after.usedBytes).toBe(0);
    const { request } = rep.context;
    for (const path of ['file', 'mp4']) {
      const answer = await request.get(`${rep.origin}/api/recordings/${entry.id}/${path}`);
      expect(answer.status(), path).toBe(404);
    }
  });

  test('the minutes in sound of another meeting are heard in the page', async () => {
    await rep.goTo('/dashboard');
    await rep.connect(await customer.startAsCustomer(), 'later');
    await areTogether([rep, customer]);
    const question = rep.page.getByRole('dialog', { name: 'レコーディング機能使用確認' });
    await question.getByRole('radio', { name: '音声議事録' }).check();
    await rep.answersRecording('YES');
    await customer.reads(/秒後に音声の録音を始めます/);
    await seesLamp(rep, '音声を録音中');
    await seesLamp(customer, '音声を録音中');
    await records(rep, 5);
    await choosesOfRecording(rep, '終了');
    await customer.reads('録音を終了しました');
    await rep.endsCall('全員の接続を終了する');
    const [minutes] = (await readyRecordings(rep, 1)) as [RecordingEntry];
    expect(minutes.kind).toBe('audio');
    await rep.goTo('/dashboard/history');
    // The newest is at the top.
    await expect(
      rep.page.getByRole('region', { name: '商談の一覧' }).getByRole('listitem').first(),
    ).toContainText('音声議事録');
    await opensMeeting(rep, 'お客様');
    await expect(list().getByRole('listitem')).toHaveCount(1);
    const item = rep.page.getByRole('listitem', { name: '音声議事録', exact: true });
    await item.getByRole('link', { name: '再生する' }).click();
    await plays(player(rep));
    for (const each of [rep, customer]) await sounds(player(rep), each);
    const file = await fetchRecording(rep, minutes);
    await isSound(file, minutes);
  });

  test('no page complained', () => {
    for (const each of people) {
      const unexpected = each.complaints.filter((text) => !/net::ERR_|WebSocket|404/.test(text));
      expect(unexpected, each.who).toEqual([]);
    }
  });
});
