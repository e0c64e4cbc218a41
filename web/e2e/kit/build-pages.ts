import { existsSync } from 'node:fs';
import path from 'node:path';

/** Before the first test: the pages as they are in the sources now. `npm test` has built them already. */
export default async function buildPages(): Promise<void> {
  const given = process.env['WEB_DIR'];
  if (given) {
    if (!existsSync(path.join(given, 'pages')))
      throw new Error(`WEB_DIR is ${given}, but there are no pages.`);
    return;
  }
  // Plain JavaScript, which this part of the project has no types of.
  const setup = new URL('../../../sfu/setup/web.mjs', import.meta.url).href;
  const { prepareWeb } = (await import(setup)) as { prepareWeb: () => Promise<void> };
  await prepareWeb();
}
