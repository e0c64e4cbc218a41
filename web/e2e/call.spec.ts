import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';
import { areTogether } from './kit/together.ts';

const times = [1, 2, 3];

test.describe.serial('a customer and a rep, face to face by number', () => {
  let customer: Participant;
  let rep: Participant;

  setTheScene(async (scene) => {
    [customer, rep] = await Promise.all([scene.arrives('red'), scene.arrives('green')]);
    await rep.signIn();
  });

  test('the number on the customer’s screen brings both together', async () => {
    const number = await customer.startAsCustomer();
    await rep.connect(number);
    await areTogether([customer, rep]);
    expect(await rep.readsMeetingNumber()).toBe(number);
  });

  test('the microphone goes off and on as often as one likes', async () => {
    for (const _ of times) {
      await customer.turns('マイク', 'off');
      await expect(rep.tile(customer)).toContainText('ミュート中');
      await rep.hearsNothingOf(customer);
      await customer.turns('マイク', 'on');
      await expect(rep.tile(customer)).not.toContainText('ミュート中');
      await rep.hears(customer);
    }
    await rep.turns('マイク', 'off');
    await customer.hearsNothingOf(rep);
    await rep.turns('マイク', 'on');
    await customer.hears(rep);
  });

  test('the camera goes off and on as often as one likes, and a name stays in its place', async () => {
    for (const _ of times) {
      await customer.turns('カメラ', 'off');
      await rep.seesOnlyNameOf(customer);
      await rep.hears(customer);
      await customer.turns('カメラ', 'on');
      await rep.sees(customer);
    }
    await rep.turns('カメラ', 'off');
    await customer.seesOnlyNameOf(rep);
    await rep.turns('カメラ', 'on');
    await customer.sees(rep);
  });

  test('the speaker is separate from the microphone, and the host sees whose is off', async () => {
    for (const _ of times) {
      await customer.turns('スピーカー', 'off');
      await customer.hearsNothingOf(rep);
      await expect(rep.tile(customer)).toContainText('スピーカーがオフ');
      await rep.hears(customer);
      await customer.turns('スピーカー', 'on');
      await customer.hears(rep);
      await expect(rep.tile(customer)).not.toContainText('スピーカーがオフ');
    }
  });

  test('ビデオ共有 hides the faces on the own screen only', async () => {
    for (const _ of times) {
      await customer.presses('ビデオ共有');
      await customer.seesOnlyNameOf(rep);
      await rep.sees(customer);
      await customer.hears(rep);
      await customer.presses('ビデオ共有');
      await areTogether([customer, rep]);
    }
  });

  test('the chat goes both ways, and a link in it can be followed', async () => {
    await customer.writes('資料はこちらです https://example.com/a?b=1 ご覧ください');
    await rep.readsInChat('資料はこちらです');
    const link = rep.page.getByRole('log').getByRole('link', { name: 'https://example.com/a?b=1' });
    await expect(link).toHaveAttribute('href', 'https://example.com/a?b=1');
    await expect(link).toHaveAttribute('target', '_blank');
    await expect(link).toHaveAttribute('rel', /noopener/);
    await rep.writes('拝見しました');
    await customer.readsInChat('拝見しました');
    await customer.presses('チャット');
    await rep.writes('もう一つあります');
    await expect(customer.button('チャット')).toHaveAccessibleDescription(/未読1件/);
    await customer.readsInChat('もう一つあります');
    await customer.presses('チャット');
    await rep.presses('チャット');
  });

  test('a sign shows who is speaking', async () => {
    await expect(rep.tile(customer)).toHaveClass(/\bspeaking\b/);
    await customer.turns('マイク', 'off');
    await expect(rep.tile(customer)).not.toHaveClass(/\bspeaking\b/);
    await customer.turns('マイク', 'on');
    await expect(rep.tile(customer)).toHaveClass(/\bspeaking\b/);
  });

  test('both can share their screen and stop again', async () => {
    for (const [sharer, viewer] of [
      [rep, customer],
      [customer, rep],
    ] as const) {
      await sharer.presses('画面共有');
      await viewer.seesScreenOf(sharer);
      await viewer.sees(sharer);
      await sharer.presses('画面共有');
      await viewer.seesNoScreen();
    }
    await areTogether([customer, rep]);
  });

  test('the guest leaves, and the host reads who; the guest can come back through the door', async () => {
    const number = await rep.readsMeetingNumber();
    await customer.endsCall();
    await customer.reads('商談から退出しました');
    await rep.reads('他のユーザーからのコールが終了しました');
    await rep.reads('お客様が退出しました');
    await rep.seesExactly([rep]);
    await customer.join(number, '山田 太郎');
    await rep.letsIn('山田 太郎');
    await areTogether([customer, rep]);
  });

  test('Back in the browser throws nobody out of the call', async () => {
    await customer.page.goBack().catch(() => null);
    await areTogether([customer, rep]);
  });
});

