import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { nest11 } from './nest11/nest11.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // `source` runs the packages' TypeScript as it stands: no build between an edit and its test.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['{packages/*/test,templates,test,.ci}/**/*.test.ts', 'examples/*/test/*.e2e-spec.ts'],
          exclude: ['**/node_modules/**', 'test/{bench,real}/**'],
        },
      },
      {
        extends: true,
        plugins: [nest11()],
        test: { name: 'nest 11', include: ['packages/nestjs/test/**/*.test.ts', 'test/e2e/nest.test.ts'] },
      },
    ],
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: `.ci/reports/${process.env.TENANT_AWS_REPORT ?? 'tests'}.json` }]]
      : ['default'],
  },
});
