/** Where things are. */
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top level. */
export const projectRoot = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** @param {string[]} parts */
export const inProject = (...parts) => path.join(projectRoot, ...parts);

/**
 * The folder for what is costly to make and the same for every clone, by the XDG base directory rules: a
 * relative XDG_CACHE_HOME does not count.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheFolder(env = process.env) {
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg && path.isAbsolute(xdg) ? xdg : path.join(os.homedir(), '.cache');
  return path.join(base, 'taimen');
}

/**
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} the full path of a program found in PATH
 */
export function findProgram(program, env = process.env) {
  return (env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, program))
    .find((candidate) => existsSync(candidate));
}
