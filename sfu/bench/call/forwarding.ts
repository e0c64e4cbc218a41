import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Colour } from '../../../web/e2e/kit/colours.ts';
import type { Participant } from '../../../web/e2e/kit/participant.ts';
import { Server } from '../../../web/e2e/kit/server.ts';
import { BarePerson } from '../kit/bare.ts';
import type { BareServer } from '../kit/bare.ts';
import { family, memoryMb, processorMs } from '../kit/processes.ts';
import { arriveMeasured } from '../kit/taimen.ts';

const others: readonly Colour[] = ['green', 'yellow'];
/** Bandwidth estimates have found their level by then. */
const settleMs = 12_000;
const measureMs = 15_000;

/** Each is measured as often, in turns, so that a machine that becomes slower does so for both. */
const rounds = 2;

type Load = { msPerMbit: number; usPerPacket: number; mbitPerSecond: number; cores: number };

/**
 * (b) Processor time of the server per forwarded megabit with four people, and (e) its memory then: of a
 * server that has been started for them.
 */
export async function measureForwarding(bare: BareServer) {
  const ours: Awaited<ReturnType<typeof withFour>>[] = [];
  const theirs: typeof ours = [];
  for (let round = 0; round < rounds; round += 1) {
    const taimen = await Server.start();
    try {
      ours.push(await withFour(taimen));
    } finally {
      await taimen.stop();
    }
    await bare.kill('SIGTERM');
    await bare.start();
    theirs.push(await withFourBare(bare));
  }
  return { ours, theirs };
}

async function withFour(server: Server) {
  const people: Participant[] = [];
  const arrive = async (colour: Colour) => {
    const person = await arriveMeasured({ server, colour });
    people.push(person);
    return person;
  };
  try {
    const customer = await arrive('red');
    const number = await customer.startAsCustomer();
    const rep = await arrive('blue');
    await rep.signIn();
    await rep.connect(number);
    const url = await rep.invites();
    for (const colour of others) await (await arrive(colour)).acceptInvitation(url, `${colour} guest`);
    for (const person of people) await person.seesExactly(people);
    const pids = family(server.pid);
    const load = await measure(
      pids,
      people.map(({ page }) => page),
    );
    return { ...load, memory: memoryMb(pids), pids: pids.length };
  } finally {
    for (const person of people) await person.goHome();
  }
}

async function withFourBare(server: BareServer) {
  const people: BarePerson[] = [];
  try {
    for (const colour of ['red', 'blue', ...others] as const) {
      const person = await BarePerson.arrive(server, colour);
      people.push(person);
      await person.open();
      await person.join();
    }
    const pids = family(server.pid);
    const load = await measure(
      pids,
      people.map(({ page }) => page),
    );
    return { ...load, memory: memoryMb(pids), pids: pids.length };
  } finally {
    for (const person of people) await person.goHome();
  }
}

async function measure(pids: readonly number[], pages: readonly Page[]): Promise<Load> {
  await delay(settleMs);
  const total = async (what: 'receivedBytes' | 'receivedPackets') => {
    const values = await Promise.all(
      pages.map((page) => page.evaluate((name) => window.instruments[name](), what)),
    );
    return values.reduce((sum, value) => sum + value, 0);
  };
  const [bytesBefore, packetsBefore, msBefore] = [
    await total('receivedBytes'),
    await total('receivedPackets'),
    processorMs(pids),
  ];
  const begun = performance.now();
  await delay(measureMs);
  const ms = processorMs(pids) - msBefore;
  const elapsed = performance.now() - begun;
  const bytes = (await total('receivedBytes')) - bytesBefore;
  const packets = (await total('receivedPackets')) - packetsBefore;
  const mbit = (bytes * 8) / 1e6;
  return {
    msPerMbit: ms / mbit,
    usPerPacket: (ms * 1_000) / packets,
    mbitPerSecond: mbit / (elapsed / 1_000),
    cores: ms / elapsed,
  };
}
