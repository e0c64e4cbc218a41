import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export type Letter = { from: string; to: string[]; subject: string; text: string };

/** A real mail server on this machine, which keeps what comes. */
export class MailServer {
  readonly letters: Letter[] = [];
  readonly #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope: { mailFrom, rcptTo } }, done) => {
      text(stream).then((content) => {
        const from = mailFrom === false ? '' : mailFrom.address;
        this.letters.push({ from, to: rcptTo.map(({ address }) => address), ...read(content) });
        done();
      }, done);
    },
  });

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server.server, 'listening');
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** As Taimen writes it: words of RFC 2047 in the subject, text in Base64. */
function read(content: string): { subject: string; text: string } {
  const border = content.indexOf('\r\n\r\n');
  const header = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(content.slice(0, border))?.[1] ?? '';
  const words = [...header.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/gi)].map(([, word = '']) => decode(word));
  return { subject: words.join(''), text: decode(content.slice(border)) };
}

const decode = (base64: string) => Buffer.from(base64, 'base64').toString();
