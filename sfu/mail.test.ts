import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from './log.ts';
import { createMail, type Mail } from './mail.ts';
import { until } from './test/kit/waiting.ts';

type Received = { from: string; to: string[]; content: string };

let received: Received[] = [];
let logged: string[] = [];
const toClose: (() => Promise<void> | void)[] = [];

beforeEach(() => {
  received = [];
  logged = [];
});
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function listen(port = 0, options: SMTPServerOptions = {}): Promise<number> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const { mailFrom, rcptTo } = session.envelope;
      const from = mailFrom === false ? '' : mailFrom.address;
      text(stream).then((content) => {
        received.push({ from, to: rcptTo.map(({ address }) => address), content });
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  toClose.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.server.address() as AddressInfo).port;
}

function mailTo(port: number, { user = '', retriesMs = [50, 50, 50] } = {}): Mail {
  const mail = createMail({
    url: `smtp://${user}127.0.0.1:${port}`,
    from: 'Taimen <taimen@example.jp>',
    log: createLog('warn', { write: (line) => void logged.push(line) }),
    retriesMs,
  })!;
  toClose.push(() => mail.close());
  return mail;
}

const letter = { to: 'sato@example.jp', subject: '容量のお知らせ', text: '録画の残りは約 2 時間です。\n' };

describe('mail', () => {
  test('reaches a real mail server, Japanese and all', async () => {
    mailTo(await listen()).send(letter);
    await until('it is there', () => received.length === 1);
    expect(received[0]).toMatchObject({ from: 'taimen@example.jp', to: ['sato@example.jp'] });
    const { content } = received[0]!;
    const [head = '', body = ''] = content.split('\r\n\r\n');
    expect(head).toMatch(/Content-Type: text\/plain; charset=utf-8/);
    const word = /^Subject: =\?UTF-8\?B\?([^?]+)\?=/m.exec(head)?.[1];
    expect(Buffer.from(word ?? '', 'base64').toString()).toBe(letter.subject);
    const encoding = /^Content-Transfer-Encoding: (.+)$/m.exec(head)?.[1]?.trim();
    expect(encoding).toBe('base64');
    expect(Buffer.from(body, 'base64').toString().trim()).toBe(letter.text.trim());
  });

  test('waits for a server that is down at first', async () => {
    const port = await listen();
    await toClose.pop()!();
    mailTo(port, { retriesMs: [50, 50, 50, 50, 50, 50, 50, 50] }).send(letter);
    await until('the first try has failed', () => logged.length > 0);
    await listen(port);
    await until('it is there', () => received.length === 1);
    expect(logged.join()).toContain('tried again');
  });

  test('is given up after some tries, which is told', async () => {
    const port = await listen();
    await toClose.pop()!();
    mailTo(port, { retriesMs: [10, 10] }).send(letter);
    await until('it is given up', () => logged.some((line) => line.includes('given up')));
    expect(logged).toHaveLength(3);
  });

  test('to nobody is not tried again', async () => {
    const port = await listen(0, {
      onRcptTo: (_address, _session, done) => {
        done(Object.assign(new Error('No such mailbox'), { responseCode: 550 }));
      },
    });
    mailTo(port).send(letter);
    await until('it is given up', () => logged.some((line) => line.includes('given up')));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('No such mailbox');
  });

  test('never writes the password into the log, even when the server repeats it', async () => {
    const password = 'p@ss 対面/secret';
    let tried = '';
    const port = await listen(0, {
      authMethods: ['PLAIN'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) => {
        tried = auth.password ?? '';
        const encoded = Buffer.from(`\u0000${auth.username}\u0000${tried}`).toString('base64');
        done(new Error(`Not for ${tried}, nor for ${encoded}`));
      },
    });
    mailTo(port, { user: `user:${encodeURIComponent(password)}@`, retriesMs: [] }).send(letter);
    await until('it is given up', () => logged.length > 0);
    expect(tried).toBe(password);
    expect(logged.join()).toContain('Not for [secret], nor for [secret]');
    expect(logged.join()).not.toMatch(/p@ss|p%40ss/);
  });

  test('is not sent when the settings name no server', () => {
    const log = createLog('silent');
    expect(createMail({ url: null, from: 'a@example.jp', log })).toBeNull();
    expect(createMail({ url: 'smtp://127.0.0.1', from: null, log })).toBeNull();
  });
});
