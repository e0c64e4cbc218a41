/** System packages, through the package manager of Debian and its relatives. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Problem, say } from './console.mjs';
import { findProgram } from './files.mjs';
import { capture, runLogged } from './processes.mjs';

/**
 * A system package and how to see that it is there. Without `isThere` the package database is asked;
 * with it, the same thing from elsewhere (another version, another distribution) counts too.
 *
 * @typedef {{name: string, isThere?: () => boolean}} SystemPackage
 */

const POSTGRES_FOLDER = '/usr/lib/postgresql';

/** For building mediasoup's worker. @type {SystemPackage[]} */
export const workerBuildPackages = [
  { name: 'g++', isThere: () => findProgram('g++') !== undefined },
  { name: 'cmake', isThere: () => findProgram('cmake') !== undefined },
  { name: 'ninja-build', isThere: () => findProgram('ninja') !== undefined },
  { name: 'pkg-config', isThere: () => findProgram('pkg-config') !== undefined },
  { name: 'flatbuffers-compiler', isThere: () => findProgram('flatc') !== undefined },
  { name: 'libflatbuffers-dev' },
  { name: 'libsrtp2-dev' },
  { name: 'libssl-dev' },
  { name: 'libuv1-dev' },
  { name: 'libabsl-dev' },
];

/** Each part of LibreOffice puts its settings there. */
const LIBREOFFICE = '/usr/lib/libreoffice/share/registry';
const FONTS = '/usr/share/fonts';

/** For making PDFs of Office files. Every start asks for them, so no program is run. @type {SystemPackage[]} */
export const documentPackages = [
  { name: 'libreoffice-writer-nogui', isThere: () => existsSync(`${LIBREOFFICE}/writer.xcd`) },
  { name: 'libreoffice-calc-nogui', isThere: () => existsSync(`${LIBREOFFICE}/calc.xcd`) },
  { name: 'libreoffice-impress-nogui', isThere: () => existsSync(`${LIBREOFFICE}/impress.xcd`) },
  { name: 'qpdf', isThere: () => findProgram('qpdf') !== undefined },
  { name: 'bubblewrap', isThere: () => findProgram('bwrap') !== undefined },
  { name: 'fonts-noto-cjk', isThere: () => existsSync(`${FONTS}/opentype/noto/NotoSansCJK-Regular.ttc`) },
  {
    name: 'fonts-liberation',
    isThere: () => hasFont('LiberationSans-Regular.ttf', 'liberation', 'liberation2'),
  },
  { name: 'fonts-crosextra-carlito', isThere: () => hasFont('Carlito-Regular.ttf', 'crosextra') },
  { name: 'fonts-crosextra-caladea', isThere: () => hasFont('Caladea-Regular.ttf', 'crosextra') },
  { name: 'fonts-ipafont-gothic', isThere: () => existsSync(`${FONTS}/opentype/ipafont-gothic/ipag.ttf`) },
  { name: 'fonts-ipafont-mincho', isThere: () => existsSync(`${FONTS}/opentype/ipafont-mincho/ipam.ttf`) },
];

/** For composing recordings. @type {SystemPackage[]} */
export const recordingPackages = [
  { name: 'ffmpeg', isThere: () => findProgram('ffmpeg') !== undefined },
  // Pages as pictures, names as pictures.
  { name: 'poppler-utils', isThere: () => findProgram('pdftoppm') !== undefined },
  { name: 'poppler-data', isThere: () => existsSync('/usr/share/poppler/cMap') },
  { name: 'librsvg2-bin', isThere: () => findProgram('rsvg-convert') !== undefined },
  { name: 'fonts-noto-cjk', isThere: () => existsSync(`${FONTS}/opentype/noto/NotoSansCJK-Regular.ttc`) },
];

/**
 * @param {string} file
 * @param {string[]} folders
 */
function hasFont(file, ...folders) {
  return folders.some((folder) => existsSync(path.join(FONTS, 'truetype', folder, file)));
}

/** For the tests only. @type {SystemPackage[]} */
export const testPackages = [
  ...documentPackages,
  ...recordingPackages,
  { name: 'chromium', isThere: () => findProgram('chromium') !== undefined },
  {
    name: 'postgresql',
    isThere: () =>
      existsSync(POSTGRES_FOLDER) &&
      readdirSync(POSTGRES_FOLDER).some((version) =>
        existsSync(path.join(POSTGRES_FOLDER, version, 'bin', 'postgres')),
      ),
  },
];

