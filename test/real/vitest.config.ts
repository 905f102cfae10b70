import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What takes minutes, or needs clients of other languages: not a part of `npm test`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/real/**/*.test.ts'],
    maxWorkers: 2, // they wait for other processes and for STS, far more than they work
    testTimeout: 600_000,
    hookTimeout: 60_000,
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: `.ci/reports/${process.env.TEST_REPORT ?? 'real'}.json` }]]
      : ['default'],
  },
});
