import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** The next ffmpeg that this process starts, as soon as it is there: proc(5). @returns its process ID */
export async function nextFfmpeg(): Promise<number> {
  for (;;) {
    for (const task of await readdir('/proc/self/task')) {
      const children = await readFile(`/proc/self/task/${task}/children`, 'utf8').catch(() => '');
      for (const pid of children.split(' ').filter((each) => each !== '')) {
        const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
        if (name.trim() === 'ffmpeg') return Number(pid);
      }
    }
    await delay(2);
  }
}
