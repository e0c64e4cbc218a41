import path from 'node:path';
import { Refusal } from '../../protocol/codes.ts';
import { FontRequests } from './font-requests.ts';
import type { Jail } from '../../walls/jail.ts';
import type { JobFolder } from '../../walls/job-folder.ts';
import {
  officeArguments,
  officeEnvironment,
  startAgainExitCode,
  type Office,
  type OfficeFormat,
} from './office.ts';
import { runWalled, type Ended, type RunLimits } from '../../walls/run.ts';

export type Conversion = {
  office: Office;
  jail: Jail;
  job: JobFolder;
  format: OfficeFormat;
  maxPages: number;
  limits: RunLimits;
  signal: AbortSignal;
};

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
  let ended = await runWalled(command, limits, deadline, signal, (chunk) => fonts.add(chunk));
  if (ended.exitCode === startAgainExitCode && ended.stopped === null) {
    fonts = new FontRequests();
    ended = await runWalled(command, limits, deadline, signal, (chunk) => fonts.add(chunk));
  }
  judge(ended, limits, signal);
  if (!(await job.takeBack(jail.user))) throw withoutResult(ended, limits);
  return fonts;
}

function judge(ended: Ended, limits: RunLimits, signal: AbortSignal): void {
  if (ended.stopped === 'aborted') throw signal.reason;
  if (ended.stopped === 'slow') {
    throw new Refusal('document-slow', 'Converting the document took too long.');
  }
  if (ended.stopped === 'memory' || ended.stopped === 'disk' || wasEndedBy(ended, 'SIGXFSZ')) {
    throw new Refusal('document-too-large', 'Converting the document took too much memory or space.');
  }
  if (wasEndedBy(ended, 'SIGKILL')) {
    // Nobody here did it: the limit of the processor time, or the system because it ran out of memory.
    const isTime = ended.cpuSeconds > limits.cpuSeconds / 2;
    const isMemory = !isTime && ended.largestBytes > limits.addressBytes / 2;
    throw new Refusal(
      isMemory ? 'document-too-large' : 'document-slow',
      'Converting the document was ended.',
    );
  }
}

function withoutResult(ended: Ended, limits: RunLimits): Error {
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

const signalNumbers = { SIGKILL: 9, SIGXFSZ: 25 };

/** LibreOffice says which signal it got and aborts; a guard that waits for it passes one on as an exit code. */
function wasEndedBy(ended: Ended, signal: keyof typeof signalNumbers): boolean {
  const number = signalNumbers[signal];
  return (
    ended.killedBy === signal ||
    ended.exitCode === 128 + number ||
    new RegExp(`^Fatal exception: Signal ${number}$`, 'm').test(ended.complaints)
  );
}
