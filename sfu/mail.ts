import { createTransport } from 'nodemailer';
import type { Log } from './log.ts';

/** In plain text. */
export type Letter = { to: string; subject: string; text: string };

export type MailOptions = {
  /** smtp:// or smtps://, with user and password if need be; null: no mail is sent. */
  url: string | null;
  /** An address, or a name and an address in angle brackets. */
  from: string | null;
  log: Log;
  /** For tests: how long after a failure it is tried again, each time. */
  retriesMs?: readonly number[];
};

export interface Mail {
  /** Takes the letter on and returns at once. What cannot be sent is tried again for about an hour, then given up. */
  send(letter: Letter): void;
  /** What is not sent by now is not sent. */
  close(): void;
}

const minuteMs = 60_000;
/** Together a little more than an hour. */
const usualRetriesMs = [minuteMs, 4 * minuteMs, 10 * minuteMs, 20 * minuteMs, 30 * minuteMs] as const;
/** A server that stays silent for this long counts as gone. */
const silenceMs = 20_000;
/** More letters than this do not wait in memory for a mail server that is down. */
const waitingMax = 200;

/** @returns null when the settings name no mail server */
export function createMail({ url, from, log, retriesMs = usualRetriesMs }: MailOptions): Mail | null {
  if (url === null || from === null) return null;
  return new SmtpMail(url, from, log, retriesMs);
}

class SmtpMail implements Mail {
  readonly #transport: ReturnType<typeof createTransport>;
  readonly #from: string;
  readonly #log: Log;
  readonly #retriesMs: readonly number[];
  readonly #secrets: readonly string[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #letters = 0;
  #closed = false;

  constructor(url: string, from: string, log: Log, retriesMs: readonly number[]) {
    this.#transport = createTransport({
      url,
      connectionTimeout: silenceMs,
      greetingTimeout: silenceMs,
      socketTimeout: silenceMs,
      // A letter is text of ours: nothing in it may fetch anything.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    this.#from = from;
    this.#log = log;
    this.#retriesMs = retriesMs;
    this.#secrets = secretsOf(url);
  }

  send(letter: Letter): void {
    if (this.#letters >= waitingMax) {
      this.#log.error({ waiting: this.#letters }, 'a mail was given up: too many are waiting');
      return;
    }
    this.#letters += 1;
    void this.#try(letter, 0);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#transport.close();
  }

  async #try(letter: Letter, failures: number): Promise<void> {
    try {
      // Base64 goes through every relay as it is, however long a line of Japanese gets.
      await this.#transport.sendMail({ from: this.#from, textEncoding: 'base64', ...letter });
      this.#letters -= 1;
    } catch (error) {
      this.#failed(letter, failures, error);
    }
  }

  #failed(letter: Letter, failures: number, error: unknown): void {
    if (this.#closed) return;
    const reason = this.#withoutSecrets(error instanceof Error ? error.message : String(error));
    const delayMs = isForGood(error) ? undefined : this.#retriesMs[failures];
    if (delayMs === undefined) {
      this.#letters -= 1;
      this.#log.error({ reason, subject: letter.subject }, 'a mail could not be sent and is given up');
      return;
    }
    this.#log.warn({ reason, againInMs: delayMs }, 'a mail could not be sent; it is tried again');
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#try(letter, failures + 1);
    }, delayMs);
    timer.unref();
    this.#timers.add(timer);
  }

  #withoutSecrets(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
  }
}

/** RFC 5321, 4.2.1: 5xx to the address or to the text itself stays so; one to the sign-in can be put right. */
function isForGood(error: unknown): boolean {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  return (
    (code === 'EENVELOPE' || code === 'EMESSAGE') && typeof responseCode === 'number' && responseCode >= 500
  );
}

/** Each form in which a mail server could repeat the password in what it answers. */
function secretsOf(url: string): string[] {
  const { username, password } = new URL(url);
  if (password === '') return [];
  const [user, plain] = [decodeURIComponent(username), decodeURIComponent(password)];
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return [url, base64(`\u0000${user}\u0000${plain}`), base64(plain), password, plain];
}
