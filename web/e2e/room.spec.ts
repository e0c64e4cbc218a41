import { expect, test } from '@playwright/test';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import { areTogether } from './kit/together.ts';

const fullWidth = (digits: string) =>
  [...digits].map((digit) => String.fromCodePoint((digit.codePointAt(0) ?? 0) + 0xfee0)).join('');

test.describe.serial('a room that the rep has opened', () => {
  let rep: Participant;
  let customer: Participant;
  let number: string;

  setTheScene(async (scene) => {
    [rep, customer] = await Promise.all([scene.arrives('green'), scene.arrives('red')]);
    await rep.signIn();
    number = await rep.openRoom();
  });

  test('the rep waits alone, seen by themselves', async () => {
    await rep.seesExactly([rep]);
    await rep.sees(rep);
  });

  test('the customer knocks with the number in full-width digits and is let in', async () => {
    await customer.join(fullWidth(number), '山田 太郎');
    await customer.reads('担当者の承認をお待ちください');
    await rep.reads('山田 太郎様が入室を待っています');
    await expect(rep.tiles(), 'nobody has a tile before being let in').toHaveCount(1);
    await rep.letsIn('山田 太郎');
    await areTogether([rep, customer]);
  });

  test('who has lost the page comes back by the same number', async () => {
    await customer.endsCall();
    await customer.join(`${number.slice(0, 2)} - ${number.slice(2)}`, '山田 太郎');
    await rep.letsIn('山田 太郎');
    await areTogether([rep, customer]);
    await customer.endsCall();
  });

  test('the host refuses, and the one at the door reads it', async () => {
    await customer.join(number, '知らない人');
    await rep.refuses('知らない人');
    await customer.reads('入室できませんでした');
    await customer.reads('今回は入室が承認されませんでした');
    await rep.seesExactly([rep]);
  });

  test('somebody goes away from the door by themselves', async () => {
    await customer.join(number, '急ぐ人');
    await rep.reads('急ぐ人様が入室を待っています');
    await customer.presses('参加をやめる');
    await expect(rep.page.getByText('急ぐ人様が入室を待っています')).toHaveCount(0);
  });

  test('a link leads straight in', async () => {
    await customer.acceptInvitation(await rep.invites(), '田中 次郎');
    await areTogether([rep, customer]);
    await customer.endsCall();
  });

  test('a link that was revoked opens nothing', async () => {
    const url = await rep.invites();
    await rep.presses('チャット招待');
    await rep.page.getByRole('button', { name: '取り消す' }).first().click();
    await rep.reads('取り消し済み');
    await customer.openInvitation(url);
    await customer.reads('この招待リンクは取り消されています');
    await rep.seesExactly([rep]);
  });

  test('a link that never was opens nothing', async () => {
    await customer.openInvitation(`${rep.origin}/i/${'A'.repeat(43)}`);
    await customer.reads('この招待リンクは使えません');
  });

  test('a meeting that one was never in cannot be entered by its address', async () => {
    await customer.goTo(new URL(rep.page.url()).pathname);
    await customer.reads('この商談に戻れませんでした');
    await customer.goTo(`/meeting/${'A'.repeat(22)}`);
    await customer.reads('この商談に戻れませんでした');
    await rep.seesExactly([rep]);
  });

  test('an address that is not there says so', async () => {
    await customer.goTo('/nowhere');
    await customer.reads('ページが見つかりません');
  });
});
