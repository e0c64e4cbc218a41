import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Output, RequestName } from '../protocol/requests.ts';
import { requests } from '../protocol/requests.ts';
import { RequestRefused, type Page } from './kit/client.ts';
import { TestServer } from './kit/server.ts';
import { say } from './kit/stories.ts';
import { proofs, socketRequests } from './rights/socket-requests.ts';
import { Stage } from './rights/socket-scene.ts';
import { expected, isIdle, senders, socketTable } from './rights/socket-table.ts';
import { rightOf, rightsIn } from './rights/table.ts';

const rows = [...socketTable.rows.keys()];
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open(await TestServer.start());
});
afterEach(async () => {
  await stage.spoilt();
  await stage.server.closePages();
});
afterAll(() => stage.server.stop());

/** What comes of a message: the code of a refusal, or that it was accepted; of media, whether there is any. */
async function outcomeOf(page: Page, name: RequestName, input: object): Promise<string> {
  try {
    const value = await page.request(name, input);
    const isNothing = name === 'media:consume' && (value as Output<'media:consume'>).consumers.length === 0;
    return isNothing ? 'nothing' : 'accepted';
  } catch (error) {
    if (error instanceof RequestRefused) return error.code;
    throw error;
  }
}

test('the table of rights has every message there is, and none that there is not', () => {
  expect(rightsIn(socketTable)).toEqual(Object.keys(requests).toSorted());
  expect(Object.keys(socketRequests).toSorted()).toEqual(rows.toSorted());
});

test('every message is there for somebody', () => {
  for (const row of rows) {
    expect(senders.map((sender) => expected(row, sender))).toContain('accepted');
  }
});

describe('who may what', () => {
  test.each(rows)('%s', async (row) => {
    const outcomes: Record<string, string> = {};
    const wanted: Record<string, string> = {};
    for (const sender of senders) {
      const scene = await stage.scene;
      const page = await scene.page(sender);
      const input = await socketRequests[row]!(scene, page);
      outcomes[sender] = await outcomeOf(page, rightOf(row) as RequestName, input);
      wanted[sender] = expected(row, sender);
      if (isIdle(row, sender)) await proofs[row]?.(scene, input);
      // Refused, it has changed nothing: the next one finds everything as it was.
      else if (outcomes[sender] === 'accepted') await stage.spoilt();
    }
    expect(outcomes).toEqual(wanted);
  });
});

test('whoever is at the door, or elsewhere, learns nothing of the meeting', async () => {
  const scene = await stage.scene;
  const [knocker, elsewhere] = [await scene.page('knocker'), await scene.page('elsewhere')];
  await say(scene.host, '内密の話');
  await scene.shown();
  await scene.guest.sees('the page', (view) => view.shown !== null);
  const door = await knocker.request('meeting:snapshot', {});
  expect(door.participants.map(({ id }) => id)).toEqual([knocker.self]);
  expect(door).toMatchObject({ chat: [], shown: null, invitations: [], offers: [] });
  await say(elsewhere, 'こんにちは');
  const other = await elsewhere.request('meeting:snapshot', {});
  expect(other.meetingId).not.toBe(scene.meetingId);
  const names = other.participants.map(({ id }) => id);
  for (const { self } of [scene.host, scene.guest]) expect(names).not.toContain(self);
  expect(other.chat.map(({ text }) => text)).toEqual(['こんにちは']);
  expect(scene.guest.view.chat.map(({ text }) => text)).toEqual(['内密の話']);
});
