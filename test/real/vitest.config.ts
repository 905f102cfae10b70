import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that take minutes or need clients of other languages. They are not part of `npm test`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/real/**/*.test.ts'],
    globalSetup: 'test/real/packed/global-setup.ts',
    maxWorkers: 2, // the tests mostly wait for other processes and for STS
    testTimeout: 600_000,
    hookTimeout: 60_000,
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: `.ci/reports/${process.env.TEST_REPORT ?? 'real'}.json` }]]
      : ['default'],
  },
});
