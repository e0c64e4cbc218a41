import { readFileSync, readdirSync } from 'node:fs';

/** What the kernel says of processes: proc(5). */

/** A process and its children; the server's are its media workers. */
export function family(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && fieldsOf(name)?.[1] === String(pid))
    .map(Number);
  return [pid, ...children];
}

/** Processor time used so far, user and system, in milliseconds. */
export function processorMs(pids: readonly number[]): number {
  const ticksPerSecond = 100;
  const ticks = pids.map((pid) => {
    const fields = fieldsOf(String(pid));
    return Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0);
  });
  return (ticks.reduce((sum, each) => sum + each, 0) * 1_000) / ticksPerSecond;
}

/** The same with what their children have used that have ended and been waited for. */
export function processorMsWithEnded(pids: readonly number[]): number {
  const ticksPerSecond = 100;
  const ticks = pids.map((pid) => {
    const fields = fieldsOf(String(pid)) ?? [];
    return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field] ?? 0), 0);
  });
  return (ticks.reduce((sum, each) => sum + each, 0) * 1_000) / ticksPerSecond;
}

/** A process with all that came out of it and still runs. */
export function descendants(pid: number): number[] {
  return family(pid).flatMap((each) => (each === pid ? [each] : descendants(each)));
}

/** Memory in megabytes: resident, and resident with shared pages divided among those who share them. */
export function memoryMb(pids: readonly number[]): { resident: number; proportional: number } {
  const total = (name: string) =>
    (pids.reduce((sum, pid) => {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      return sum + Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
    }, 0) *
      1_024) /
    1e6;
  return { resident: total('Rss'), proportional: total('Pss') };
}

/** The fields of /proc/PID/stat after the name: state, parent, …, user time (11), system time (12). */
function fieldsOf(pid: string): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
