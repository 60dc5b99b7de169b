import { defineConfig } from '@playwright/test';
import { launchOptions } from './fixtures/chromium';

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  workers: 2,
  // A test that passes at the second try has found something: it must not be forgiven.
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  reporter: 'list',
  timeout: 30_000,
  expect: { timeout: 5_000 },
  use: {
    browserName: 'chromium',
    actionTimeout: 5_000,
    navigationTimeout: 10_000,
    trace: 'retain-on-failure',
    launchOptions: launchOptions(),
    // A worker would answer where a test has broken the network, and hide from it what the page itself does. The tests
    // that are about it, and some that must be the same with it, allow it.
    serviceWorkers: 'block',
  },
});
