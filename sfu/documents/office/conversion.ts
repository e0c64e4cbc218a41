import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { Refusal } from '../../protocol/codes.ts';
import { FontRequests } from './font-requests.ts';
import type { Command, Jail, JailLimits } from './jail.ts';
import type { JobFolder } from './job-folder.ts';
import {
  officeArguments,
  officeEnvironment,
  startAgainExitCode,
  type Office,
  type OfficeFormat,
} from './office.ts';
import { killGroup, memoryOf } from './process-tree.ts';

export type ConversionLimits = JailLimits & { wallMs: number; residentBytes: number };

export type Conversion = {
  office: Office;
  jail: Jail;
  job: JobFolder;
  format: OfficeFormat;
  maxPages: number;
  limits: ConversionLimits;
  signal: AbortSignal;
};

type Ended = {
  exitCode: number | null;
  killedBy: NodeJS.Signals | null;
  /** What it was stopped for from here. */
  stopped: 'slow' | 'memory' | 'aborted' | null;
  largestBytes: number;
  complaints: string;
};

const memoryCheckMs = 400;
const complaintCharacters = 16_000;
/** How long pipes may stay open that a process has left to somebody who outlived it. */
const pipesMs = 1_000;

/**
 * Has LibreOffice make the PDF. Its exit code says nothing; the PDF counts, once it has been read.
 * @returns what was asked of the fonts
 * @throws Refusal document-slow, document-too-large or document-damaged
 * @throws the signal's reason
 */
export async function convert(conversion: Conversion): Promise<FontRequests> {
  const { job, jail, office, format, limits, maxPages, signal } = conversion;
  const { folder, temporary } = jail.inside(job);
  const argv = [path.join(office.folder, 'soffice.bin'), ...officeArguments(format, folder, maxPages)];
  const command = jail.command(job, argv, officeEnvironment(folder, temporary), limits);

  const deadline = performance.now() + limits.wallMs;
  let fonts = new FontRequests();
  let ended = await run(command, limits, deadline, signal, fonts);
  if (ended.exitCode === startAgainExitCode && ended.stopped === null) {
    fonts = new FontRequests();
    ended = await run(command, limits, deadline, signal, fonts);
  }
  judge(ended, limits, signal);
  if (!(await job.takeBack(jail.user))) throw withoutResult(ended, limits);
  return fonts;
}

function judge(ended: Ended, limits: ConversionLimits, signal: AbortSignal): void {
  if (ended.stopped === 'aborted') throw signal.reason;
  if (ended.stopped === 'slow' || wasEndedBy(ended, 'SIGXCPU')) {
    throw new Refusal('document-slow', 'Converting the document took too long.');
  }
  if (ended.stopped === 'memory' || wasEndedBy(ended, 'SIGXFSZ')) {
    throw new Refusal('document-too-large', 'Converting the document took too much memory or space.');
  }
  if (wasEndedBy(ended, 'SIGKILL')) {
    // Nobody here did it: the hard limit of the processor time, or the system because it ran out of memory.
    const isMemory = ended.largestBytes > limits.addressBytes / 2;
    throw new Refusal(
      isMemory ? 'document-too-large' : 'document-slow',
      'Converting the document was ended.',
    );
  }
}

function withoutResult(ended: Ended, limits: ConversionLimits): Error {
  const ranOutOfMemory =
    ended.complaints.includes('bad_alloc') || ended.largestBytes > limits.addressBytes * 0.9;
  if (ranOutOfMemory)
    return new Refusal('document-too-large', 'Converting the document took too much memory.');
  // It never came to LibreOffice: that is no fault of the document.
  if (/^(bwrap|prlimit|setpriv): /m.test(ended.complaints)) {
    return new Error(`LibreOffice could not be started: ${ended.complaints.trim()}`);
  }
  return new Refusal('document-damaged', 'LibreOffice cannot read the document.');
}

const signalNumbers = { SIGKILL: 9, SIGXCPU: 24, SIGXFSZ: 25 };

/** LibreOffice says which signal it got and aborts; a guard that waits for it passes one on as an exit code. */
function wasEndedBy(ended: Ended, signal: keyof typeof signalNumbers): boolean {
  const number = signalNumbers[signal];
  return (
    ended.killedBy === signal ||
    ended.exitCode === 128 + number ||
    new RegExp(`^Fatal exception: Signal ${number}$`, 'm').test(ended.complaints)
  );
}

async function run(
  command: Command,
  limits: ConversionLimits,
  deadline: number,
  signal: AbortSignal,
  fonts: FontRequests,
): Promise<Ended> {
  signal.throwIfAborted();
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    // A process group of its own: all of it is ended at once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { exitCode: null, killedBy: null, stopped: null, largestBytes: 0, complaints: '' };
  const stop = (why: NonNullable<Ended['stopped']>) => {
    ended.stopped ??= why;
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const onAbort = () => stop('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  const slow = setTimeout(() => stop('slow'), Math.max(0, deadline - performance.now()));
  const memory = setInterval(() => {
    if (child.pid === undefined) return;
    void memoryOf(child.pid).then(({ residentBytes, largestBytes }) => {
      ended.largestBytes = Math.max(ended.largestBytes, largestBytes);
      if (residentBytes > limits.residentBytes) stop('memory');
    });
  }, memoryCheckMs);
  child.stdout.on('data', (chunk: Buffer) => fonts.add(chunk));
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
    clearInterval(memory);
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
