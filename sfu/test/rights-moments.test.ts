import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { presence } from '../protocol/notices.ts';
import type { PresenceToServerName } from '../protocol/notices.ts';
import { TestServer } from './kit/server.ts';
import { Stage, type Scene } from './rights/socket-scene.ts';
import { senders, type Sender } from './rights/socket-table.ts';

/* Who may what of the messages that are past in a moment, which are answered only when they are refused. */

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open(await TestServer.start());
});
afterEach(async () => {
  await stage.spoilt();
  await stage.server.closePages();
});
afterAll(() => stage.server.stop());

/** As in the other tables; `passed on`: to the others in the host's meeting. `unseen`: by anybody there. */
const nobodyElse = {
  visitor: 'not-allowed',
  waiting: 'not-allowed',
  knocker: 'not-allowed',
  rep: 'not-allowed',
  stranger: 'not-allowed',
} as const;
const table: Record<PresenceToServerName, Record<Sender, string>> = {
  'pointer:move': { ...nobodyElse, elsewhere: 'document-not-shown', guest: 'passed on', host: 'passed on' },
  'document:foresee': { ...nobodyElse, elsewhere: 'unseen', guest: 'passed on', host: 'passed on' },
};
const tells = { 'pointer:move': 'pointer:moved', 'document:foresee': 'document:foreseen' } as const;

async function inputOf(name: PresenceToServerName, scene: Scene): Promise<object> {
  return name === 'pointer:move'
    ? { place: { documentId: await scene.shown(), page: 1, x: 0.5, y: 0.5 } }
    : {};
}

test('the table has every such message', () => {
  expect(Object.keys(table).toSorted()).toEqual(Object.keys(presence.toServer).toSorted());
});

describe.each(Object.keys(table) as PresenceToServerName[])('%s', (name) => {
  test.each(senders)('of %s', async (sender) => {
    const scene = await stage.scene;
    const page = await scene.page(sender);
    const input = await inputOf(name, scene);
    const wanted = table[name][sender];
    const { host, guest } = scene;
    const others = [host, guest].filter((each) => each !== page);
    if (wanted === 'passed on') {
      page.tell(name, input);
      await Promise.all(others.map((each) => each.nextPresence(tells[name])));
      return;
    }
    if (wanted === 'unseen') page.tell(name, input);
    else expect(await page.raw(name, input)).toMatchObject({ code: wanted });
    // What is sent later comes later: by then it would have come.
    await page.raw('room:ask', { number: '00000', name: '' }).catch(() => null);
    host.tell(name, input);
    await guest.nextPresence(tells[name]);
    expect(guest.countOf(tells[name])).toBe(1);
    expect(host.countOf(tells[name])).toBe(0);
  });
});
