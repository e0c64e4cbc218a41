import { stat } from 'node:fs/promises';
import type { Jail } from '../walls/jail.ts';
import type { JobFolder } from '../walls/job-folder.ts';
import { runWalled, type RunLimits } from '../walls/run.ts';

/** What is smaller is fetched in one piece anyway. */
const worthwhileBytes = 300_000;
/** A file that becomes this much larger is not better. */
const growthMax = 1.2;
const wallMs = 20_000;
/** It does without the result rather than take as much memory as a conversion. */
const residentBytes = 600_000_000;
const addressBytes = 800_000_000;

/**
 * D8: writes a PDF anew with its page tree packed together (object streams). A viewer reads every page's
 * dictionary before it shows the first page; in most files they lie scattered among the pictures, and each costs
 * a request. Nothing that can be seen changes. What qpdf complains of stays as it is.
 *
 * @returns whether there is a result in the job's folder
 */
export async function rearrange(
  pdf: string,
  { jail, job, signal, ...most }: { jail: Jail; job: JobFolder; limits: RunLimits; signal: AbortSignal },
): Promise<boolean> {
  const limits: RunLimits = {
    ...most.limits,
    residentBytes: Math.min(most.limits.residentBytes, residentBytes),
    addressBytes: Math.min(most.limits.addressBytes, addressBytes),
  };
  const { size } = await stat(pdf);
  if (size < worthwhileBytes) return false;
  await job.takeIn(pdf, 'pdf');
  await job.giveTo(jail.user);
  const { folder } = jail.inside(job);
  const argv = ['/usr/bin/qpdf', '--object-streams=generate', `${folder}/in.pdf`, `${folder}/out/in.pdf`];
  const command = jail.command(job, argv, {}, limits);
  const ended = await runWalled(command, limits, performance.now() + wallMs, signal);
  signal.throwIfAborted();
  if (ended.exitCode !== 0 || !(await job.takeBack(jail.user))) return false;
  return (await stat(job.result)).size <= size * growthMax;
}
