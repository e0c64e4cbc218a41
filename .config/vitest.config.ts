import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const INTEGRATION_TIMEOUT_MS = 30_000;

/** Tests beside the code that run ffmpeg and its like: one after the other, as those of the whole server. */
const withPrograms = [
  'recorder/test/**/*.test.ts',
  'recorder/{compose,drawing,finish}/**/*.test.ts',
  'recorder/{ffmpeg,capture/capture}.test.ts',
];

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['sfu/**/*.test.ts', 'recorder/**/*.test.ts', 'web/banner/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'sfu/test/**', ...withPrograms],
        },
      },
      {
        root,
        // State classes in .svelte.ts need Svelte's compiler, and its browser half to be reactive.
        plugins: [svelte({ configFile: false })],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'web',
          environment: 'node',
          include: ['web/src/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
        },
      },
      {
        root,
        test: {
          name: 'integration',
          environment: 'node',
          include: ['sfu/test/**/*.test.ts', ...withPrograms],
          exclude: ['**/node_modules/**'],
          testTimeout: INTEGRATION_TIMEOUT_MS,
          hookTimeout: INTEGRATION_TIMEOUT_MS,
          // Each file starts real servers and workers: one after the other, or they slow one another down.
          fileParallelism: false,
        },
      },
    ],
  },
});
