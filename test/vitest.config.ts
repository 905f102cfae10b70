import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // `source` runs the packages' TypeScript as it stands: no build between an edit and its test.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'templates/**/*.test.ts', 'test/**/*.test.ts', '.ci/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/bench/**', 'test/real/**'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: `.ci/reports/${process.env.TENANT_AWS_REPORT ?? 'tests'}.json` }]]
      : ['default'],
  },
});
