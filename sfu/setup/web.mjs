/** The pages for the browsers: built when something that they are made of has changed. */
import { existsSync, readFileSync } from 'node:fs';
import { Problem, say } from './console.mjs';
import { inProject, projectRoot } from './files.mjs';
import { projectEnvironment } from './node.mjs';
import { run } from './processes.mjs';
import { hashFiles, listFiles, readStamp, writeStamp } from './stamp.mjs';

// Inside of what is built: whatever empties that folder takes the stamp with it.
const STAMP_FILE = inProject('web', 'dist', '.stamp');

/** @param {string} file relative to the project */
export function isNoPartOfPages(file) {
  return (
    /^web\/(dist|e2e)$/.test(file) ||
    /(^|\/)(node_modules|\.svelte-kit)$/.test(file) ||
    file.endsWith('.test.ts')
  );
}

/** Makes sure that web/dist is there and up to date. */
export async function prepareWeb() {
  if (!existsSync(inProject('web', 'vite.config.ts'))) {
    throw new Problem('web/vite.config.ts is missing, so the pages cannot be built. Is this clone complete?');
  }
  const script = JSON.parse(readFileSync(inProject('package.json'), 'utf8')).scripts.build;
  const sources = listFiles(projectRoot, ['web', 'sfu/protocol', 'package-lock.json'], isNoPartOfPages);
  const stamp = hashFiles(projectRoot, sources, [script]);
  if (readStamp(STAMP_FILE) === stamp) return;

  say('Building the web pages.');
  const env = projectEnvironment();
  const built = await run('sh', ['-c', `${script} --logLevel warn`], { cwd: projectRoot, env });
  if (!built) {
    throw new Problem('The web pages could not be built; the reason is written above.');
  }
  writeStamp(STAMP_FILE, stamp);
}
