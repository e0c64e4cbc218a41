import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Participant } from '../../../web/e2e/kit/participant.ts';
import type { Server } from '../../../web/e2e/kit/server.ts';
import { BarePerson } from '../kit/bare.ts';
import type { BareServer } from '../kit/bare.ts';
import { firstFreshFrame, lastPress } from '../kit/frames.ts';
import { arriveMeasured } from '../kit/taimen.ts';

/** (a) From the rep's last press to the first decoded remote frame on both sides, in milliseconds. */
export async function measureJoining(taimen: Server, bare: BareServer, runs: number) {
  const ours: number[] = [];
  const theirs: number[] = [];
  const numbers: number[] = [];
  const customer = await arriveMeasured({ server: taimen, colour: 'red' });
  const rep = await arriveMeasured({ server: taimen, colour: 'blue' });
  const [first, second] = [await BarePerson.arrive(bare, 'red'), await BarePerson.arrive(bare, 'blue')];
  try {
    await rep.signIn();
    // In turns, so that a machine that becomes slower does so for both; the first of each warms up.
    for (let run = 0; run <= runs; run += 1) {
      theirs.push(await joinBare(first, second));
      const { number, joined } = await connect(customer, rep);
      numbers.push(number);
      ours.push(joined);
    }
  } finally {
    for (const person of [customer, rep, first, second]) await person.goHome();
  }
  return { ours: ours.slice(1), theirs: theirs.slice(1), numbers: numbers.slice(1) };
}

async function connect(customer: Participant, rep: Participant): Promise<{ number: number; joined: number }> {
  const number = await customer.startAsCustomer();
  // J1: a number within a second. Looked for by polling, so this is an upper bound.
  const numberShown = Date.now() - (await lastPress(customer.page));
  await rep.goTo('/dashboard');
  await rep.fills('接続ナンバー', number);
  await expect(rep.page.getByText('お客様がお待ちです')).toBeVisible();
  // A person needs a moment from the last digit to the button; by then both sides have their lines.
  await bothLinesOf(customer.page);
  await bothLinesOf(rep.page);
  const since = Date.now();
  await rep.presses('接続する');
  const joined = await untilBothSee(since, rep.page, customer.page);
  await rep.endsCall('全員の接続を終了する');
  return { number: numberShown, joined };
}

async function joinBare(first: BarePerson, second: BarePerson): Promise<number> {
  await first.open();
  await second.open();
  await first.join();
  await first.page.waitForFunction(() => window.instruments.connectedLines() === 1);
  const since = Date.now();
  await second.join();
  const joined = await untilBothSee(since, second.page, first.page);
  await first.page.goto('about:blank');
  await second.page.goto('about:blank');
  return joined;
}

async function bothLinesOf(page: Page): Promise<void> {
  await page.waitForFunction(() => window.instruments.connectedLines() === 2);
}

async function untilBothSee(since: number, presser: Page, other: Page): Promise<number> {
  const frames = await Promise.all([presser, other].map((page) => firstFreshFrame(page, since)));
  return Math.max(...frames) - (await lastPress(presser));
}
