import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';

/* Plain JavaScript, which this part of the project has no types of. */
const { serverCommand } = (await import(new URL('../../../sfu/setup/node.mjs', import.meta.url).href)) as {
  serverCommand: () => { node: string; args: string[]; env: NodeJS.ProcessEnv };
};

const projectDir = path.resolve(import.meta.dirname, '../../..');
const startTimeoutMs = 20_000;
const stopTimeoutMs = 8_000;
const workerCount = 2;

export const adminPassword = 'three-quiet-herons-wade';

export type ServerOptions = {
  /** Where browsers are told to send media. */
  announcedAddress?: string;
  /** Null: the server makes one up and prints it. */
  adminPassword?: string | null;
  /** Further settings. */
  settings?: Record<string, string>;
  /** Where everything is kept, when that is to be on a disk of its own; not removed in the end. */
  dataDir?: string;
  /** What is different on the machine for this server alone: a script of sh(1), run in mounts of its own. Needs root. */
  machine?: string;
};

/** The real server in a process of its own, on ports and in a folder that are nobody else's. */
export class Server {
  readonly port: number;
  readonly #rtcPort: number;
  readonly #options: ServerOptions;
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-server-'));
  #process: ChildProcess | null = null;

  private constructor(port: number, options: ServerOptions) {
    this.port = port;
    this.#rtcPort = port + 1;
    this.#options = options;
    process.once('exit', this.#cleanUp);
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    const server = new Server(await freePorts(1 + workerCount), options);
    try {
      await server.start();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#process?.pid === undefined) throw new Error('The server is not running.');
    return this.#process.pid;
  }

  /** Everything the server has said since its first start. */
  get log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  /** The password that a server without ADMIN_PASSWORD has made up. */
  get madeUpPassword(): string {
    const password = /パスワード\s+(\S+)/.exec(this.log)?.[1];
    if (!password) throw new Error(`The server has printed no password:\n${this.log}`);
    return password;
  }

  get dataDir(): string {
    return this.#options.dataDir ?? path.join(this.#folder, 'data');
  }

  /**
   * Starts, or starts again on the same ports and data; resolves at the first 200 of /healthz.
   *
   * @param settings what the operator has changed
   */
  async start(settings: Record<string, string> = {}): Promise<void> {
    const chosen = this.#options.adminPassword === undefined ? adminPassword : this.#options.adminPassword;
    const output = openSync(this.#logFile, 'a');
    // Run as `npm start` runs it.
    const { node, args, env } = serverCommand();
    const { machine } = this.#options;
    const [command, ...rest] =
      machine === undefined
        ? [node, ...args]
        : ['unshare', '--mount', 'sh', '-ec', `${machine}\nexec "$@"`, 'sh', node, ...args];
    const child = spawn(command, rest, {
      cwd: projectDir,
      env: {
        ...process.env,
        ...env,
        PORT: String(this.port),
        RTC_PORT: String(this.#rtcPort),
        RTC_WORKERS: String(workerCount),
        RTC_ANNOUNCED_ADDRESS: this.#options.announcedAddress ?? '127.0.0.1',
        DATA_DIR: this.dataDir,
        DATABASE_URL: '',
        PUBLIC_URL: '',
        ADMIN_PASSWORD: chosen ?? '',
        LOG_LEVEL: 'warn',
        ...this.#options.settings,
        ...settings,
      },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.#process = child;
    const deadline = Date.now() + startTimeoutMs;
    while (!(await this.#isHealthy())) {
      const ended = child.exitCode ?? child.signalCode;
      if (ended !== null) throw new Error(`The server ended (${ended}) instead of starting:\n${this.log}`);
      if (Date.now() > deadline) throw new Error(`The server did not start in time:\n${this.log}`);
      await delay(20);
    }
  }

  /** Ends the process without any chance to say good-bye. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** Process IDs of the media workers. */
  workerPids(): number[] {
    return childrenOf(this.#process?.pid ?? null, /mediasoup-worker/);
  }

  /** The recorder's; null while there is none. */
  recorderPid(): number | null {
    return childrenOf(this.#process?.pid ?? null, /recorder\/main\.ts/)[0] ?? null;
  }

  /** Of every ffmpeg that works for the recorder now. */
  ffmpegPids(): number[] {
    return childrenOf(this.recorderPid(), /^(\S*\/)?ffmpeg .*-i /);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const isGone = await Promise.race([gone.then(() => true), delay(stopTimeoutMs, false, { ref: false })]);
      if (!isGone) await this.kill();
    }
    this.#process = null;
    process.off('exit', this.#cleanUp);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #logFile(): string {
    return path.join(this.#folder, 'server.log');
  }

  readonly #cleanUp = () => {
    this.#process?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };

  async #isHealthy(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.origin}/healthz`, { signal: AbortSignal.timeout(1_000) });
      return answer.status === 200;
    } catch {
      return false;
    }
  }
}

function childrenOf(parent: number | null, command: RegExp): number[] {
  if (parent === null) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent && command.test(commandOf(name)))
    .map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** By proc(5), stat: the fields after the name in brackets are state and parent. */
function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
