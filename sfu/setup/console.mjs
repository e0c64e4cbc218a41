/** How the set-up talks: one plain line per thing that it really does, and readable failures. */

/** A failure that its message explains to whoever typed the command; no stack trace is shown. */
export class Problem extends Error {}

/** @param {string} line */
export function say(line) {
  console.log(line);
}

/**
 * Runs the body of a command and turns what it throws into a message and exit code 1.
 *
 * @param {() => Promise<void>} body
 */
export async function runCommand(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof Problem ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * @param {number} milliseconds
 * @returns {string} such as "3 min 20 s"
 */
export function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
