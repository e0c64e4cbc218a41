import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { HistoryDetail, HistoryList } from '../protocol/history.ts';
import { ask, presenting } from './kit/documents.ts';
import { TestServer } from './kit/server.ts';
import { say } from './kit/stories.ts';
import { until } from './kit/waiting.ts';

const hourMs = 60 * 60_000;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

test('a meeting is in the history while it runs and afterwards, across a stop of the server', async () => {
  const { host, guests, document } = await presenting(server);
  const { meetingId } = host.view.snapshot;
  const headers = { Cookie: host.cookie };
  const detail = async () =>
    (await ask(server.base, headers, 'GET', `/api/history/${meetingId}`)).json as unknown as HistoryDetail;
  const firstPage = async () => (await detail()).shown[0]?.pages.find(({ page }) => page === 1)?.ms ?? 0;

  await host.request('document:show', { documentId: document.id });
  await guests[0].sees('page 1', ({ shown }) => shown?.page === 1);
  // Whatever happens in the meeting, it is counted up to then.
  await until('the first page has been seen for a moment', async () => {
    await host.request('participant:update', { microphone: 'on', camera: 'off', speaker: 'on' });
    return (await firstPage()) >= 20;
  });
  await ask(server.base, headers, 'PATCH', `/api/documents/${document.id}`, { shareFile: true });
  const { offerId } = await host.request('offer:make', { documentId: document.id });
  await guests[0].request('offer:receive', { offerId });
  await guests[1].request('offer:decline', { offerId });
  await say(guests[2], 'ありがとうございます');

  const before = await firstPage();
  await server.down();
  const { meetings } = await server.store();
  const stopped = (await meetings.load(meetingId))!;
  const keptMs = stopped.stage.looked[0]!.ms;
  // Also what nothing else was stored after.
  expect(keptMs).toBeGreaterThan(before);
  // As if that had been an hour ago.
  await meetings.save({
    ...stopped,
    stage: { ...stopped.stage, shownSince: stopped.stage.shownSince! - hourMs },
  });
  await server.up();

  const back = await server.openPage({ cookie: host.cookie });
  await back.request('seat:resume', { resumeToken: host.resumeToken! });
  await back.request('document:turn', { documentId: document.id, page: 2 });
  await back.request('document:close', { documentId: document.id });
  await back.request('meeting:end', {});

  const { shown, handedOver, chat, endReason } = await detail();
  expect(shown).toMatchObject([{ documentId: document.id, title: document.title, isThere: true }]);
  const seenMs = shown[0]!.pages.find(({ page }) => page === 1)!.ms;
  expect(seenMs).toBeGreaterThanOrEqual(keptMs);
  expect(seenMs).toBeLessThan(hourMs);
  expect(handedOver[0]?.to.map(({ state }) => state).toSorted()).toEqual(['declined', 'open', 'taken']);
  expect(chat.map(({ text }) => text)).toEqual(['ありがとうございます']);
  expect(endReason).toBe('ended-by-host');

  const search = encodeURIComponent(document.title);
  const found = await ask(server.base, headers, 'GET', `/api/history?search=${search}&has=document`);
  expect((found.json as unknown as HistoryList).meetings).toMatchObject([
    { meetingId, documents: [document.title] },
  ]);
});
