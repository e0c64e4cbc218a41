import { defineConfig } from '@playwright/test';

/* Real browsers, a real server, real media: one story at a time, or they slow one another down. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../test-results',
  globalSetup: './kit/build-pages.ts',
  workers: 1,
  fullyParallel: false,
  // A test that fails now and then is a defect.
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    screenshot: 'only-on-failure',
    // Filming four browsers would take the processor from the calls that are being tested.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: false },
  },
});
