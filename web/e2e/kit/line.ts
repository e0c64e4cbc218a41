import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';

/**
 * A participant's line to the web port, which can be cut and restored. Media does not go through it: that
 * goes to the media port directly.
 */
export class Line {
  readonly #server: NetServer;
  readonly #delayMs: number;
  readonly #ends = new Set<Socket>();
  #state: 'open' | 'cut' | 'silent' = 'open';

  private constructor(port: number, delayMs: number) {
    this.#delayMs = delayMs;
    this.#server = createServer((browser) => {
      this.#carry(browser, port);
    });
  }

  /** @param delayMs how long everything is under way, in each direction */
  static async to(port: number, delayMs = 0): Promise<Line> {
    const line = new Line(port, delayMs);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends every connection, and each new one at once. */
  cut(): void {
    this.#state = 'cut';
    for (const end of this.#ends) end.destroy();
  }

  /** Carries nothing any more and tells nobody: like a cable pulled out behind the router. */
  fallSilent(): void {
    this.#state = 'silent';
    for (const end of this.#ends) end.unpipe().pause();
  }

  /** What was silent is lost, as it is when a router has forgotten its connections; new ones are carried. */
  restore(): void {
    const wasSilent = this.#state === 'silent';
    this.#state = 'open';
    if (wasSilent) for (const end of this.#ends) end.destroy();
  }

  async close(): Promise<void> {
    for (const end of this.#ends) end.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #carry(browser: Socket, port: number): void {
    this.#hold(browser);
    if (this.#state === 'cut') {
      browser.destroy();
      return;
    }
    if (this.#state === 'silent') {
      browser.pause();
      return;
    }
    const server = connect(port, '127.0.0.1');
    this.#hold(server);
    this.#carryOver(browser, server);
    this.#carryOver(server, browser);
  }

  #carryOver(from: Socket, to: Socket): void {
    const delayMs = this.#delayMs;
    if (delayMs === 0) {
      from.pipe(to);
      from.on('close', () => to.destroy());
      return;
    }
    from.on('data', (data) => setTimeout(() => to.writable && to.write(data), delayMs));
    from.on('close', () => setTimeout(() => to.destroy(), delayMs));
  }

  #hold(end: Socket): void {
    this.#ends.add(end);
    end.setNoDelay(true);
    end.on('error', () => end.destroy());
    end.on('close', () => this.#ends.delete(end));
  }
}
