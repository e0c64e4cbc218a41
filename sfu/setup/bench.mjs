/** `npm run bench <name>`: runs one of the measurements in sfu/bench/. */
import { existsSync, readdirSync } from 'node:fs';
import { Problem, runCommand, say } from './console.mjs';
import { inProject, projectRoot } from './files.mjs';
import { findNode, projectEnvironment } from './node.mjs';
import { preparePackages } from './packages.mjs';
import { run } from './processes.mjs';
import { prepareSystemPackages, testPackages } from './system-packages.mjs';
import { prepareWeb } from './web.mjs';
import { prepareWorker } from './worker.mjs';

const FOLDER = inProject('sfu', 'bench');

await runCommand(async () => {
  const [name, ...args] = process.argv.slice(2);
  const available = benches();
  const list = available.length > 0 ? available.map((each) => `  ${each}`).join('\n') : '  (none yet)';
  if (name === undefined) {
    say(`Type: npm run bench <name>. There are:\n${list}`);
    return;
  }
  if (!available.includes(name)) throw new Problem(`There is no bench "${name}". There are:\n${list}`);

  await preparePackages();
  await prepareSystemPackages(testPackages, 'for the measurements');
  const worker = await prepareWorker();
  await prepareWeb();
  const succeeded = await run(findNode(), [inProject('sfu', 'bench', `${name}.ts`), ...args], {
    cwd: projectRoot,
    env: projectEnvironment({ MEDIASOUP_WORKER_BIN: worker }),
  });
  if (!succeeded) throw new Problem(`The bench "${name}" failed.`);
});

/** A bench is a .ts file in the folder itself; what they share is in folders below it. */
function benches() {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => entry.name.slice(0, -'.ts'.length))
    .sort();
}
