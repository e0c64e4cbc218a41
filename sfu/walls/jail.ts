import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { JobFolder } from './job-folder.ts';

/** What stands between a stranger's document, should it take over LibreOffice, and this machine. */

export type JailLimits = { cpuSeconds: number; addressBytes: number; fileBytes: number };

export const jailLimits: JailLimits = {
  cpuSeconds: 60,
  addressBytes: 2_000_000_000,
  fileBytes: 200_000_000,
};

export type Command = {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** All folders of this machine's disks that it can write to. */
  writes: string[];
};

export type Jail = {
  kind: 'namespaces' | 'limits';
  /** Whom the files belong to that LibreOffice writes, when it is not the server's own user. */
  user: number | null;
  /** The job's folder and the one for passing things, as LibreOffice sees them. */
  inside: (job: JobFolder) => { folder: string; temporary: string };
  command: (job: JobFolder, argv: string[], env: Record<string, string>, limits: JailLimits) => Command;
};

const nobody = 65534;
const temporaryBytes = 300_000_000;
const probeMs = 5_000;
/** One LibreOffice has about twenty. */
const nobodysThreads = 2_000;
const programFolders = ['/usr/bin', '/bin', '/usr/local/bin'];

/** Programs and what they need, and nothing that says anything about this machine or its people. */
const readable = [
  '/etc/fonts',
  '/etc/libreoffice',
  '/etc/ld.so.cache',
  '/var/cache/fontconfig',
  '/var/lib/libreoffice',
];

/**
 * Where people put programs and sources of their own, this server among them; of it, fonts are needed. Fonts
 * that were added to a machine lie nowhere else.
 */
const peoplesFolders = ['/usr/local', '/usr/src'];
const peoplesFonts = '/usr/local/share/fonts';

type Tools = { bwrap: string | null; prlimit: string; setpriv: string };
type Inside = { officeFolder: string; hidden: string[] };
type Found = { jail: Jail } | { problem: string };

/**
 * Finds the strongest guard that works here.
 * @param officeFolder of LibreOffice, which has to be there inside
 * @param probe a folder to try it with
 */
export async function findJail(
  sandbox: 'auto' | 'required' | 'off',
  officeFolder: string,
  probe: JobFolder,
): Promise<{ jail: Jail | null; problem: string }> {
  const tools: Tools = {
    bwrap: await findProgram('bwrap'),
    prlimit: (await findProgram('prlimit')) ?? 'prlimit',
    setpriv: (await findProgram('setpriv')) ?? 'setpriv',
  };
  const isRoot = process.getuid?.() === 0;
  const inside: Inside = {
    officeFolder,
    hidden: await hiddenFolders([officeFolder, ...Object.values(tools)]),
  };
  const namespaces = sandbox === 'off' ? { problem: 'it is switched off' } : await inNamespaces();
  if ('jail' in namespaces) return { jail: namespaces.jail, problem: '' };
  if (sandbox === 'required') return { jail: null, problem: namespaces.problem };

  const limits = await tried(withLimits(tools, isRoot), probe);
  if ('jail' in limits) return { jail: limits.jail, problem: namespaces.problem };
  return { jail: null, problem: `${namespaces.problem}; ${limits.problem}` };

  async function inNamespaces(): Promise<Found> {
    if (tools.bwrap === null) return { problem: 'bubblewrap is not installed' };
    if (isRoot) {
      const asNobody = await tried(bubblewrap(tools, inside, true), probe);
      if ('jail' in asNobody) return asNobody;
    }
    return await tried(bubblewrap(tools, inside, false), probe);
  }
}

