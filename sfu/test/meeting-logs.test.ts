import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { DocumentView } from '../protocol/documents.ts';
import type { LogKind, LogList } from '../protocol/log.ts';
import { ask as askFor, bring, headersOf, presenting, send } from './kit/documents.ts';
import { pdfOf } from './kit/pdf.ts';
import { record, seesRecording } from './kit/recording.ts';
import { admin, createAccount, signIn } from './kit/rep.ts';
import { TestServer } from './kit/server.ts';
import { call, customerWithNumber, knock, room, say } from './kit/stories.ts';
import { until } from './kit/waiting.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

/** Of one meeting, or of all, the oldest first: act, who and what. */
async function told(kind: LogKind, meetingId: string | null = null): Promise<string[]> {
  const cookie = await signIn(server.base, admin);
  const { json } = await askFor(server.base, { Cookie: cookie }, 'GET', `/api/logs?kind=${kind}`);
  const { entries } = json as unknown as LogList;
  return entries
    .filter((each) => meetingId === null || each.meetingId === meetingId)
    .toSorted((a, b) => a.at - b.at)
    .map(({ act, actor, subject }) => [act, actor, subject].join(' ').trim());
}

test('begin and end are told with the guests, and a customer who gave up is none', async () => {
  const { host, number } = await room(server);
  const { meetingId } = host.view.snapshot;
  const guest = await knock(server, number, '山田');
  await host.sees('them at the door', (view) => view.of(guest.self)?.standing === 'knocking');
  await host.request('guest:admit', { participantId: guest.self });
  await guest.nextWhisper('seat:admitted');
  await knock(server, number, '鈴木');
  await host.request('meeting:end', {});
  const { customer } = await customerWithNumber(server, { organization: 'demo' });
  await customer.request('meeting:leave', {});
  expect(await told('meeting', meetingId)).toEqual([
    'meeting-started 佐藤 花子',
    'meeting-ended 佐藤 花子 山田',
  ]);
  expect(await told('meeting', customer.view.snapshot.meetingId)).toEqual([]);
});

test('what is said is told, once each, with who said it', async () => {
  const { rep, customer } = await call(server);
  const id = newId();
  await say(customer, '<b>値段は？</b>', id);
  // Once more, after a line that broke.
  await say(customer, '<b>値段は？</b>', id);
  await say(rep, '50% 引きです');
  expect(await told('chat', rep.view.snapshot.meetingId)).toEqual([
    'chat-sent  <b>値段は？</b>',
    'chat-sent 佐藤 花子 50% 引きです',
  ]);
});

test('recording is told when it begins and ends, and a pause is no end', async () => {
  const { rep, customer } = await call(server);
  await record(server, rep, [rep, customer]);
  await rep.request('recording:pause', {});
  await seesRecording(rep, 'paused');
  await rep.request('recording:resume', {});
  await seesRecording(rep, 'on');
  await rep.request('recording:stop', {});
  await seesRecording(rep, 'off');
  expect(await told('meeting', rep.view.snapshot.meetingId)).toEqual([
    'meeting-started 佐藤 花子',
    'recording-started 佐藤 花子 video',
    'recording-stopped 佐藤 花子 video',
  ]);
});

test('documents are told when they come, are shown, handed over, taken, replaced and go', async () => {
  const { host, guests, document } = await presenting(server);
  const { meetingId } = host.view.snapshot;
  const to = `/api/documents/${document.id}`;
  await host.request('document:show', { documentId: document.id, page: 1 });
  await host.request('document:turn', { documentId: document.id, page: 2 });
  await askFor(server.base, headersOf(host), 'PATCH', to, { shareFile: true });
  const { offerId } = await host.request('offer:make', { documentId: document.id });
  await guests[0].request('offer:receive', { offerId });
  await guests[0].request('offer:receive', { offerId });
  const brought = await bring(server.base, guests[1], pdfOf(1), '図面.pdf');
  expect(brought.progress.state).toBe('ready');
  expect(await told('file', meetingId)).toEqual(
    expect.arrayContaining([
      'document-shown 佐藤 花子 ご提案書',
      'document-handed-over 佐藤 花子 ご提案書.pdf',
      'document-taken 山田 ご提案書.pdf',
      'document-uploaded 鈴木 図面',
    ]),
  );
  expect((await told('file', meetingId)).filter((line) => line.includes('taken'))).toHaveLength(1);
  await host.request('meeting:end', {});
  const put = await askFor(server.base, headersOf(host), 'PUT', `${to}/file?name=b.pdf`, pdfOf(2));
  expect(put.status).toBe(202);
  expect((await askFor(server.base, headersOf(host), 'DELETE', to)).status).toBe(204);
  const all = await told('file');
  for (const line of [
    'document-uploaded 佐藤 花子 ご提案書',
    'document-replaced 佐藤 花子 ご提案書',
    'document-deleted 佐藤 花子 ご提案書',
  ])
    expect(all).toContain(line);
});

test('a file that was refused came, and is not deleted by taking note of that', async () => {
  const cookie = await signIn(server.base, await createAccount(await server.store(), { name: '断られた人' }));
  const { id } = await send(server.base, { cookie }, Buffer.from('%PDF-1.7 broken'), '壊れた.pdf');
  const to = `/api/documents/${id}`;
  await until('it is refused', async () => {
    const { json } = await askFor(server.base, { Cookie: cookie }, 'GET', to);
    return (json as Partial<DocumentView>).progress?.state === 'failed';
  });
  expect((await askFor(server.base, { Cookie: cookie }, 'DELETE', to)).status).toBe(204);
  expect((await told('file')).filter((line) => line.includes('断られた人'))).toEqual([
    'document-uploaded 断られた人 壊れた',
  ]);
});
