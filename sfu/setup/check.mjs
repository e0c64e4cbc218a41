/** `npm run check`: format, lint and types, without a single warning. */
import { runChecks } from './checks.mjs';
import { Problem, runCommand, say } from './console.mjs';
import { preparePackages } from './packages.mjs';

await runCommand(async () => {
  await preparePackages();
  const { failed } = await runChecks();
  if (failed.length > 0) throw new Problem(`Not in order: ${failed.join(', ')}.`);
  say('All in order.');
});
