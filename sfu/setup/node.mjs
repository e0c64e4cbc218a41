/**
 * The Node that runs the server and the tests. The project brings its own as an npm package, because
 * machines may have an older one.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Problem } from './console.mjs';
import { inProject } from './files.mjs';

export const REQUIRED_NODE_MAJOR = 24;

/** @returns {string} path of a Node of at least the required version */
export function findNode() {
  const bundled = inProject('node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(bundled)) return bundled;

  const runningMajor = Number(process.versions.node.split('.')[0]);
  if (runningMajor >= REQUIRED_NODE_MAJOR) return process.execPath;

  throw new Problem(
    `Taimen needs Node ${REQUIRED_NODE_MAJOR} or newer. This is Node ${process.versions.node}, and Taimen brings ` +
      `none along for ${process.platform} on ${process.arch}. Install Node ${REQUIRED_NODE_MAJOR} and run the ` +
      'same command again with it.',
  );
}

/**
 * How the server is run, so that it stays small: a small young generation, because a meeting's signalling makes
 * little garbage; one arena and large blocks given back to the system at once, because a password's check
 * takes 19 MB for a moment, which glibc would keep otherwise (mallopt(3)). With the compile cache neither types
 * are stripped nor code is compiled at every start.
 *
 * @returns {{ node: string, args: string[], env: Record<string, string> }}
 */
export function serverCommand() {
  return {
    node: findNode(),
    args: ['--max-semi-space-size=2', inProject('sfu', 'main.ts')],
    env: {
      NODE_COMPILE_CACHE: inProject('node_modules', '.cache', 'taimen'),
      MALLOC_ARENA_MAX: '1',
      MALLOC_MMAP_THRESHOLD_: '131072',
      MALLOC_TRIM_THRESHOLD_: '131072',
    },
  };
}

/**
 * The environment for whatever belongs to the project: its Node and the commands of its packages come
 * first in PATH.
 *
 * @param {NodeJS.ProcessEnv} additions
 * @returns {NodeJS.ProcessEnv}
 */
export function projectEnvironment(additions = {}) {
  const folders = [path.dirname(findNode()), inProject('node_modules', '.bin'), process.env['PATH'] ?? ''];
  return { ...process.env, ...additions, PATH: folders.join(path.delimiter) };
}

/**
 * The script behind a command of an npm package, to be run by `findNode()`.
 *
 * @param {string} packageName
 * @param {string} command
 * @returns {string}
 */
export function packageCommand(packageName, command = packageName) {
  const folder = inProject('node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return path.join(folder, typeof bin === 'string' ? bin : bin[command]);
}
