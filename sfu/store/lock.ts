import { readFileSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Keeps a folder for one server: a second one, started by mistake, would sweep away what the first is writing.
 * A lock whose process is gone counts for nothing, so a killed server is no hindrance.
 *
 * @returns what gives the folder free again
 * @throws Error with a sentence for the operator
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = path.join(folder, 'server.lock');
  const own = `${process.pid} ${beginOf(process.pid) ?? ''}`;
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(own);
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const held = await readFile(file, 'utf8').catch(() => '');
    const [pid = '', begin = ''] = held.split(' ');
    // A process ID is used again; when it began tells one from the other.
    const lives = pid !== '' && begin !== '' && beginOf(Number(pid)) === begin;
    if (lives) {
      throw new Error(
        `Another server (process ${pid}) uses the folder ${folder}: stop it, or choose another folder with DATA_DIR.`,
      );
    }
    await rm(file, { force: true });
  }
  throw new Error(`The folder ${folder} cannot be locked; start again.`);
}

/** When a process began, in ticks since the machine did: proc(5), stat, field 22. Null when there is none. */
function beginOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