test.describe.serial('four people', () => {
  let scene: Scene;
  let customer: Participant;
  let rep: Participant;
  let colleague: Participant;
  let specialist: Participant;
  let invitation: string;
  const everybody = () => [customer, rep, colleague, specialist];

  setTheScene(async (opened) => {
    scene = opened;
    customer = await scene.arrives('red');
    rep = await scene.arrives('green');
    colleague = await scene.arrives('blue');
    specialist = await scene.arrives('yellow');
    await rep.signIn();
    await rep.connect(await customer.startAsCustomer());
  });

  test('two more come by an invitation link, and all see and hear each other', async () => {
    invitation = await rep.invites();
    await colleague.acceptInvitation(invitation, '佐藤 花子');
    await specialist.acceptInvitation(invitation, '鈴木 一郎');
    await areTogether(everybody(), 30_000);
  });

  test('the fifth reads that the meeting is full, and the four go on', async () => {
    const fifth = await scene.arrives('red', { media: null });
    await fifth.acceptInvitation(invitation, '五人目');
    await fifth.reads('満員です(最大4名)');
    await expect(fifth.button('接続終了')).toHaveCount(0);
    await scene.goesHome(fifth);
    await areTogether(everybody());
  });

  test('each hears who is not muted, and only them', async () => {
    await colleague.turns('マイク', 'off');
    await Promise.all([customer, rep, specialist].map((each) => each.hearsNothingOf(colleague)));
    await Promise.all([customer, rep, colleague].map((each) => each.hears(specialist)));
    await colleague.turns('マイク', 'on');
    await Promise.all([customer, rep, specialist].map((each) => each.hears(colleague)));
  });

  test('a guest’s screen is seen by all the others', async () => {
    await colleague.presses('画面共有');
    await Promise.all([customer, rep, specialist].map((each) => each.seesScreenOf(colleague)));
    await colleague.presses('画面共有');
    await Promise.all([customer, rep, specialist].map((each) => each.seesNoScreen()));
  });

  test('one leaves, all the others read who, and the place is free again', async () => {
    await specialist.endsCall();
    await Promise.all(
      [customer, rep, colleague].map(async (each) => {
        await each.reads('鈴木 一郎さんが退出しました');
        await each.seesExactly([customer, rep, colleague]);
      }),
    );
    await specialist.acceptInvitation(invitation, '鈴木 一郎');
    await areTogether(everybody(), 30_000);
  });

  test('the host is asked, ends it for all, and everybody reads it', async () => {
    await rep.presses('接続終了');
    await expect(rep.page.getByRole('dialog')).toContainText('接続を終了しますか');
    await rep.presses('キャンセル');
    await areTogether(everybody());
    await rep.endsCall('全員の接続を終了する');
    await Promise.all(
      everybody().map(async (each) => {
        await each.reads('商談が終了しました');
        await each.seesExactly([]);
      }),
    );
    await customer.reads('担当者が商談を終了しました');
  });
});

test.describe('a rep far away from the server', () => {
  let customer: Participant;
  let rep: Participant;

  setTheScene(async (scene) => {
    customer = await scene.arrives('red');
    rep = await scene.arrives('green', { farMs: 80 });
    await rep.signIn();
  });

  test('connects, however soon Enter is pressed after the last digit', async () => {
    for (const pauseMs of [0, 120, 180, 240]) {
      const number = await customer.startAsCustomer();
      await rep.goTo('/dashboard');
      await rep.fills('接続ナンバー', number);
      // Somewhere in here the line to the server is half open.
      await delay(pauseMs);
      await rep.page.keyboard.press('Enter');
      await rep.isInCall();
      await rep.sees(customer);
      await rep.endsCall('全員の接続を終了する');
      await customer.reads('商談が終了しました');
    }
  });
});
