import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Question, Reply } from './examiner-tasks.ts';

/** The process that strangers' files are read in, as the server sees it: started, watched and ended. */

const megabyte = 1_000_000;
const heapMegabytes = 512;
/** What no process can go beyond between two looks at it. V8 sets half a gigabyte aside that it never uses. */
const dataBytes = 1_500 * megabyte;
const pageBytes = 4096;
const complaintCharacters = 2_000;

const program = fileURLToPath(new URL('./examiner-process.ts', import.meta.url));
const project = path.resolve(import.meta.dirname, '../../..');
/** Not the whole project: what a server keeps may lie in it, too. */
const ownCode = ['sfu', 'node_modules', 'package.json'].map((name) => path.join(project, name));

const setpriv = '/usr/bin/setpriv';
const prlimit = '/usr/bin/prlimit';

export type Gone = { code: number | null; signal: NodeJS.Signals | null; complaints: string };

export class ReadingProcess {
  readonly #child: ChildProcess;
  readonly #gone: Promise<Gone>;

  /** @param folders with the files it will be asked about; null: anywhere */
  constructor(folders: readonly string[] | null, onReply: (reply: Reply) => void) {
    const [execPath = process.execPath, ...execArgv] = commandLine(folders);
    this.#child = fork(program, [], {
      execPath,
      execArgv,
      // Nothing that the server was told, least of all its passwords.
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.on('message', onReply);
    this.#gone = endOf(this.#child);
    this.hold(false);
    beFirstWhenMemoryRunsOut(this.#child.pid);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the process has ended, or could not be started. */
  get gone(): Promise<Gone> {
    return this.#gone;
  }

  ask(question: Question): void {
    // Where it has gone meanwhile, `gone` tells.
    this.#child.send(question, () => undefined);
  }

  /** Whether the server stays for it. */
  hold(isHeld: boolean): void {
    for (const each of [this.#child, this.#child.channel]) {
      if (isHeld) each?.ref();
      else each?.unref();
    }
  }

  /** Memory it has, all in all: what a PDF is unpacked into lies outside the heap that V8 limits. */
  residentBytes(): number {
    try {
      const [, pages] = readFileSync(`/proc/${this.#child.pid}/statm`, 'latin1').split(' ');
      return Number(pages) * pageBytes;
    } catch {
      return 0;
    }
  }

  async end(): Promise<void> {
    this.hold(true);
    this.#child.kill('SIGKILL');
    await this.#gone;
  }
}

function commandLine(folders: readonly string[] | null): string[] {
  const readable = folders === null ? null : [...ownCode, ...folders].flatMap(realAndNamed);
  return [
    // A file can keep it too busy to notice that the server has gone.
    ...(existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', '--no-new-privs'] : []),
    ...(existsSync(prlimit) ? [prlimit, `--data=${dataBytes}`, '--core=0', '--nofile=256'] : []),
    process.execPath,
    // It writes nothing, starts nothing and loads no native code.
    '--permission',
    ...(readable ?? ['*']).map((each) => `--allow-fs-read=${each}`),
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${heapMegabytes}`,
  ];
}

/** Node asks for permission by the real name of a module's file, and by the given name of any other. */
function realAndNamed(file: string): string[] {
  const named = path.resolve(file);
  const names = new Set([named]);
  try {
    names.add(realpathSync(named));
  } catch {
    // It is not there yet.
  }
  return [...names].flatMap((each) => [each, path.join(each, '*')]);
}

/** Where the machine has no memory left, this goes, and not the meetings. */
function beFirstWhenMemoryRunsOut(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // Not on this machine.
  }
}

async function endOf(child: ChildProcess): Promise<Gone> {
  const { promise, resolve } = Promise.withResolvers<Gone>();
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString('latin1')).slice(-complaintCharacters);
  });
  (child.stderr as { unref?: () => void } | null)?.unref?.();
  // Without a process there is no end of it.
  child.on('error', (error) => {
    if (child.pid === undefined) resolve({ code: null, signal: null, complaints: error.message });
  });
  child.once('exit', (code, signal) => resolve({ code, signal, complaints }));
  return promise;
}
