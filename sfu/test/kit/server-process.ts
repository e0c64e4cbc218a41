import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Page } from './client.ts';
import type { PageOptions } from './client.ts';
import { freePorts } from './ports.ts';
import { newDataDir, testEnvironment } from './server.ts';
import { isAlive, until } from './waiting.ts';

const main = path.resolve(import.meta.dirname, '../../main.ts');
const startTimeoutMs = 20_000;

/** The server as it runs in earnest: a process of its own, which can be killed and started again. */
export class ServerProcess {
  readonly #env: Record<string, string>;
  readonly #pages = new Set<Page>();
  #child: ChildProcess | null = null;
  #output = '';

  private constructor(env: Record<string, string>) {
    this.#env = env;
  }

  static async start({ workers = 1 }: { workers?: number } = {}): Promise<ServerProcess> {
    const env = await testEnvironment(await newDataDir(), workers);
    // A port of its own, so that it is the same one after the next start.
    const server = new ServerProcess({ ...env, PORT: String(await freePorts(1)) });
    try {
      await server.up();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get base(): string {
    return `http://127.0.0.1:${this.#env['PORT']}`;
  }

  /** What it has written so far. */
  get output(): string {
    return this.#output;
  }

  /** Starts on the same ports with the same data, and waits until meetings can start. */
  async up(): Promise<void> {
    const { PATH, HOME, TMPDIR } = process.env;
    const child = spawn(process.execPath, [main], {
      env: { ...this.#env, ...definedOnly({ PATH, HOME, TMPDIR }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => (this.#output += data.toString()));
    }
    await until(
      'the server is healthy',
      async () => {
        if (child.exitCode !== null) throw new Error(`The server has stopped at once:\n${this.#output}`);
        const answer = await fetch(`${this.base}/healthz`).catch(() => null);
        return answer?.status === 200;
      },
      startTimeoutMs,
    ).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
  }

  /** Ends the process by a signal. @returns its exit code; null when the signal itself ended it */
  async end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  /** The media workers that belong to it now. */
  workerPids(): Promise<number[]> {
    return this.#children((command) => /mediasoup-worker/.test(command));
  }

  /** The recorder that belongs to it now; null while it is being started. */
  async recorderPid(): Promise<number | null> {
    const [pid] = await this.#children((command) => command.includes('recorder/main.ts'));
    return pid ?? null;
  }

  async openPage(options: PageOptions = {}): Promise<Page> {
    const page = await Page.open(this.base, options);
    this.#pages.add(page);
    return page;
  }

  /** Stops for good, leaves nothing behind, and fails when a page was told nonsense. */
  async stop(): Promise<void> {
    for (const page of this.#pages) page.close();
    const children = await this.#children(() => true).catch(() => []);
    await this.end('SIGKILL');
    await until('the workers and the recorder are gone', () => !children.some(isAlive));
    await rm(this.#env['DATA_DIR']!, { recursive: true, force: true });
    const complaints = [...this.#pages].flatMap((page) => page.complaints);
    if (complaints.length > 0) throw new Error(`Pages were told nonsense:\n${complaints.join('\n')}`);
  }

  async #children(isMeant: (command: string) => boolean): Promise<number[]> {
    const pid = this.#child?.pid;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const pids = children.trim().split(/\s+/).filter(Boolean).map(Number);
    const commands = await Promise.all(pids.map((each) => readFile(`/proc/${each}/cmdline`, 'utf8')));
    return pids.filter((_, index) => isMeant(commands[index]!));
  }
}

function definedOnly(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value ? [[key, value]] : [])));
}
