import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'lib/**/*.test.ts',
      'lib/**/*.test.tsx',
      'app/**/*.test.ts',
      'app/**/*.test.tsx',
      'signaling/**/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/**/*.test.ts',
      'testbed/**/*.test.ts',
    ],
    testTimeout: 30_000,
    // Two cores: more workers than that only make every timing noisier.
    maxWorkers: 2,
  },
});
