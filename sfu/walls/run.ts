import { spawn, type ChildProcess } from 'node:child_process';
import type { Command, JailLimits } from './jail.ts';
import { holdTooMuch } from './disk-use.ts';
import { killGroup, useOf } from './process-tree.ts';

export type RunLimits = JailLimits & { wallMs: number; residentBytes: number };

export type Ended = {
  exitCode: number | null;
  killedBy: NodeJS.Signals | null;
  /** What it was stopped for from here. */
  stopped: 'slow' | 'memory' | 'disk' | 'aborted' | null;
  largestBytes: number;
  cpuSeconds: number;
  complaints: string;
};

const useCheckMs = 400;
const complaintCharacters = 16_000;
/** How long pipes may stay open that a process has left to somebody who outlived it. */
const pipesMs = 1_000;

/**
 * Runs a command behind walls until it ends, or ends it with everything it has started.
 * @param deadline of `performance.now()`
 * @param onOutput gets what it prints
 */
export async function runWalled(
  command: Command,
  limits: RunLimits,
  deadline: number,
  signal: AbortSignal,
  onOutput: (chunk: Buffer) => void = () => undefined,
): Promise<Ended> {
  signal.throwIfAborted();
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    // A process group of its own: all of it is ended at once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = {
    exitCode: null,
    killedBy: null,
    stopped: null,
    largestBytes: 0,
    cpuSeconds: 0,
    complaints: '',
  };
  const stop = (why: NonNullable<Ended['stopped']>) => {
    ended.stopped ??= why;
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const onAbort = () => stop('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  const slow = setTimeout(() => stop('slow'), Math.max(0, deadline - performance.now()));
  const use = setInterval(() => {
    if (child.pid === undefined) return;
    void holdTooMuch(command.writes).then((isTooMuch) => {
      if (isTooMuch) stop('disk');
    });
    void useOf(child.pid).then(({ residentBytes, largestBytes, cpuSeconds }) => {
      ended.largestBytes = Math.max(ended.largestBytes, largestBytes);
      ended.cpuSeconds = Math.max(ended.cpuSeconds, cpuSeconds);
      if (residentBytes > limits.residentBytes) stop('memory');
    });
  }, useCheckMs);
  child.stdout.on('data', onOutput);
  child.stderr.on('data', (chunk: Buffer) => {
    ended.complaints = (ended.complaints + chunk.toString('latin1')).slice(-complaintCharacters);
  });
  try {
    await endOf(child);
    ended.exitCode = child.exitCode;
    ended.killedBy = child.signalCode;
    return ended;
  } finally {
    clearTimeout(slow);
    clearInterval(use);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Resolves when the process and its group are gone and what they printed has been read. */
async function endOf(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let pipes: NodeJS.Timeout | undefined;
  child.once('error', reject);
  child.once('exit', () => {
    if (child.pid !== undefined) killGroup(child.pid);
    pipes = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, pipesMs);
  });
  child.once('close', () => resolve(undefined));
  try {
    await promise;
  } finally {
    clearTimeout(pipes);
  }
}
