/**
 * Stamps: a hash of what a result was made from, kept beside the result. Same hash, nothing to do. A stamp
 * is written after everything else, so that a run that was interrupted leaves none.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * All files below the given files and folders, sorted, relative to `root`. What is not there is left out.
 *
 * @param {string} root
 * @param {string[]} entries
 * @param {(relativePath: string) => boolean} skip
 * @returns {string[]}
 */
export function listFiles(root, entries, skip = () => false) {
  /** @type {string[]} */
  const found = [];
  const visit = (/** @type {string} */ relative) => {
    if (skip(relative)) return;
    const stats = statSync(path.join(root, relative), { throwIfNoEntry: false });
    if (stats?.isFile()) found.push(relative);
    if (!stats?.isDirectory()) return;
    for (const name of readdirSync(path.join(root, relative))) visit(path.posix.join(relative, name));
  };
  entries.forEach(visit);
  return found.sort();
}

/**
 * @param {string} root
 * @param {string[]} files relative to `root`
 * @param {string[]} extras further values on which the result depends
 * @returns {string} hash over the names and contents of the files, and the extras
 */
export function hashFiles(root, files, extras = []) {
  const hash = createHash('sha256');
  const add = (/** @type {string | Buffer} */ part) => {
    // The length in front keeps "ab" + "c" and "a" + "bc" apart.
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  for (const file of files) {
    add(file);
    add(readFileSync(path.join(root, file)));
  }
  extras.forEach(add);
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {string} stamp
 */
export function writeStamp(file, stamp) {
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${stamp}\n`);
  renameSync(unfinished, file);
}
