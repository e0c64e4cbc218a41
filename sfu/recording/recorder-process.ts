import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { recorderReports } from '../protocol/recorder.ts';
import type {
  RecorderCommand,
  RecorderCommandName,
  RecorderReport,
  RecorderReportName,
} from '../protocol/recorder.ts';
import type { Log } from '../log.ts';

export type RecorderProcessOptions = {
  /** The program: an absolute path of a .ts file. */
  main: string;
  /** Absolute; everything of recordings that is not finished lies there. */
  recordingsDir: string;
  reserveBytes: number;
  sandbox: 'auto' | 'required';
  logLevel: string;
  log: Log;
};

/** What can be listened to: reports, and its lives. */
export type RecorderEvents = { [N in Exclude<RecorderReportName, 'ready'>]: RecorderReport<N> } & {
  /** A recorder is there, which knows nothing yet of what is to be done; again for each one after it. */
  started: null;
  /** What it was doing is not done any more. Another one is on its way. */
  died: null;
};

type Listener = (event: unknown) => void;

const restartDelayMs = 100;
const restartDelayMaxMs = 5_000;
/** After this long a life counts as a good one, and the next restart is quick again. */
const goodLifeMs = 10_000;
/** How long it may take to put in order what it holds, after the server has let it go. */
const closeMs = 3_000;

/**
 * The recorder: a process of its own, started again when it dies. Whoever listens learns of each new one, and tells
 * it from the beginning what is to be done.
 */
export class RecorderProcess {
  readonly #options: RecorderProcessOptions;
  readonly #log: Log;
  readonly #listeners = new Map<string, Set<Listener>>();
  #child: ChildProcess | null = null;
  #isStarted = false;
  #isReady = false;
  #problem: string | null = null;
  #delayMs = restartDelayMs;
  #restarting: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: RecorderProcessOptions) {
    this.#options = options;
    this.#log = options.log;
  }

  /**
   * To be called when there is something to do and everybody listens; again, it does nothing. A server that records
   * nothing is not to carry a second process along.
   */
  start(): void {
    if (this.#isStarted || this.#closed) return;
    this.#isStarted = true;
    this.#fork();
  }

  on<N extends keyof RecorderEvents>(name: N, listener: (event: RecorderEvents[N]) => void): void {
    const listeners = this.#listeners.get(name) ?? new Set();
    // The table ties each name to its report; the type of a set of functions cannot say so.
    this.#listeners.set(name, listeners.add(listener as Listener));
  }

  /** It is there, and the machine has all that it needs. */
  get canRecord(): boolean {
    return this.#isReady && this.#problem === null;
  }

  /** Starts it, and waits until it is there, but not for longer than this. */
  async awaitStart(patienceMs: number): Promise<void> {
    this.start();
    if (this.#isReady || this.#closed) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const listeners = this.#listeners.get('started') ?? new Set();
    const listener = () => resolve(undefined);
    this.#listeners.set('started', listeners.add(listener));
    const timer = setTimeout(listener, patienceMs);
    await promise;
    clearTimeout(timer);
    listeners.delete(listener);
  }

  /** What is missing on this machine, for the operator; null when nothing is, or nobody has looked yet. */
  get problem(): string | null {
    return this.#problem;
  }

  /** For fault tests; null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** To a recorder that is not there, or is about to go, nothing is said: the next one is told everything. */
  send<N extends RecorderCommandName>(name: N, command: RecorderCommand<N>): void {
    const child = this.#child;
    if (!this.#isReady || !child?.connected) return;
    child.send([name, command], (error) => {
      if (error && child === this.#child) {
        this.#log.warn({ error: error.message, name }, 'the recorder could not be told something');
      }
    });
  }

  /** It does not answer: another one takes its place. */
  replace(why: string): void {
    this.#log.error({ why, pid: this.pid }, 'the recorder is being replaced');
    this.#child?.kill('SIGKILL');
  }

  /** Lets it go, so that it can close its files; it is ended when that takes too long. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#restarting) clearTimeout(this.#restarting);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    if (child.connected) child.disconnect();
    const tooLong = setTimeout(() => child.kill('SIGKILL'), closeMs);
    await gone;
    clearTimeout(tooLong);
  }

  #fork(): void {
    const { main, recordingsDir, reserveBytes, sandbox, logLevel } = this.#options;
    const compileCache = getCompileCacheDir();
    const child = fork(main, [], {
      // Whatever flags this process runs with, the recorder needs none; and of the environment only this.
      execArgv: [],
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        LANG: 'C.UTF-8',
        HOME: homedir(),
        RECORDINGS_DIR: recordingsDir,
        RECORDING_RESERVE_BYTES: String(reserveBytes),
        OFFICE_SANDBOX: sandbox,
        LOG_LEVEL: logLevel,
        // Somebody waits for it: what was compiled once is not compiled again.
        ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    const startedAt = performance.now();
    if (child.stdout) this.#relay(child.stdout, 'info');
    if (child.stderr) this.#relay(child.stderr, 'warn');
    child.on('message', (message: unknown) => {
      if (child === this.#child && !this.#closed) this.#hear(message);
    });
    let isOver = false;
    const over = (reason: unknown) => {
      if (isOver) return;
      isOver = true;
      if (child === this.#child) this.#died(reason, performance.now() - startedAt);
    };
    child.once('error', (error) => {
      over(error.message);
      // An error is also told of a process that lives on but cannot be reached.
      child.kill('SIGKILL');
    });
    child.once('exit', (code, signal) => {
      over(signal ?? code);
    });
  }

  #hear(message: unknown): void {
    const [name, body] = Array.isArray(message) ? (message as unknown[]) : [];
    if (typeof name !== 'string' || !Object.hasOwn(recorderReports, name)) {
      this.#log.error({ name }, 'the recorder said something that nobody knows');
      return;
    }
    const known = name as RecorderReportName;
    const checked = recorderReports[known].safeParse(body);
    if (!checked.success) {
      this.#log.error({ name, error: checked.error.message }, 'the recorder said something malformed');
      return;
    }
    if (known === 'ready') {
      this.#ready((checked.data as RecorderReport<'ready'>).problem);
      return;
    }
    this.#tell(known, checked.data);
  }

  #ready(problem: string | null): void {
    this.#isReady = true;
    this.#problem = problem;
    if (problem !== null) this.#log.warn({ problem }, 'this machine cannot record');
    this.#tell('started', null);
  }

  #died(reason: unknown, livedMs: number): void {
    const wasReady = this.#isReady;
    this.#child = null;
    this.#isReady = false;
    if (this.#closed) return;
    this.#log.error({ reason }, 'the recorder died and is being started again');
    this.#delayMs = livedMs >= goodLifeMs ? restartDelayMs : this.#delayMs;
    this.#restarting = setTimeout(() => {
      if (!this.#closed) this.#fork();
    }, this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, restartDelayMaxMs);
    if (wasReady) this.#tell('died', null);
  }

  #tell(name: string, event: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(event);
  }

  /** What it writes goes to the server's own log. It writes lines of JSON; what ends a process may be plain. */
  #relay(stream: Readable, otherwise: 'info' | 'warn'): void {
    createInterface({ input: stream }).on('line', (line) => {
      const { level, time: _, msg, ...facts } = entryOf(line);
      const known = levels.find((each) => each === level) ?? otherwise;
      this.#log[known](facts, typeof msg === 'string' ? msg : 'the recorder wrote');
    });
  }
}

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

function entryOf(line: string): Record<string, unknown> {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === 'object' && entry !== null) return { ...entry };
  } catch {
    // Not one of its own lines.
  }
  return { line };
}
