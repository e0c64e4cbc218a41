/** Running other programs. */
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Problem } from './console.mjs';

/**
 * Runs a program with the terminal handed to it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} options
 * @returns {Promise<boolean>} whether it ended with exit code 0
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' });
    child.once('error', (error) => reject(notStarted(command, error)));
    child.once('close', (code) => resolve(code === 0));
  });
}

/**
 * Runs a program quietly, with all of its output appended to a file.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{logFile: string, onText?: (text: string) => void, signal?: AbortSignal}} options
 *   `onText` is told what the program prints, in pieces of any size; `signal` ends the program early
 * @returns {Promise<boolean>} whether it ended with exit code 0
 */
export async function runLogged(command, args, { logFile, onText, signal }) {
  const log = createWriteStream(logFile, { flags: 'a' });
  log.write(`$ ${[command, ...args].join(' ')}\n`);
  /** @type {boolean} */
  const succeeded = await new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        log.write(text);
        onText?.(text);
      });
    }
    child.once('error', (error) => {
      // One that is ended early is waited for as well: it may still be writing.
      if (error.name !== 'AbortError') reject(notStarted(command, error));
    });
    child.once('close', (code) => resolve(code === 0));
  });
  await finished(log.end());
  return succeeded;
}

/**
 * Runs a short program to its end and gives what it printed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{env?: NodeJS.ProcessEnv, timeout?: number}} options `timeout` in ms
 * @returns {{code: number | null, output: string}} `code` is null when it could not be run or was ended by
 *   a signal
 */
export function capture(command, args, options = {}) {
  const { status, stdout } = spawnSync(command, args, { ...options, encoding: 'utf8', stdio: 'pipe' });
  return { code: status, output: stdout ?? '' };
}

/**
 * @param {string} command
 * @param {Error} error
 */
function notStarted(command, error) {
  return new Problem(`${command} could not be started: ${error.message}`);
}
