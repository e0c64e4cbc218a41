/** The checks that need no running program: format, lint, types. */
import { say } from './console.mjs';
import { projectRoot } from './files.mjs';
import { findNode, packageCommand, projectEnvironment } from './node.mjs';
import { run } from './processes.mjs';

const CHECKS = [
  {
    name: 'format',
    tool: 'prettier',
    args: ['--check', '--log-level=warn', '.'],
    hint: 'npx prettier --write .',
  },
  {
    name: 'lint',
    tool: 'eslint',
    args: ['--config', '.config/eslint.config.js', '--max-warnings=0', '.'],
    hint: 'npx eslint --config .config/eslint.config.js --fix .',
  },
  { name: 'types', tool: 'typescript', command: 'tsc', args: ['--noEmit', '--project', 'tsconfig.json'] },
  {
    name: 'types of web/',
    tool: 'svelte-check',
    args: ['--workspace', 'web', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  },
];

/**
 * Runs all of them, also when one fails.
 *
 * @returns {Promise<{passed: string[], failed: string[]}>} names of the checks
 */
export async function runChecks() {
  const node = findNode();
  const env = projectEnvironment();
  /** @type {{passed: string[], failed: string[]}} */
  const outcome = { passed: [], failed: [] };
  for (const { name, tool, command, args, hint } of CHECKS) {
    say(`Checking: ${name}`);
    const passed = await run(node, [packageCommand(tool, command), ...args], { cwd: projectRoot, env });
    (passed ? outcome.passed : outcome.failed).push(name);
    if (!passed && hint) say(`What can be mended by itself: ${hint}`);
  }
  return outcome;
}