/** Those that are there, but for what is needed inside. */
async function hiddenFolders(needed: (string | null)[]): Promise<string[]> {
  const there = await Promise.all(peoplesFolders.map((folder) => exists(folder)));
  return peoplesFolders.filter(
    (folder, i) => there[i] === true && !needed.some((each) => each?.startsWith(`${folder}/`)),
  );
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

async function findProgram(name: string): Promise<string | null> {
  for (const folder of programFolders) {
    const file = path.join(folder, name);
    if (await exists(file)) return file;
  }
  return null;
}

/** Runs something harmless in it that fails when the job's folder cannot be used. */
async function tried(jail: Jail, probe: JobFolder): Promise<Found> {
  try {
    await probe.giveTo(jail.user);
    const argv = ['/usr/bin/test', '-w', `${jail.inside(probe).folder}/out`];
    const { file, args, env, cwd } = jail.command(probe, argv, {}, jailLimits);
    await promisify(execFile)(file, args, { env, cwd, timeout: probeMs, killSignal: 'SIGKILL' });
    return { jail };
  } catch (error) {
    const { stderr = '', code, message } = error as Error & { stderr?: string; code?: number | string };
    // What `test` means by 1; whatever cannot be started at all says so.
    const noWay = `the user ${jail.user ?? 'of the server'} cannot get to ${path.dirname(probe.folder)}`;
    return { problem: stderr.trim() || (code === 1 ? noWay : message) };
  }
}

function limited(tools: Tools, limits: JailLimits, asNobody: boolean): string[] {
  return [
    tools.prlimit,
    // Kills at once: LibreOffice hangs now and then when a signal tells it that its time is up.
    `--cpu=${limits.cpuSeconds}`,
    `--as=${limits.addressBytes}`,
    `--fsize=${limits.fileBytes}`,
    '--core=0',
    '--nofile=1024',
    // All processes and threads of that user together; for the server's own user others count, too.
    ...(asNobody ? [`--nproc=${nobodysThreads}`] : []),
  ];
}

const becomeNobody = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
const withoutRights = ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'];

/**
 * Namespaces of its own: no network, no processes but its own, and of the file system only programs, fonts
 * and the job's folder. Root makes them with its own rights and has LibreOffice run as nobody; anybody else
 * makes a user namespace.
 */
function bubblewrap(tools: Tools, { officeFolder, hidden }: Inside, asNobody: boolean): Jail {
  const folder = '/job';
  const place = (mode: string, ...what: string[]) => ['--perms', mode, ...what];
  const outsideUsr = officeFolder.startsWith('/usr/') ? [] : [path.dirname(officeFolder)];
  return {
    kind: 'namespaces',
    user: asNobody ? nobody : null,
    inside: () => ({ folder, temporary: '/tmp' }),
    command: (job, argv, env, limits) => ({
      file: tools.bwrap ?? 'bwrap',
      args: [
        ...['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'],
        '--die-with-parent',
        ...(asNobody ? [] : ['--unshare-user', '--uid', `${nobody}`, '--gid', `${nobody}`]),
        ...['--ro-bind', '/usr', '/usr', '--symlink', 'usr/bin', '/bin', '--symlink', 'usr/lib', '/lib'],
        ...['--symlink', 'usr/lib64', '/lib64'],
        ...hidden.flatMap((each) => place('0755', '--tmpfs', each)),
        ...(hidden.length > 0 ? ['--ro-bind-try', peoplesFonts, peoplesFonts] : []),
        ...hidden.flatMap((each) => ['--remount-ro', each]),
        ...['/etc', '/var', '/var/cache', '/var/lib'].flatMap((parent) => place('0755', '--dir', parent)),
        ...[...readable, ...outsideUsr].flatMap((each) => ['--ro-bind-try', each, each]),
        ...['--proc', '/proc', '--dev', '/dev'],
        ...place('1777', '--size', `${temporaryBytes}`, '--tmpfs', '/tmp'),
        ...place('0755', '--dir', folder),
        ...['--ro-bind', job.fontsConf, `${folder}/fonts.conf`],
        ...(job.input === null ? [] : ['--ro-bind', job.input, `${folder}/${path.basename(job.input)}`]),
        ...['--bind', job.profile, `${folder}/profile`, '--bind', job.out, `${folder}/out`],
        ...['--remount-ro', '/', '--chdir', '/tmp', '--cap-drop', 'ALL'],
        ...(asNobody
          ? ['--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID', '--cap-add', 'CAP_SETPCAP']
          : []),
        ...(asNobody ? [tools.setpriv, ...becomeNobody, ...withoutRights] : []),
        ...limited(tools, limits, asNobody),
        ...argv,
      ],
      env,
      cwd: '/',
      writes: [job.profile, job.out],
    }),
  };
}

/** Where namespaces are forbidden: limits, another user if there is a choice, and an end with the server's. */
function withLimits(tools: Tools, isRoot: boolean): Jail {
  return {
    kind: 'limits',
    user: isRoot ? nobody : null,
    inside: (job) => ({ folder: job.folder, temporary: job.temporary }),
    command: (job, argv, env, limits) => ({
      file: tools.setpriv,
      args: [
        ...(isRoot ? [...becomeNobody, ...withoutRights] : ['--no-new-privs']),
        ...['--pdeathsig', 'KILL'],
        ...limited(tools, limits, isRoot),
        ...argv,
      ],
      env,
      cwd: job.temporary,
      writes: [job.profile, job.out, job.temporary],
    }),
  };
}
