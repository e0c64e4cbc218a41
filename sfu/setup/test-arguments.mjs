/** What `npm test -- …` is asked to do. */
import { Problem } from './console.mjs';

/** In the order in which they run: the quick ones first. */
export const SUITES = /** @type {const} */ (['check', 'unit', 'integration', 'browser']);

/** @typedef {(typeof SUITES)[number]} Suite */

/**
 * `unit` → that suite; `browser meeting` → the browser tests in files whose path contains "meeting";
 * `unit -t 'a name'` → what follows is passed on to the test runner; nothing → everything.
 *
 * @param {string[]} args
 * @returns {{suites: Suite[], passedOn: string[]}}
 */
export function parseTestArguments(args) {
  /** @type {Suite[]} */
  const suites = [];
  const rest = [...args];
  while (rest.length > 0) {
    const suite = SUITES.find((each) => each === rest[0]);
    if (!suite) break;
    if (!suites.includes(suite)) suites.push(suite);
    rest.shift();
  }
  if (rest.length === 0) return { suites: suites.length > 0 ? inOrder(suites) : [...SUITES], passedOn: [] };

  const named = `Name one suite in front of it: npm test -- unit ${rest.join(' ')}`;
  if (suites.length !== 1)
    throw new Problem(`It is not clear which tests "${rest.join(' ')}" is for. ${named}`);
  if (suites[0] === 'check') {
    throw new Problem(`The suite "check" takes no further arguments, but was given "${rest.join(' ')}".`);
  }
  return { suites, passedOn: rest };
}

/** @param {Suite[]} suites */
const inOrder = (suites) => SUITES.filter((suite) => suites.includes(suite));
