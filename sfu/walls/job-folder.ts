import { constants, type Stats } from 'node:fs';
import { chmod, chown, copyFile, mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The folder of one conversion. LibreOffice may write to three folders in it, and sees nothing else of it. */
export class JobFolder {
  readonly folder: string;
  /** The document, under a name that no stranger has chosen. */
  input: string | null = null;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(jobsDir: string): Promise<JobFolder> {
    const job = new JobFolder(await mkdtemp(path.join(jobsDir, 'job-')));
    // Another user than the server's has to get through to the folders below.
    await chmod(job.folder, 0o711);
    await Promise.all([
      ...[job.profile, job.out, job.temporary].map((each) => mkdir(each, { mode: 0o700 })),
      writeFile(job.fontsConf, ''),
    ]);
    return job;
  }

  /** Removes what an earlier server has left. */
  static async clear(jobsDir: string): Promise<void> {
    await mkdir(jobsDir, { recursive: true });
    await chmod(jobsDir, 0o711);
    const names = await readdir(jobsDir);
    await Promise.all(names.map((name) => remove(path.join(jobsDir, name))));
  }

  get profile(): string {
    return path.join(this.folder, 'profile');
  }
  get out(): string {
    return path.join(this.folder, 'out');
  }
  get temporary(): string {
    return path.join(this.folder, 'tmp');
  }
  get fontsConf(): string {
    return path.join(this.folder, 'fonts.conf');
  }
  get result(): string {
    return path.join(this.out, 'in.pdf');
  }

  async takeIn(file: string, extension: string): Promise<void> {
    this.input = path.join(this.folder, `in.${extension}`);
    await copyFile(file, this.input, constants.COPYFILE_FICLONE);
    await chmod(this.input, 0o644);
  }

  /** @param user null: the server's own */
  async giveTo(user: number | null): Promise<void> {
    if (user === null) return;
    const written = [this.out, this.temporary, ...(await everythingIn(this.profile))];
    await Promise.all(written.map((each) => chown(each, user, user)));
  }

  /** Takes the finished PDF back. @returns false when there is none, or when it is not a plain file. */
  async takeBack(user: number | null): Promise<boolean> {
    // The folder first: whoever may still run as that user can then put nothing in the place of the PDF.
    if (user !== null) await takeOver(this.out, constants.O_DIRECTORY, 0o700);
    return await takeOver(this.result, constants.O_NONBLOCK, 0o600, (found) => {
      return found.isFile() && found.nlink === 1 && found.size > 0;
    });
  }

  async remove(): Promise<void> {
    await remove(this.folder);
  }
}

/**
 * Makes a file the server's own. By its handle, because a name can be made to lead somewhere else meanwhile.
 * @returns false, and nothing is changed, when it is a link or not what was expected
 */
async function takeOver(
  file: string,
  flags: number,
  mode: number,
  isExpected: (found: Stats) => boolean = () => true,
): Promise<boolean> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | flags).catch(() => null);
  if (!handle) return false;
  try {
    const found = await handle.stat();
    if (!isExpected(found)) return false;
    const user = process.getuid?.() ?? 0;
    if (found.uid !== user) await handle.chown(user, process.getgid?.() ?? 0);
    await handle.chmod(mode);
    return true;
  } finally {
    await handle.close();
  }
}

async function everythingIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return [folder, ...names.map((name) => path.join(folder, name))];
}

const remove = (file: string) => rm(file, { recursive: true, force: true, maxRetries: 3 });
