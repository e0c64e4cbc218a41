/**
 * `npm test`: the checks, then all tests, and as the last line how many passed and failed.
 * `npm test -- <suite> [filter]` runs a part; the suites are check, unit, integration and browser.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runChecks } from './checks.mjs';
import { Problem, runCommand, say } from './console.mjs';
import { inProject, projectRoot } from './files.mjs';
import { findNode, packageCommand, projectEnvironment } from './node.mjs';
import { preparePackages } from './packages.mjs';
import { run } from './processes.mjs';
import { prepareSystemPackages, testPackages } from './system-packages.mjs';
import { parseTestArguments } from './test-arguments.mjs';
import { fromPlaywright, fromVitest, judgeSuite, summaryLine, sumUp } from './test-results.mjs';
import { prepareWeb } from './web.mjs';
import { prepareWorker } from './worker.mjs';

/** @import { Suite } from './test-arguments.mjs' */
/** @import { Results } from './test-results.mjs' */

const PLAYWRIGHT_CONFIG = 'web/e2e/playwright.config.ts';

await runCommand(async () => {
  const { suites, passedOn } = parseTestArguments(process.argv.slice(2));
  const additions = await prepare(suites);

  const folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-test-'));
  try {
    /** @type {Results[]} */
    const all = [];
    for (const suite of suites) {
      say(`\n=== ${suite} ===`);
      all.push(
        await runSuite(suite, passedOn, projectEnvironment(additions), path.join(folder, `${suite}.json`)),
      );
    }
    const sum = sumUp(all);
    say('');
    for (const problem of sum.problems) say(`FAILED ${problem}`);
    if (sum.failed > 0) process.exitCode = 1;
    say(summaryLine(sum));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/**
 * @param {Suite[]} suites
 * @returns {Promise<NodeJS.ProcessEnv>} what the tests find in their environment
 */
async function prepare(suites) {
  await preparePackages();
  if (!suites.includes('integration') && !suites.includes('browser')) return {};
  await prepareSystemPackages(testPackages, 'for the tests');
  const worker = await prepareWorker();
  await prepareWeb();
  return { MEDIASOUP_WORKER_BIN: worker };
}

/**
 * @param {Suite} suite
 * @param {string[]} passedOn
 * @param {NodeJS.ProcessEnv} env
 * @param {string} reportFile
 * @returns {Promise<Results>}
 */
async function runSuite(suite, passedOn, env, reportFile) {
  switch (suite) {
    case 'check': {
      const { passed, failed } = await runChecks();
      return {
        passed: passed.length,
        failed: failed.length,
        skipped: 0,
        problems: failed.map((name) => `check: ${name}`),
      };
    }
    case 'unit':
      return await runVitest(suite, ['unit', 'web'], passedOn, env, reportFile);
    case 'integration':
      return await runVitest(suite, ['integration'], passedOn, env, reportFile);
    case 'browser':
      return await runPlaywright(suite, passedOn, env, reportFile);
    default:
      throw new Problem(`There is no suite "${String(suite)}".`);
  }
}

/**
 * @param {Suite} suite
 * @param {string[]} projects of .config/vitest.config.ts
 * @param {string[]} passedOn
 * @param {NodeJS.ProcessEnv} env
 * @param {string} reportFile
 */
async function runVitest(suite, projects, passedOn, env, reportFile) {
  const succeeded = await run(
    findNode(),
    [
      packageCommand('vitest'),
      'run',
      '--config=.config/vitest.config.ts',
      ...projects.map((project) => `--project=${project}`),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...passedOn,
    ],
    { cwd: projectRoot, env },
  );
  return judgeSuite(suite, succeeded, readReport(reportFile), fromVitest);
}

/**
 * @param {Suite} suite
 * @param {string[]} passedOn
 * @param {NodeJS.ProcessEnv} env
 * @param {string} reportFile
 */
async function runPlaywright(suite, passedOn, env, reportFile) {
  if (!existsSync(inProject(PLAYWRIGHT_CONFIG))) {
    say(`${PLAYWRIGHT_CONFIG} is missing, so there are no browser tests to run.`);
    return judgeSuite(suite, false, undefined, fromPlaywright);
  }
  const succeeded = await run(
    findNode(),
    [
      packageCommand('@playwright/test', 'playwright'),
      'test',
      `--config=${PLAYWRIGHT_CONFIG}`,
      '--reporter=list,json',
      ...passedOn,
    ],
    { cwd: projectRoot, env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile } },
  );
  return judgeSuite(suite, succeeded, readReport(reportFile), fromPlaywright);
}

/** @param {string} file */
function readReport(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
