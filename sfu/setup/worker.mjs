/**
 * Finds a mediasoup worker that runs here, or has one built. In this order: the one that
 * MEDIASOUP_WORKER_BIN names, the one in the user's cache, one that mediasoup's own installation left in
 * its package, a new one built from the sources in the package.
 */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Problem, say } from './console.mjs';
import { cacheFolder, inProject } from './files.mjs';
import { capture } from './processes.mjs';
import { hashFiles, listFiles, readStamp } from './stamp.mjs';
import { prepareSystemPackages, workerBuildPackages } from './system-packages.mjs';
import { buildWorker } from './worker-build.mjs';

/** The worker ends with this code when it is not told which mediasoup it belongs to: its libraries are fine. */
const EXIT_CODE_WITHOUT_VERSION = 41;
const PROBE_TIMEOUT_MS = 10_000;

const MEDIASOUP = inProject('node_modules', 'mediasoup');
const RECIPE = inProject('sfu', 'setup', 'worker');

/** @returns {Promise<string>} path of a worker that is known to start */
export async function prepareWorker() {
  const chosen = process.env['MEDIASOUP_WORKER_BIN'];
  if (chosen) return checkChosen(chosen);

  const cached = path.join(cacheFolder(), `mediasoup-worker-${workerKey()}`);
  if (starts(cached)) return cached;

  const fromPackage = path.join(MEDIASOUP, 'worker', 'out', 'Release', 'mediasoup-worker');
  if (starts(fromPackage)) return fromPackage;

  if (existsSync(cached) && (await installMissingLibraries(cached)) && starts(cached)) return cached;

  await prepareSystemPackages(workerBuildPackages, 'for building the media worker');
  await buildWorker({ sources: path.join(MEDIASOUP, 'worker'), recipe: RECIPE, target: cached, starts });
  return cached;
}

/** @param {string} file */
function checkChosen(file) {
  const resolved = path.resolve(file);
  const what = `MEDIASOUP_WORKER_BIN names ${resolved}`;
  if (!statSync(resolved, { throwIfNoEntry: false })?.isFile()) {
    throw new Problem(`${what}, but there is no such file. Correct it, or unset it to have a worker built.`);
  }
  try {
    accessSync(resolved, constants.X_OK);
  } catch {
    throw new Problem(`${what}, which may not be executed. Type: chmod +x ${resolved}`);
  }
  return resolved;
}

/**
 * What a worker's binary depends on: a cache may be shared by several clones, and by machines.
 *
 * @returns {string}
 */
function workerKey() {
  const { version } = JSON.parse(readFileSync(path.join(MEDIASOUP, 'package.json'), 'utf8'));
  const recipeHash = hashFiles(RECIPE, listFiles(RECIPE, [''])).slice(0, 12);
  return [version, recipeHash, process.arch, distribution()].join('-');
}

/** @returns {string} such as "debian12" */
function distribution() {
  const release = readStamp('/etc/os-release') ?? '';
  const field = (/** @type {string} */ name) =>
    new RegExp(`^${name}=["']?([\\w.]*)`, 'm').exec(release)?.[1] ?? '';
  return `${field('ID') || process.platform}${field('VERSION_ID')}`;
}

/**
 * @param {string} worker path of a binary
 * @returns {boolean} whether it is there, is whole and finds its libraries
 */
function starts(worker) {
  if (!existsSync(worker)) return false;
  const env = { ...process.env };
  delete env['MEDIASOUP_VERSION'];
  return capture(worker, [], { env, timeout: PROBE_TIMEOUT_MS }).code === EXIT_CODE_WITHOUT_VERSION;
}

/**
 * A cached worker may meet a machine without the libraries that it was built against.
 *
 * @param {string} worker
 * @returns {Promise<boolean>} whether something was installed
 */
async function installMissingLibraries(worker) {
  if (!capture('ldd', [worker]).output.includes('not found')) return false;
  const names = readStamp(`${worker}.packages`)?.split(/\s+/).filter(Boolean) ?? [];
  if (names.length === 0) return false;
  say('The media worker lacks libraries on this machine.');
  await prepareSystemPackages(
    names.map((name) => ({ name })),
    'for running the media worker',
  );
  return true;
}
