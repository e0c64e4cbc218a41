import { expect, test } from '@playwright/test';
import { Film, keepsFaces, keepsTones } from './kit/film.ts';
import { opensMeeting } from './kit/history.ts';
import type { Participant } from './kit/participant.ts';
import { isSound, lasts } from './kit/recorded-file.ts';
import {
  choosesOfRecording,
  fetchRecording,
  historyOf,
  opensRecordPanel,
  readyRecordings,
  records,
  seesLamp,
  seesNoLamp,
} from './kit/recording.ts';
import { setTheScene } from './kit/scene.ts';
import { StoryTime } from './kit/story-time.ts';
import { areTogether } from './kit/together.ts';

/* R1, R4: what the host chooses, when and how often. */

test.describe.serial('the host chooses', () => {
  let rep: Participant;
  let customer: Participant;
  const both = () => [customer, rep];
  const time = new StoryTime();

  setTheScene(async (scene) => {
    [rep, customer] = await Promise.all([
      scene.arrives('green', { viewport: { width: 1_440, height: 900 } }),
      scene.arrives('red'),
    ]);
    await rep.signIn();
  });

  const isNotAsked = () =>
    expect(rep.page.getByRole('dialog', { name: 'レコーディング機能使用確認' })).toHaveCount(0);

  const latest = async () => (await historyOf(rep)).meetings[0];

  test('with NO nothing is recorded, nor is the host asked again after a reload', async () => {
    await rep.connect(await customer.startAsCustomer(), 'NO');
    await areTogether(both());
    for (const each of both()) await seesNoLamp(each);
    await rep.page.reload();
    await areTogether(both());
    await expect(rep.button('録画'), 'what asks is loaded').toBeVisible();
    await isNotAsked();
    await seesNoLamp(customer);
    expect((await latest())?.recordings ?? []).toEqual([]);
  });

  test('a guest has no button for it', async () => {
    await expect(customer.button('録画')).toHaveCount(0);
  });

  test('録画 works after NO as well; pressed twice it is one recording', async () => {
    await opensRecordPanel(rep);
    await rep.button('録画を始める').dblclick();
    await seesLamp(customer, 'まもなく録画');
    await seesLamp(rep, '録画中');
    time.begins();
    await seesLamp(customer, '録画中');
    await records(rep, 4);
  });

  test('in a second tab of the host it is the same recording', async () => {
    const { earlier } = await rep.openTab(new URL(rep.page.url()).pathname);
    await seesLamp(rep, '録画中');
    await opensRecordPanel(rep);
    await expect(rep.button('一時停止')).toBeVisible();
    await expect(rep.button('録画を始める')).toHaveCount(0);
    await rep.presses('録画');
    await earlier.close();
    await areTogether(both());
    await isNotAsked();
    const meeting = await latest();
    expect(meeting?.recordings.map(({ state }) => state)).toEqual(['recording']);
    expect(meeting?.consents.map(({ what }) => what)).toEqual(['declined', 'started', 'told']);
  });

  test('in the middle it goes on as sound only, and both are told', async () => {
    await records(rep, 3);
    await time.notes('sound only', async () => {
      await choosesOfRecording(rep, '音声議事録に切り替える');
      await seesLamp(rep, '音声を録音中');
    });
    await seesLamp(customer, '音声を録音中');
    await customer.reads('音声だけの録音に切り替わりました');
    await records(rep, 6);
  });

  test('終了 ends it, and the meeting goes on', async () => {
    await time.notes('the end', async () => {
      await choosesOfRecording(rep, '終了');
      await seesNoLamp(rep);
    });
    await customer.reads('録音を終了しました');
    await seesNoLamp(customer);
    await areTogether(both());
  });

  test('the history has two: one to watch, one to listen to', async () => {
    const [video, audio] = await readyRecordings(rep, 2);
    if (!video || !audio) throw new Error('There should be two recordings.');
    expect([video.kind, audio.kind]).toEqual(['video', 'audio']);
    const change = time.of('sound only');
    const film = await Film.of(await fetchRecording(rep, video));
    await isSound(film.file, video);
    lasts(video, change);
    const picture = { from: 0, to: video.durationMs };
    keepsFaces(film, { ...picture, to: 6_000 }, both(), { page: false });
    await keepsTones(film, picture, both());

    const sound = await fetchRecording(rep, audio);
    await isSound(sound, audio);
    const end = time.of('the end');
    lasts(audio, { from: end.from - change.to, to: end.to - change.from });
    await keepsTones({ file: sound }, { from: 0, to: audio.durationMs }, both());
  });

  test('both are in the history, and are told apart', async () => {
    await rep.endsCall('全員の接続を終了する');
    await customer.reads('商談が終了しました');
    await rep.goTo('/dashboard/history');
    await opensMeeting(rep, 'お客様');
    const list = rep.page.getByRole('list', { name: '録画の一覧' }).getByRole('listitem');
    await expect(list).toHaveCount(2);
    await expect(list.filter({ hasText: '録画' })).toHaveCount(1);
    await expect(list.filter({ hasText: '音声議事録' })).toHaveCount(1);
    for (const item of await list.all()) await expect(item).toContainText('再生できます');
  });
});
