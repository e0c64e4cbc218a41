import { readFile } from 'node:fs/promises';

const pageBytes = 4096;
const maxProcesses = 64;

/** What a process and all that came out of it use. What ends meanwhile does not count. */
export async function memoryOf(pid: number): Promise<{ residentBytes: number; largestBytes: number }> {
  const seen = new Set<number>();
  const toVisit = [pid];
  let residentBytes = 0;
  let largestBytes = 0;
  for (let each = toVisit.pop(); each !== undefined && seen.size < maxProcesses; each = toVisit.pop()) {
    if (seen.has(each)) continue;
    seen.add(each);
    const [statm, children] = await Promise.all([
      readFile(`/proc/${each}/statm`, 'utf8').catch(() => ''),
      readFile(`/proc/${each}/task/${each}/children`, 'utf8').catch(() => ''),
    ]);
    const [all = 0, resident = 0] = statm.split(' ').map(Number);
    residentBytes += resident * pageBytes;
    largestBytes = Math.max(largestBytes, all * pageBytes);
    toVisit.push(...children.split(' ').filter(Boolean).map(Number));
  }
  return { residentBytes, largestBytes };
}

/** Ends a process that leads a group, and the group with it. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