/**
 * @param {SystemPackage[]} packages
 * @returns {string[]} the names of those that are not installed
 */
export function missingPackages(packages) {
  const toAsk = packages.filter((entry) => !entry.isThere).map((entry) => entry.name);
  const installed = new Set(toAsk.length > 0 ? installedAmong(toAsk) : []);
  return packages
    .filter((entry) => (entry.isThere ? !entry.isThere() : !installed.has(entry.name)))
    .map((entry) => entry.name);
}

/** @param {string[]} names */
function installedAmong(names) {
  // Exit code 1 only says that one of them is unknown; the others are listed all the same.
  const { output } = capture('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\\n', ...names]);
  return output
    .split('\n')
    .filter((line) => line.startsWith('installed '))
    .map((line) => line.slice('installed '.length));
}

/**
 * The command in front of apt-get: nothing for root, sudo where that asks for no password.
 *
 * @returns {string[] | undefined} undefined when packages cannot be installed from here
 */
function privilege() {
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  return sudo && capture(sudo, ['-n', 'true'], { timeout: 5_000 }).code === 0 ? [sudo, '-n'] : undefined;
}

/**
 * @param {string[]} names
 * @param {string} purpose completes "These system packages are needed ..."
 * @param {boolean} hasApt
 * @returns {string} what to tell somebody for whom nothing can be installed
 */
export function byHandMessage(names, purpose, hasApt) {
  if (!hasApt) {
    return [
      `These system packages are needed ${purpose}, and there is no apt-get here to install them:`,
      '',
      `  ${names.join(' ')}`,
      '',
      "Those are Debian's names. Install their like with the package manager of this system, then run the same",
      'command again.',
    ].join('\n');
  }
  return [
    `These system packages are needed ${purpose}, and only an administrator can install them. Type:`,
    '',
    `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`,
    '',
    'Then run the same command again. (As root, leave out "sudo".)',
  ].join('\n');
}

/**
 * Makes sure that system packages are installed.
 *
 * @param {SystemPackage[]} packages
 * @param {string} purpose completes "These system packages are needed ..."
 */
export async function prepareSystemPackages(packages, purpose) {
  const missing = missingPackages(packages);
  if (missing.length === 0) return;

  const apt = findProgram('apt-get');
  const prefix = apt ? privilege() : undefined;
  if (!apt || !prefix) throw new Problem(byHandMessage(missing, purpose, apt !== undefined));

  say(`Installing system packages ${purpose}: ${missing.join(' ')}.`);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-apt-'));
  const logFile = path.join(folder, 'apt.log');
  try {
    const patience = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2'];
    const install = ['install', '-y', '--no-install-recommends', ...missing];
    for (const args of [['update'], install]) {
      const [command, ...rest] = [
        ...prefix,
        'env',
        'DEBIAN_FRONTEND=noninteractive',
        apt,
        ...patience,
        ...args,
      ];
      if (!(await runLogged(/** @type {string} */ (command), rest, { logFile }))) {
        // A repository of somebody else's that does not answer fails an update; what is needed may still come.
        if (args !== install) continue;
        throw new Problem(
          `apt-get could not install them. The end of what it said:\n\n${lastLines(logFile, 15)}\n\n` +
            `Once that is solved, run the same command again. To install them by hand:\n\n  apt-get ${install.join(' ')}`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Installs what Office files need, if that can be done from here. The server starts without it, too: it then
 * refuses those files, and says how that can be changed.
 */
export async function prepareDocumentPackages() {
  await prepareOptionalPackages(
    documentPackages,
    'for showing Word, Excel and PowerPoint files',
    'it may refuse Office files, or show them in other fonts',
  );
}

/** The same for recordings: meetings are held without them, and the host reads that nothing can be recorded. */
export async function prepareRecordingPackages() {
  await prepareOptionalPackages(recordingPackages, 'for recording meetings', 'meetings cannot be recorded');
}

/**
 * @param {SystemPackage[]} packages
 * @param {string} purpose
 * @param {string} without completes "Until they are installed, ..."
 */
async function prepareOptionalPackages(packages, purpose, without) {
  try {
    await prepareSystemPackages(packages, purpose);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`${error.message}\n\nThe server starts without them. Until they are installed, ${without}.\n`);
  }
}

/**
 * @param {string} file
 * @param {number} count
 * @returns {string} the last lines of a text file
 */
export function lastLines(file, count) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}
