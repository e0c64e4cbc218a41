import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import { requests } from '../protocol/requests.ts';
import { guardLimits } from '../signaling/guard.ts';
import { codeOf } from './kit/client.ts';
import type { Page } from './kit/client.ts';
import { createAccount, signIn } from './kit/rep.ts';
import { TestServer, wideLimits } from './kit/server.ts';
import { call, customerWithNumber, say } from './kit/stories.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

const codeOfRaw = async (answer: Promise<unknown>) =>
  ((await answer) as { code?: string }).code ?? 'accepted';

/** Whether the server still does its work, for this page and for others. */
async function goesOn(page: Page): Promise<void> {
  if (page.isOpen) await page.request('number:issue', {});
  await customerWithNumber(server);
}

test.each([
  'nothing:known',
  '',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'participant:changed',
  'seat:admitted',
  'number:issue ',
  'x'.repeat(1_000),
])('a message of an unknown name, %j', async (name) => {
  const page = await server.openPage();
  expect(await codeOfRaw(page.raw(name, {}))).toBe('unknown-message');
  await goesOn(page);
});

describe('every request', () => {
  const names = Object.keys(requests);

  test.each([
    ['an array', []],
    ['null', null],
    ['a number', 7],
    ['text', 'text'],
    ['true', true],
  ])('with %s instead of an object', async (_, input) => {
    const { rep } = await call(server);
    for (const name of names) expect(await codeOfRaw(rep.raw(name, input)), name).toBe('bad-request');
    await say(rep, 'まだいます');
  });

  test('with nothing, or with too much', async () => {
    const { rep } = await call(server);
    for (const name of names) {
      expect(await codeOfRaw(rep.raw(name)), name).toBe('bad-request');
      expect(await codeOfRaw(rep.raw(name, {}, {})), name).toBe('bad-request');
    }
    await say(rep, 'まだいます');
  });

  test('from somebody who may not send it', async () => {
    const stranger = await server.openPage();
    for (const [name, { from }] of Object.entries(requests)) {
      if (from === 'anyone') continue;
      const expected = from === 'rep' ? 'sign-in-required' : 'not-allowed';
      expect(await codeOfRaw(stranger.raw(name, {})), name).toBe(expected);
    }
  });
});

test('a message to which nobody wants an answer is not carried out', async () => {
  const { rep, customer } = await call(server);
  rep.tell('chat:send', { id: newId(), text: '返事は要りません' });
  rep.tell('meeting:end', {});
  rep.tell('meeting:end', {}, 'no function');
  await say(rep, '続き');
  await customer.sees('what was sent properly', (view) => view.chat.length === 1);
  expect(customer.view.chat[0]!.text).toBe('続き');
});

test('keys that mean something to JavaScript mean nothing here', async () => {
  const { rep, customer } = await call(server);
  const id = newId();
  const poison = JSON.stringify({ text: 'x' }).replace(
    '{',
    '{"__proto__":{"polluted":1},"constructor":{"prototype":1},',
  );
  const input = { ...(JSON.parse(poison) as object), id };
  await rep.raw('chat:send', input);
  rep.write(`20["chat:send",{"id":"${newId()}","text":"raw","__proto__":{"polluted":1}}]`);
  await customer.sees('the words', (view) => view.chat.length === 2);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(customer.view.chat[0]!).toSorted()).toEqual([
    'at',
    'id',
    'name',
    'participantId',
    'text',
  ]);
});

test('70 kB are too large; 2 MB cut the line, and nobody else’s', async () => {
  const { rep, customer } = await call(server);
  expect(await codeOfRaw(rep.raw('chat:send', { id: newId(), text: 'x'.repeat(70_000) }))).toBe('too-large');
  await say(rep, 'まだいます');
  rep.tell('chat:send', { id: newId(), text: 'x'.repeat(2_000_000) });
  await rep.cutOff();
  await customer.sees('the lost line', (view) => view.of(rep.self)?.line === 'restoring');
  await say(customer, 'こちらは大丈夫');
});

