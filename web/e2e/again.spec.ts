import { expect, test } from '@playwright/test';
import { eventually, itIs, notYet } from './kit/eventually.ts';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import { areTogether } from './kit/together.ts';

/* What comes after a call, and what happens in the seconds before a dead line is known to be dead. */

declare global {
  interface Window {
    /** Every track that this page was given by a camera or a microphone. */
    taimenTracks: MediaStreamTrack[];
  }
}

/** Runs in the page, before its own scripts. */
function keepTracks(): void {
  window.taimenTracks = [];
  const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await original(constraints);
    window.taimenTracks.push(...stream.getTracks());
    return stream;
  };
}

const watched = {
  prepare: async (context: Participant['context']) => {
    await context.addInitScript(keepTracks);
  },
};

async function devicesAre(person: Participant, state: 'in use' | 'off'): Promise<void> {
  await eventually(`camera and microphone of ${person.who} should be ${state}`, async () => {
    const live = await person.page.evaluate(
      () => window.taimenTracks.filter(({ readyState }) => readyState === 'live').length,
    );
    const asWanted = state === 'off' ? live === 0 : live >= 2;
    return asWanted ? itIs : notYet(`${live} tracks are live`);
  });
}

test.describe.serial('a customer and a rep', () => {
  let customer: Participant;
  let rep: Participant;

  setTheScene(async (scene) => {
    customer = await scene.arrives('red', { ...watched, cuttable: true });
    rep = await scene.arrives('green', watched);
    await rep.signIn();
  });

  test('the customer stops waiting: the camera goes off, and beginning again gives a number', async () => {
    const first = await customer.startAsCustomer();
    await devicesAre(customer, 'in use');
    await customer.presses('やめる');
    await devicesAre(customer, 'off');
    await customer.presses('商談を始める');
    const second = await customer.readsNumber();
    expect(second).not.toBe(first);
    await devicesAre(customer, 'in use');
  });

  test('the rep clears the field, types again and connects', async () => {
    const number = await customer.readsNumber();
    await rep.fills('接続ナンバー', number);
    await rep.reads('お客様がお待ちです');
    await rep.fills('接続ナンバー', '');
    await rep.connect(number);
    await areTogether([customer, rep]);
  });

  test('a microphone switched while the line is dead, unknown to anybody, is right afterwards', async () => {
    await customer.turns('マイク', 'off');
    await rep.hearsNothingOf(customer);
    customer.line?.fallSilent();
    await customer.turns('マイク', 'on');
    await customer.reads('回線を復旧しています');
    customer.line?.restore();
    await areTogether([customer, rep]);
  });

  test('after the end camera and microphone are off on both sides', async () => {
    await rep.endsCall('全員の接続を終了する');
    await customer.reads('担当者が商談を終了しました');
    await devicesAre(rep, 'off');
    await devicesAre(customer, 'off');
  });

  test('and both can meet again in the same windows', async () => {
    const number = await customer.startAsCustomer();
    await rep.goTo('/dashboard');
    await rep.connect(number);
    await areTogether([customer, rep]);
  });
});
