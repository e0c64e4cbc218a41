import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';
import { areTogether, comebacks, motionWent, reportComebacks } from './kit/together.ts';

/* C7: whatever breaks, everybody is back without a click, without a new number, with the chat as it was. */

const cutMs = 20_000;
const backWithinMs = 20_000;

test.describe.serial('the call of two goes on', () => {
  let scene: Scene;
  let customer: Participant;
  let rep: Participant;
  let number: string;
  const both = () => [customer, rep];

  setTheScene(async (opened) => {
    scene = opened;
    [customer, rep] = await Promise.all([
      scene.arrives('red', { cuttable: true }),
      scene.arrives('green', { cuttable: true }),
    ]);
    await rep.signIn();
    number = await customer.startAsCustomer();
    await rep.connect(number);
    await customer.writes('はじめまして');
    await rep.writes('よろしくお願いします');
    await areTogether(both());
  });

  async function everythingIsAsItWas(): Promise<void> {
    await areTogether(both(), backWithinMs);
    expect(await rep.readsMeetingNumber()).toBe(number);
    for (const each of both()) {
      await each.readsInChat('はじめまして');
      await each.readsInChat('よろしくお願いします');
      await expect(each.page.getByText('回線を復旧しています')).toHaveCount(0);
    }
  }

  test('while both sockets are cut for 20 s, and after it', async () => {
    const from = Date.now();
    for (const each of both()) each.line?.cut();
    await rep.reads('回線を復旧しています');
    await delay(cutMs);
    await motionWent(both(), from, Date.now());
    for (const each of both()) await each.seesExactly(both());
    for (const each of both()) each.line?.restore();
    await everythingIsAsItWas();
    await customer.writes('聞こえますか');
    await rep.readsInChat('聞こえますか');
  });

  test('while the customer’s line carries nothing for 20 s, and after it', async () => {
    const from = Date.now();
    customer.line?.fallSilent();
    await delay(cutMs);
    await motionWent(both(), from, Date.now());
    await rep.writes('声だけ届いています');
    customer.line?.restore();
    await everythingIsAsItWas();
    await customer.readsInChat('声だけ届いています');
  });

  test('what is written while the line is cut arrives afterwards, once', async () => {
    customer.line?.cut();
    await customer.reads('回線を復旧しています');
    await customer.writes('切れている間に書きました');
    customer.line?.restore();
    await rep.readsInChat('切れている間に書きました');
    await customer.readsInChat('切れている間に書きました');
    await everythingIsAsItWas();
  });

  for (const side of ['customer', 'rep'] as const) {
    test(`after the ${side} has reloaded the page`, async () => {
      const person = side === 'customer' ? customer : rep;
      const brokenAt = Date.now();
      await person.page.reload();
      reportComebacks(`the ${side} reloads`, await comebacks(both(), brokenAt, brokenAt));
      await everythingIsAsItWas();
    });
  }

  test('after a device was switched off, also when the page is reloaded then', async () => {
    await customer.turns('カメラ', 'off');
    await rep.seesOnlyNameOf(customer);
    await rep.page.reload();
    await rep.isInCall();
    await rep.seesOnlyNameOf(customer);
    await rep.hears(customer);
    await customer.turns('カメラ', 'on');
    await everythingIsAsItWas();
  });

  test('after the media worker was killed', async () => {
    const pids = scene.server.workerPids();
    expect(pids, 'a media worker should be running').not.toHaveLength(0);
    const brokenAt = Date.now();
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    reportComebacks('media worker killed', await comebacks(both(), brokenAt, brokenAt));
    await everythingIsAsItWas();
    const replaced = scene.server.workerPids();
    expect(replaced, 'a media worker should be running again').not.toHaveLength(0);
    expect(replaced.filter((pid) => pids.includes(pid))).toEqual([]);
  });

  test('after the server was killed and started again', async () => {
    const brokenAt = Date.now();
    await scene.server.kill('SIGKILL');
    await customer.reads('回線を復旧しています');
    await scene.server.start();
    reportComebacks('server killed, from its first healthz', await comebacks(both(), brokenAt, Date.now()));
    await everythingIsAsItWas();
    await customer.writes('戻りました');
    await rep.readsInChat('戻りました');
  });

  test('after the server was stopped in order and the customer reloads while it is away', async () => {
    await scene.server.kill('SIGTERM');
    await customer.reads('回線を復旧しています');
    const brokenAt = Date.now();
    await scene.server.start();
    await customer.page.reload();
    reportComebacks('server restarted, customer reloads', await comebacks(both(), brokenAt, Date.now()));
    await everythingIsAsItWas();
  });
});

test.describe.serial('the call of four goes on', () => {
  let scene: Scene;
  let people: Participant[];

  setTheScene(async (opened) => {
    scene = opened;
    const customer = await scene.arrives('red');
    const rep = await scene.arrives('green');
    const colleague = await scene.arrives('blue');
    const specialist = await scene.arrives('yellow');
    people = [customer, rep, colleague, specialist];
    await rep.signIn();
    await rep.connect(await customer.startAsCustomer());
    const invitation = await rep.invites();
    await colleague.acceptInvitation(invitation, '佐藤 花子');
    await specialist.acceptInvitation(invitation, '鈴木 一郎');
    await rep.writes('四人そろいました');
    await areTogether(people, 30_000);
  });

  test('after the media worker was killed', async () => {
    const brokenAt = Date.now();
    for (const pid of scene.server.workerPids()) process.kill(pid, 'SIGKILL');
    reportComebacks('media worker killed, four people', await comebacks(people, brokenAt, brokenAt));
    await areTogether(people, backWithinMs);
  });

  test('after the server was killed and started again', async () => {
    const brokenAt = Date.now();
    await scene.server.kill('SIGKILL');
    await scene.server.start();
    reportComebacks(
      'server killed, four people, from its first healthz',
      await comebacks(people, brokenAt, Date.now()),
    );
    await areTogether(people, backWithinMs);
    for (const each of people) await each.readsInChat('四人そろいました');
  });
});

test.describe.serial('before the call', () => {
  let scene: Scene;
  let customer: Participant;
  let rep: Participant;

  setTheScene(async (opened) => {
    scene = opened;
    [customer, rep] = await Promise.all([scene.arrives('red'), scene.arrives('green')]);
    await rep.signIn();
  });

  test('the number survives a reload and a restart of the server', async () => {
    const number = await customer.startAsCustomer();
    await customer.page.reload();
    expect(await customer.readsNumber()).toBe(number);
    await scene.server.kill('SIGKILL');
    await scene.server.start();
    expect(await customer.readsNumber()).toBe(number);
    await rep.goTo('/dashboard');
    await rep.connect(number);
    await areTogether([customer, rep]);
  });

  test('who waits at the door is still there after a restart of the server', async () => {
    const number = await rep.readsMeetingNumber();
    await customer.endsCall();
    await customer.join(number, '山田 太郎');
    await rep.reads('山田 太郎様が入室を待っています');
    await scene.server.kill('SIGKILL');
    await scene.server.start();
    await rep.letsIn('山田 太郎');
    await areTogether([customer, rep], backWithinMs);
  });
});
