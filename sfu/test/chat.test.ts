import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import { limits } from '../protocol/limits.ts';
import { codeOf } from './kit/client.ts';
import { TestServer } from './kit/server.ts';
import { call, comeByLink, fourPeople, room, say } from './kit/stories.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

test('what one says all four read, with the name and the time', async () => {
  const { guests, everybody } = await fourPeople(server);
  const before = Date.now();
  const sent = await say(guests[0], 'こんにちは 👋');
  expect(sent).toMatchObject({ participantId: guests[0].self, name: '山田', text: 'こんにちは 👋' });
  expect(sent.at).toBeGreaterThanOrEqual(before);
  for (const page of everybody) expect((await page.nextNotice('chat:sent')).message).toEqual(sent);
});

test('sent again with the same ID, after a broken line, it stands there once', async () => {
  const { rep, customer } = await call(server);
  const id = newId();
  const [first, second] = await Promise.all([say(rep, '一度だけ', id), say(rep, '一度だけ', id)]);
  expect(await say(rep, '一度だけ', id)).toEqual(first);
  expect(second).toEqual(first);
  await say(rep, '次');
  await customer.sees('the next one', (view) => view.chat.at(-1)?.text === '次');
  expect(customer.view.chat.map((each) => each.text)).toEqual(['一度だけ', '次']);
  // Nobody can write over somebody else's words.
  expect(await codeOf(say(customer, '上書き', id))).toBe('bad-request');
  const other = await room(server);
  expect(await codeOf(say(other.host, '上書き', id))).toBe('bad-request');
});

test('everybody reads the same order, and so does who comes later', async () => {
  const { rep, customer } = await call(server);
  const texts = Array.from({ length: 40 }, (_, index) => String(index));
  await Promise.all(texts.map((text, index) => say(index % 2 ? rep : customer, text)));
  for (const page of [rep, customer])
    await page.sees('all of it', (view) => view.chat.length === texts.length);
  expect(rep.view.chat).toEqual(customer.view.chat);
  const late = await comeByLink(server, rep, '鈴木');
  expect(late.view.chat).toEqual(rep.view.chat);
  expect(late.view.chat.filter((each) => each.participantId === rep.self).map((each) => each.text)).toEqual(
    texts.filter((_, index) => index % 2),
  );
});

test.each([
  ['a script', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['a link', 'https://example.com/?q=対面&x=1#y'],
  ['several lines and a tab', '一行目\n\t二行目'],
  ['Japanese, rare characters and emoji', '株式会社𠮷野家 髙﨑 👨‍👩‍👧‍👦 ㌔'],
  ['quotes and SQL', `'; drop table chat_messages; -- "\\`],
])('%s arrives as it was written', async (_, text) => {
  const { rep, customer } = await call(server);
  await say(rep, text);
  expect((await customer.nextNotice('chat:sent')).message.text).toBe(text);
});

test.each([
  [' \r\n 前後の空白 \t', '前後の空白'],
  ['a\r\nb\rc', 'a\nb\nc'],
  ['鐘\u0007が\u0000鳴\u001b[31mる\u0085', '鐘が鳴[31mる'],
  ['か\u3099', 'が'],
])('%j is read as %j', async (typed, read) => {
  const { rep } = await call(server);
  expect((await say(rep, typed)).text).toBe(read);
});

test('half a character does no harm, and reads the same after a restart', async () => {
  const { rep, customer } = await call(server);
  const sent = await say(rep, `half \uD83D`);
  expect((await customer.nextNotice('chat:sent')).message).toEqual(sent);
  expect(sent.text.isWellFormed()).toBe(true);
});

test.each(['', '   ', '\n\n', '\u0000\u0007', '\u3000'])('%j says nothing and is not sent', async (text) => {
  const { rep, customer } = await call(server);
  expect(await codeOf(say(rep, text))).toBe('chat-empty');
  await say(rep, '次');
  await customer.sees('the next one', (view) => view.chat.length === 1);
});

test('as long as it may be, in characters and not in bytes; one more is refused', async () => {
  const { rep, customer } = await call(server);
  const longest = '𠮷'.repeat(limits.chatCharacters);
  await say(rep, longest);
  expect((await customer.nextNotice('chat:sent')).message.text).toBe(longest);
  expect(await codeOf(say(rep, 'あ'.repeat(limits.chatCharacters + 1)))).toBe('too-large');
  expect(await codeOf(say(rep, 'あ'.repeat(8_001)))).toBe('bad-request');
});

test('who has left is not told any more, and cannot speak', async () => {
  const { host, guests } = await fourPeople(server);
  await guests[0].request('meeting:leave', {});
  await host.nextNotice('participant:left');
  await say(host, '続けましょう');
  await guests[1].nextNotice('chat:sent');
  expect(guests[0].countOf('chat:sent')).toBe(0);
  expect(await codeOf(say(guests[0], 'まだいます'))).toBe('not-allowed');
});
