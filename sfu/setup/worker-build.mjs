/** Builds mediasoup's worker from the sources in its npm package. See worker/CMakeLists.txt. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { duration, Problem, say } from './console.mjs';
import { capture, runLogged } from './processes.mjs';
import { lastLines } from './system-packages.mjs';

const BUILD_FOLDER_PREFIX = 'build-';
const LEFT_BEHIND_AFTER_MS = 24 * 60 * 60 * 1000;
const MEMORY_PER_COMPILER_BYTES = 600 * 1024 * 1024;
const PROGRESS_STEP_PERCENT = 20;
const SHOWN_LOG_LINES = 20;
const BINARY_NAME = 'mediasoup-worker';

/**
 * @param {object} options
 * @param {string} options.sources the worker folder of the mediasoup package
 * @param {string} options.recipe the folder with our CMakeLists.txt
 * @param {string} options.target where the binary goes; beside it go `<target>.packages`, the system
 *   packages that it needs to run, and `<target>.log`
 * @param {(binary: string) => boolean} options.starts checks a finished binary
 */
export async function buildWorker({ sources, recipe, target, starts }) {
  const cache = path.dirname(target);
  try {
    mkdirSync(cache, { recursive: true });
    accessibleOrThrow(cache);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(
      `The media worker is kept in ${cache}, which cannot be written to (${reason}). ` +
        'Make it writable, or name another folder in XDG_CACHE_HOME.',
    );
  }
  removeLeftBehind(cache);

  // A folder of its own and a rename at the end: two builds at the same time do not meet.
  const folder = mkdtempSync(path.join(cache, BUILD_FOLDER_PREFIX));
  const interruption = abortOnSignals();
  const startedAt = Date.now();
  say('Building the media worker, once for this machine: about 4 minutes on two cores.');
  try {
    const binary = await compile({ sources, recipe, folder, target, signal: interruption.signal });
    if (!starts(binary)) {
      throw new Problem(
        `The media worker was built but does not start. The log of the build: ${keepLog(folder, target)}\n` +
          'A worker built elsewhere can be named in MEDIASOUP_WORKER_BIN.',
      );
    }
    writeFileSync(path.join(folder, 'packages'), `${librariesPackages(binary).join(' ')}\n`);
    keepLog(folder, target);
    renameSync(path.join(folder, 'packages'), `${target}.packages`);
    renameSync(binary, target);
    say(`The media worker is ready (${duration(Date.now() - startedAt)}).`);
  } finally {
    interruption.done();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {object} options
 * @param {string} options.sources
 * @param {string} options.recipe
 * @param {string} options.folder
 * @param {string} options.target
 * @param {AbortSignal} options.signal
 * @returns {Promise<string>} path of the binary
 */
async function compile({ sources, recipe, folder, target, signal }) {
  const logFile = logIn(folder);
  /** @type {[command: string, args: string[], onText?: (text: string) => void][]} */
  const steps = [
    ['cmake', ['-G', 'Ninja', '-S', recipe, '-B', folder, `-DMEDIASOUP_WORKER=${sources}`]],
    ['ninja', ['-C', folder, '-j', String(jobs())], progress((percent) => say(`  ${percent} %`))],
    ['strip', [path.join(folder, BINARY_NAME)]],
  ];
  for (const [command, args, onText] of steps) {
    const succeeded = await runLogged(command, args, { logFile, signal, ...(onText && { onText }) });
    if (signal.aborted) throw new Problem('The build of the media worker was interrupted.');
    if (succeeded) continue;
    const end = lastLines(logFile, SHOWN_LOG_LINES);
    throw new Problem(
      `The media worker could not be built: ${command} failed. The end of its log:\n\n${end}\n\n` +
        `The whole log: ${keepLog(folder, target)}\n` +
        'If memory or disk space ran out, make room and run the same command again. A worker built elsewhere ' +
        'can be named in MEDIASOUP_WORKER_BIN.',
    );
  }
  const binary = path.join(folder, BINARY_NAME);
  chmodSync(binary, 0o755);
  return binary;
}

/** As many compilers at a time as there are processors, and memory for. */
function jobs() {
  return Math.max(1, Math.min(os.cpus().length, Math.floor(os.freemem() / MEMORY_PER_COMPILER_BYTES)));
}

/**
 * Reads ninja's "[12/259] ..." and tells now and then how far it is.
 *
 * @param {(percent: number) => void} tell
 * @returns {(text: string) => void}
 */
export function progress(tell) {
  let told = 0;
  return (text) => {
    for (const [, finished, total] of text.matchAll(/^\[(\d+)\/(\d+)\]/gm)) {
      const percent = Math.floor((100 * Number(finished)) / Number(total));
      const step = percent - (percent % PROGRESS_STEP_PERCENT);
      if (step > told && step < 100) tell(step);
      told = Math.max(told, step);
    }
  };
}

const logIn = (/** @type {string} */ folder) => path.join(folder, 'build.log');

/**
 * @param {string} folder
 * @param {string} target
 * @returns {string} where the log is kept
 */
function keepLog(folder, target) {
  const kept = `${target}.log`;
  copyFileSync(logIn(folder), kept);
  return kept;
}

/** @param {string} folder */
function accessibleOrThrow(folder) {
  rmSync(mkdtempSync(path.join(folder, 'try-')), { recursive: true });
}

/**
 * Folders of builds that were killed. A younger one may belong to a build that is under way.
 *
 * @param {string} cache
 */
function removeLeftBehind(cache) {
  for (const name of readdirSync(cache)) {
    const folder = path.join(cache, name);
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (!name.startsWith(BUILD_FOLDER_PREFIX) || !stats?.isDirectory()) continue;
    if (Date.now() - stats.mtimeMs > LEFT_BEHIND_AFTER_MS) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The packages that own the libraries a binary is linked with.
 *
 * @param {string} binary
 * @returns {string[]} empty where there is no dpkg
 */
function librariesPackages(binary) {
  const libraries = [...capture('ldd', [binary]).output.matchAll(/=> (\/\S+)/g)].map(
    (match) => match[1] ?? '',
  );
  const owners = libraries.flatMap((library) => {
    // Since /lib became a link to /usr/lib, the database may know a file under either name.
    const real = existsSync(library) ? realpathSync(library) : library;
    const names = [library, real, real.replace(/^\/usr\//, '/')];
    const { output } = capture('dpkg-query', ['-S', ...new Set(names)]);
    return output.split('\n').map((line) => /^([^:,\s]+)[:,]/.exec(line)?.[1] ?? '');
  });
  return [...new Set(owners)].filter(Boolean).sort();
}

/** Lets a build that is interrupted end its compilers and clean up. */
function abortOnSignals() {
  const controller = new AbortController();
  const abort = () => controller.abort();
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, abort);
  return {
    signal: controller.signal,
    done: () => {
      for (const signal of signals) process.off(signal, abort);
    },
  };
}
