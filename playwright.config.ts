import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  // Two browsers and a relay fill two cores: a second pair would only distort the first one's link.
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  // Two browsers, a relay and a server share two cores: what fails once for want of time is tried once more,
  // and said.
  retries: process.env.CI ? 1 : 0,
  reporter: [['list']],
  outputDir: 'test-results',
  // One set, whatever the machine: the test itself says where it may be compared.
  snapshotPathTemplate: '{testDir}/looks/pictures/{arg}{ext}',
});