test('nesting without end is answered, and the server lives', async () => {
  const page = await server.openPage();
  for (const depth of [100, 10_000, 200_000]) {
    const nested = '['.repeat(depth) + ']'.repeat(depth);
    page.write(`2["number:issue",{"organization":${nested}}]`);
    page.write(`21["number:issue",${nested}]`);
  }
  await customerWithNumber(server);
  if (page.isOpen) await page.request('number:issue', {});
});

test('binary data, and packets that no client writes', async () => {
  const { rep, customer } = await call(server);
  expect(await codeOfRaw(rep.raw('chat:send', { id: newId(), text: Buffer.from('text') }))).toBe(
    'bad-request',
  );
  expect(await codeOfRaw(rep.raw('media:close', Buffer.alloc(1_000)))).toBe('bad-request');
  await say(rep, 'まだいます');
  for (const packet of [
    '',
    '2',
    '2[]',
    '2{}',
    '2[null]',
    '2[7,{}]',
    '9',
    '51-["x",{"_placeholder":true,"num":9}]',
    '/x,',
  ]) {
    const page = await server.openPage();
    page.write(packet);
    page.close();
  }
  await say(customer, 'こちらも');
});

test('a page that sends nothing but nonsense is cut off, while others go on', async () => {
  const own = await TestServer.start({
    guardLimits: { ...wideLimits, faults: { points: 20, duration: 60 } },
  });
  try {
    const { rep, customer } = await call(own);
    const bad = await own.openPage();
    for (let times = 0; times < 20; times++) {
      expect(await codeOfRaw(bad.raw('number:issue', 'nonsense'))).toBe('bad-request');
    }
    bad.tell('nothing');
    await bad.cutOff();
    expect(own.logged.join('')).toContain('cut off');
    await say(rep, 'まだいます');
    await customer.nextNotice('chat:sent');
    await customerWithNumber(own);
    await own.closePages();
  } finally {
    await own.stop();
  }
});

test('a page that talks without end is told to wait, and then cut off', async () => {
  const own = await TestServer.start({
    guardLimits: {
      ...guardLimits,
      messages: { points: 30, duration: 60 },
      faults: { points: 5, duration: 60 },
    },
  });
  try {
    const page = await own.openPage();
    const look = () => codeOf(page.request('invitation:look', { token: 'x'.repeat(43) }));
    const codes: string[] = [];
    while (codes.at(-1) !== 'too-many') codes.push(await look());
    expect(codes.length).toBeLessThanOrEqual(31);
    for (let times = 0; times < 6 && page.isOpen; times++) await look().catch(() => undefined);
    await page.cutOff();
    await (await own.openPage()).request('number:issue', {});
    await own.closePages();
  } finally {
    await own.stop();
  }
});

describe('a page of another site', () => {
  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1', ''])(
    'is not let in: origin %j',
    async (origin) => {
      await expect(server.openPage({ origin })).rejects.toThrow('does not let this page in');
    },
  );

  test('is not let in with somebody’s cookie either', async () => {
    const cookie = await signIn(server.base, await createAccount(await server.store(), { name: '佐藤' }));
    await expect(server.openPage({ origin: 'https://evil.example', cookie })).rejects.toThrow();
    await server.openPage({ cookie });
  });
});

test('whoever signs out keeps the call, and loses the desk', async () => {
  const account = await createAccount(await server.store(), { name: '佐藤' });
  const cookie = await signIn(server.base, account);
  const rep = await server.openPage({ cookie });
  await rep.request('room:open', {});
  await fetch(`${server.base}/api/session`, {
    method: 'DELETE',
    headers: { Origin: server.base, Cookie: cookie },
  });
  expect(await codeOf(rep.request('number:prepare', { number: '12345' }))).toBe('sign-in-required');
  await say(rep, 'まだいます');
});
