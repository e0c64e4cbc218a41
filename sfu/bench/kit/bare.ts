import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { build } from 'vite';
import { launchChromium } from '../../../web/e2e/kit/chromium.ts';
import type { Colour } from '../../../web/e2e/kit/colours.ts';
import { freePorts } from '../../../web/e2e/kit/free-ports.ts';
import { mediaFiles } from '../../../web/e2e/kit/media-files.ts';
import { installInstruments } from './instruments.ts';

const source = path.resolve(import.meta.dirname, '../bare');

/** The baseline's server in a process of its own, with its page built for it. */
export class BareServer {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    process.once('exit', this.#cleanUp);
  }

  static async start(): Promise<BareServer> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-bare-'));
    await build({
      root: source,
      logLevel: 'warn',
      build: { outDir: folder, assetsDir: '', target: 'es2022' },
    });
    const server = new BareServer(await freePorts(2), folder);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [path.join(source, 'server.ts')], {
      env: {
        ...process.env,
        PORT: String(this.port),
        RTC_PORT: String(this.port + 1),
        PAGE_DIR: this.#folder,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => {
        throw new Error('The baseline has ended instead of starting.');
      }),
    ]);
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill('SIGTERM');
    process.off('exit', this.#cleanUp);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  readonly #cleanUp = () => {
    this.#process?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };
}

/** Somebody at the baseline's page, with the same camera and microphone as in the product. */
export class BarePerson {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #url: string;

  private constructor(browser: Browser, page: Page, url: string) {
    this.#browser = browser;
    this.page = page;
    this.#url = url;
  }

  static async arrive(server: BareServer, colour: Colour): Promise<BarePerson> {
    const browser = await launchChromium({ media: mediaFiles(colour), allows: true });
    const context = await browser.newContext({ viewport: { width: 1_000, height: 700 } });
    await context.addInitScript(installInstruments);
    return new BarePerson(browser, await context.newPage(), `http://127.0.0.1:${server.port}/`);
  }

  async open(): Promise<void> {
    await this.page.goto(this.#url);
  }

  async join(): Promise<void> {
    await this.page.getByRole('button', { name: 'join' }).click();
  }

  async goHome(): Promise<void> {
    await this.#browser.close();
  }
}
