import { readFile } from 'node:fs/promises';

const pageBytes = 4096;
const ticksPerSecond = 100;
const maxProcesses = 64;

export type Use = { residentBytes: number; largestBytes: number; cpuSeconds: number };

/** What a process and all that came out of it use. What ends meanwhile does not count. */
export async function useOf(pid: number): Promise<Use> {
  const seen = new Set<number>();
  const toVisit = [pid];
  let residentBytes = 0;
  let largestBytes = 0;
  let cpuSeconds = 0;
  for (let each = toVisit.pop(); each !== undefined && seen.size < maxProcesses; each = toVisit.pop()) {
    if (seen.has(each)) continue;
    seen.add(each);
    const [statm, stat, children] = await Promise.all([
      readFile(`/proc/${each}/statm`, 'utf8').catch(() => ''),
      readFile(`/proc/${each}/stat`, 'utf8').catch(() => ''),
      readFile(`/proc/${each}/task/${each}/children`, 'utf8').catch(() => ''),
    ]);
    const [all = 0, resident = 0] = statm.split(' ').map(Number);
    residentBytes += resident * pageBytes;
    largestBytes = Math.max(largestBytes, all * pageBytes);
    // After the name, which may have anything in it, in brackets.
    const [userTicks = 0, systemTicks = 0] = stat
      .slice(stat.lastIndexOf(')'))
      .split(' ')
      .slice(12, 14)
      .map(Number);
    cpuSeconds += (userTicks + systemTicks) / ticksPerSecond;
    toVisit.push(...children.split(' ').filter(Boolean).map(Number));
  }
  return { residentBytes, largestBytes, cpuSeconds };
}

/** Ends a process that leads a group, and the group with it. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
