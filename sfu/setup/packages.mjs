/** The npm packages: installs exactly what package-lock.json says, when that is not what is there. */
import { existsSync, readFileSync } from 'node:fs';
import { Problem, say } from './console.mjs';
import { inProject, projectRoot } from './files.mjs';
import { run } from './processes.mjs';
import { hashFiles, readStamp, writeStamp } from './stamp.mjs';

const STAMP_FILE = inProject('node_modules', '.taimen-stamp');

/** @typedef {{version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[]}} LockedPackage */

/**
 * Says whether what npm noted down in node_modules (its "hidden lockfile", written when an installation is
 * complete) is what package-lock.json asks for. So it also counts when somebody ran `npm install`.
 *
 * @param {Record<string, LockedPackage>} wanted `packages` of package-lock.json
 * @param {Record<string, LockedPackage>} installed `packages` of node_modules/.package-lock.json
 */
export function sameInstallation(wanted, installed) {
  const differs = Object.entries(wanted).some(([name, wantedPackage]) => {
    if (name === '') return false; // the project itself
    const there = installed[name];
    // npm leaves out optional packages for other platforms.
    if (!there) return wantedPackage.optional !== true;
    return there.version !== wantedPackage.version || there.integrity !== wantedPackage.integrity;
  });
  return !differs && Object.keys(installed).every((name) => name in wanted);
}

function installedByHand() {
  const noted = inProject('node_modules', '.package-lock.json');
  if (!existsSync(noted)) return false;
  try {
    const wanted = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8'));
    const installed = JSON.parse(readFileSync(noted, 'utf8'));
    return sameInstallation(wanted.packages, installed.packages);
  } catch {
    return false; // npm ci then says what is wrong with package-lock.json
  }
}

/**
 * npm as it was called, run by the Node that runs it: `npm ci` deletes node_modules, and with it the Node
 * that may run this script.
 *
 * @returns {[command: string, ...args: string[]]}
 */
function npmCommand() {
  const script = process.env['npm_execpath'];
  const node = process.env['npm_node_execpath'];
  if (script && node && existsSync(node) && /npm-cli\.c?js$/.test(script)) return [node, script];
  return ['npm'];
}

/** Makes sure that node_modules holds what package-lock.json says. */
export async function preparePackages() {
  const stamp = hashFiles(projectRoot, ['package-lock.json', 'package.json']);
  if (readStamp(STAMP_FILE) === stamp) return;
  if (!installedByHand()) {
    say('Installing the npm packages.');
    const [command, ...args] = npmCommand();
    const done = await run(command, [...args, 'ci', '--loglevel=error', '--no-audit', '--no-fund'], {
      cwd: projectRoot,
    });
    if (!done) {
      throw new Problem(
        'The npm packages could not be installed; npm says above why. Once that is solved, run the same command again.',
      );
    }
  }
  writeStamp(STAMP_FILE, stamp);
}
