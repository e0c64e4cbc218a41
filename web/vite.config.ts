import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { banner } from './build/banner.ts';
import { pdfAssets } from './build/pdf-assets.ts';
import { precompress } from './build/precompress.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const page = (name: string) => here(`./pages/${name}/index.html`);

/** The desk's own parts; what comes with the first document: pdf.js, the page, what is around it, words and signs; recording. */
const neededLater =
  /\/web\/src\/(desk|stage|documents|recording)\/|\/web\/src\/i18n\/(stage|documents|recording|history|failures-documents|failures-recording)|\/pdfjs-dist\/|\/icons\/(arrow-left|download|chevron-left|chevron-right|layout-list|maximize|zoom-in|zoom-out)\.svelte$/u;

/*
 * Every page has an entry of its own, so that a customer downloads nothing of the desk. What the pages share
 * is few files on purpose: on a phone each request costs more than the bytes in it.
 */
export default defineConfig({
  root: here('.'),
  // Pages live at /, /join, /i/… and /meeting/…: addresses of files begin at the root.
  base: '/',
  publicDir: 'public',
  plugins: [svelte({ configFile: false }), pdfAssets(), banner(), precompress()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    target: 'es2022',
    // The content security policy allows no inline data, and the polyfill would be an inline script's helper.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    // pdf.js and its worker are what they are; nobody fetches them before a document is at hand.
    chunkSizeWarningLimit: 1_500,
    rolldownOptions: {
      input: {
        start: page('start'),
        join: page('join'),
        meeting: page('meeting'),
        dashboard: page('dashboard'),
      },
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
        codeSplitting: {
          // What two pages or more have in common is one file, but for what most visits never need.
          groups: [{ name: 'shared', minShareCount: 2, test: (id) => !neededLater.test(id) }],
        },
      },
    },
  },
});
