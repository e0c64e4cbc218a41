import { lstat, opendir } from 'node:fs/promises';
import path from 'node:path';

export type DiskUse = { files: number; bytes: number };

/** Far more than LibreOffice needs for a profile and a PDF. */
const most: DiskUse = { files: 2_000, bytes: 400_000_000 };

/** Whether more lies in the folders than any conversion needs: each file has a limit, their number has none. */
export async function holdTooMuch(folders: readonly string[]): Promise<boolean> {
  const use: DiskUse = { files: 0, bytes: 0 };
  const toVisit = [...folders];
  for (let folder = toVisit.pop(); folder !== undefined; folder = toVisit.pop()) {
    try {
      for await (const entry of await opendir(folder)) {
        const file = path.join(folder, entry.name);
        use.files += 1;
        if (entry.isDirectory()) toVisit.push(file);
        // Holes in a file take no room.
        else use.bytes += (await lstat(file)).blocks * 512;
        if (use.files > most.files || use.bytes > most.bytes) return true;
      }
    } catch {
      // It has gone meanwhile.
    }
  }
  return false;
}
