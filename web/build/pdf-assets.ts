import { readdir, readFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { Plugin } from 'vite';

/** What pdf.js fetches when a document needs it, served by ourselves (Q2): see the options in src/stage/pdf.ts. */
const folders: Record<string, (name: string) => boolean> = {
  cmaps: (name) => name.endsWith('.bcmap'),
  standard_fonts: (name) => name.endsWith('.pfb') || name.endsWith('.ttf'),
  // quickjs runs the scripts of documents: nobody shall.
  wasm: (name) => (name.endsWith('.wasm') || name.endsWith('.js')) && !name.startsWith('quickjs'),
  iccs: (name) => name.endsWith('.icc'),
};
const licence = /^LICENSE/u;

const contentTypes: Record<string, string> = { '.wasm': 'application/wasm', '.js': 'text/javascript' };

/**
 * Puts the parts of pdf.js that it loads by address below /assets/, in a folder that carries its version: they
 * keep their names and never change there, so browsers may keep them for good.
 */
export function pdfAssets(): Plugin {
  const manifest = createRequire(import.meta.url).resolve('pdfjs-dist/package.json');
  const home = dirname(manifest);
  return {
    name: 'taimen-pdf-assets',
    async generateBundle() {
      const folder = `assets/pdfjs-${await version(manifest)}`;
      for (const { name, path } of await files(home)) {
        this.emitFile({ type: 'asset', fileName: `${folder}/${name}`, source: await readFile(path) });
      }
    },
    async configureServer(server) {
      const base = `/assets/pdfjs-${await version(manifest)}/`;
      const served = new Map((await files(home)).map(({ name, path }) => [base + name, path]));
      server.middlewares.use((request, response, next) => {
        const path = served.get((request.url ?? '').replace(/[?#].*$/u, ''));
        if (path === undefined) {
          next();
          return;
        }
        response.setHeader('Content-Type', contentTypes[extname(path)] ?? 'application/octet-stream');
        createReadStream(path).pipe(response);
      });
    },
  };
}

async function version(manifest: string): Promise<string> {
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
}

async function files(home: string): Promise<{ name: string; path: string }[]> {
  const lists = Object.entries(folders).map(async ([folder, wanted]) => {
    const names = await readdir(join(home, folder));
    return names
      .filter((name) => wanted(name) || licence.test(name))
      .filter((name) => !name.includes('QUICKJS'))
      .map((name) => ({ name: `${folder}/${name}`, path: join(home, folder, name) }));
  });
  return (await Promise.all(lists)).flat();
}
