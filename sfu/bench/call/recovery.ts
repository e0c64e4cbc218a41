import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@playwright/test';
import type { Server } from '../../../web/e2e/kit/server.ts';
import { BarePerson } from '../kit/bare.ts';
import type { BareServer } from '../kit/bare.ts';
import { firstFreshFrame, longestGap } from '../kit/frames.ts';
import { family } from '../kit/processes.ts';
import { arriveMeasured } from '../kit/taimen.ts';

const cutMs = 20_000;
/** How long something that was never built to come back is given to do so. */
const neverMs = 8_000;

/** Milliseconds; Infinity: not within the time given. */
export type Recovery = {
  /** The longest standstill of the pictures while the socket was cut for 20 s. */
  cutGap: number;
  reload: number;
  worker: number;
  /** From the first 200 of /healthz after a SIGKILL. */
  server: number;
};

/** (c) How long it takes until everybody sees the others again, the slowest of them. */
export async function measureRecovery(server: Server): Promise<Recovery> {
  const customer = await arriveMeasured({ server, colour: 'red', cuttable: true });
  const rep = await arriveMeasured({ server, colour: 'blue' });
  const pages = () => [customer.page, rep.page];
  const fresh = async (since: number) =>
    Math.max(...(await Promise.all(pages().map((page) => firstFreshFrame(page, since))))) - since;
  const settle = async () => {
    await customer.sees(rep);
    await rep.sees(customer);
  };
  try {
    const number = await customer.startAsCustomer();
    await rep.signIn();
    await rep.connect(number);
    await settle();

    const cutAt = Date.now();
    customer.line?.cut();
    await delay(cutMs);
    const cutGap = Math.max(
      ...(await Promise.all(pages().map((page) => longestGap(page, cutAt, Date.now())))),
    );
    customer.line?.restore();
    await expect(customer.page.getByText('回線を復旧しています')).toHaveCount(0);
    await settle();

    const reloadAt = Date.now();
    await customer.page.reload({ waitUntil: 'commit' });
    const reload = await fresh(reloadAt);
    await settle();

    const workerAt = Date.now();
    // The worker that carries the meeting is one of these; the other's death must not matter.
    for (const pid of server.workerPids()) process.kill(pid, 'SIGKILL');
    const worker = await fresh(workerAt);
    await settle();

    await server.kill('SIGKILL');
    await server.start();
    const healthyAt = Date.now();
    const back = await fresh(healthyAt);
    return { cutGap, reload, worker, server: back };
  } finally {
    await customer.goHome();
    await rep.goHome();
  }
}

/** The same of the baseline, as far as it comes back at all; a reload includes the press of its button. */
export async function measureBareRecovery(server: BareServer): Promise<Omit<Recovery, 'cutGap'>> {
  const people = [await BarePerson.arrive(server, 'red'), await BarePerson.arrive(server, 'blue')] as const;
  const [first, second] = people;
  const fresh = async (since: number, timeoutMs: number) => {
    const frames = await Promise.all(people.map(({ page }) => firstFreshFrame(page, since, timeoutMs)));
    return Math.max(...frames) - since;
  };
  try {
    for (const person of people) {
      await person.open();
      await person.join();
    }
    await firstFreshFrame(first.page, 0);
    await firstFreshFrame(second.page, 0);

    const reloadAt = Date.now();
    await second.page.reload({ waitUntil: 'commit' });
    await second.join();
    const reload = await fresh(reloadAt, neverMs);

    const workerAt = Date.now();
    for (const pid of family(server.pid).slice(1)) process.kill(pid, 'SIGKILL');
    const worker = await fresh(workerAt, neverMs);

    await server.kill('SIGKILL');
    await server.start();
    return { reload, worker, server: await fresh(Date.now(), neverMs) };
  } finally {
    for (const person of people) await person.goHome();
  }
}
