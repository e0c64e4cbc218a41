/** Sums up what the test runners report. */

/**
 * `failed` counts failed tests and each of `problems`: what went wrong outside of a test (a file that does
 * not load, a suite in which nothing ran).
 *
 * @typedef {{passed: number, failed: number, skipped: number, problems: string[]}} Results
 */

/**
 * @param {number} passed
 * @param {number} failed
 * @param {number} skipped
 * @param {string[]} problems
 * @returns {Results}
 */
function results(passed, failed, skipped, problems) {
  return { passed, failed: failed + problems.length, skipped, problems };
}

/**
 * @param {any} report what Vitest's reporter "json" writes
 * @returns {Results}
 */
export function fromVitest(report) {
  const problems = report.testResults
    .filter(
      (/** @type {any} */ file) =>
        file.status === 'failed' &&
        !file.assertionResults.some((/** @type {any} */ test) => test.status === 'failed'),
    )
    .map((/** @type {any} */ file) => `${file.name} did not run: ${firstLine(file.message)}`);
  return results(
    report.numPassedTests,
    report.numFailedTests,
    report.numPendingTests + report.numTodoTests,
    problems,
  );
}

/**
 * @param {any} report what Playwright's reporter "json" writes
 * @returns {Results}
 */
export function fromPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  const problems = report.errors.map(
    (/** @type {any} */ error) => `outside of a test: ${firstLine(error.message)}`,
  );
  // A test that fails now and then is a defect.
  return results(expected, unexpected + flaky, skipped, problems);
}

/**
 * Judges one suite by its report and by how its runner ended.
 *
 * @param {string} suite
 * @param {boolean} runnerSucceeded
 * @param {string | undefined} reportText undefined when the runner has not written its report
 * @param {(report: any) => Results} read
 * @returns {Results}
 */
export function judgeSuite(suite, runnerSucceeded, reportText, read) {
  if (reportText === undefined) return results(0, 0, 0, [`${suite}: the test runner wrote no report`]);

  /** @type {Results} */
  let result;
  try {
    result = read(JSON.parse(reportText));
  } catch (error) {
    return results(0, 0, 0, [`${suite}: the report of the test runner cannot be read (${String(error)})`]);
  }
  const problems = result.problems.map((problem) => `${suite}: ${problem}`);
  if (result.failed === 0 && result.passed === 0) problems.push(`${suite}: not a single test ran`);
  else if (result.failed === 0 && !runnerSucceeded)
    problems.push(`${suite}: the test runner ended with a failure`);
  return results(result.passed, result.failed - result.problems.length, result.skipped, problems);
}

/**
 * @param {Results[]} all
 * @returns {Results}
 */
export function sumUp(all) {
  /** @type {Results} */
  const sum = { passed: 0, failed: 0, skipped: 0, problems: [] };
  for (const each of all) {
    sum.passed += each.passed;
    sum.failed += each.failed;
    sum.skipped += each.skipped;
    sum.problems.push(...each.problems);
  }
  return sum;
}

/**
 * @param {Results} sum
 * @returns {string} the last line of `npm test`
 */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** @param {unknown} text */
const firstLine = (text) =>
  String(text ?? 'no reason given')
    .trim()
    .split('\n')[0];
