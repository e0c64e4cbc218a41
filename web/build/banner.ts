import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The banner for other people's sites (B4), all of web/banner/ in one classic script that leaves no name but one behind. */
export async function buildBanner(): Promise<string> {
  const built = await build({
    configFile: false,
    root: here('..'),
    publicDir: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: {
        input: here('../banner/banner.ts'),
        output: { format: 'iife', entryFileNames: 'banner.js' },
      },
    },
  });
  const files = [built].flat().flatMap((each) => ('output' in each ? each.output : []));
  const [script, ...more] = files;
  if (script?.type !== 'chunk' || more.length > 0)
    throw new Error(`The banner has to be one script, and is ${files.length} files.`);
  return script.code;
}

/** Puts it where its address says: it keeps its name, so that one line on a company's site holds for years. */
export function banner(): Plugin {
  return {
    name: 'taimen-banner',
    apply: 'build',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'banner.js', source: await buildBanner() });
    },
  };
}
