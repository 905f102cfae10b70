import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { nest11 } from './nest11/nest11.ts';

/** Files that replace a module, listen to the whole process, or name clients that every later NestJS application would be given. */
const alone = [
  'packages/nestjs/test/**/*.test.ts',
  'examples/nestjs/test/*.e2e-spec.ts',
  'test/e2e/{express-4,koa-2,nest}.test.ts',
  'test/security/canary.test.ts',
];

/** What takes longest, for a lane of its own: the measurements of singletons, and on NestJS 11 what differs least from 12. */
const heavy = ['packages/nestjs/test/singletons.test.ts'];
const heavyOnNest11 = [
  ...heavy,
  'packages/nestjs/test/{foreign-context,graphql-{fields,foreign-context,subscription},interleaving,parameters,readme-quick-start}.test.ts',
];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // `source` runs the packages' TypeScript as it stands: no build between an edit and its test.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A worker for each file would load the AWS SDK some two hundred times over: only some have one.
    isolate: false,
    maxWorkers: 3, // tests wait more than they compute
    projects: process.env.TENANT_AWS_HEAVY
      ? [
          { extends: true, test: { name: 'heavy', include: heavy, isolate: true } },
          { extends: true, plugins: [nest11()], test: { name: 'nest 11, heavy', include: heavyOnNest11, isolate: true } },
        ]
      : [
          {
            extends: true,
            test: {
              name: 'all',
              include: ['{packages/*/test,templates,test,.ci}/**/*.test.ts', 'examples/*/test/*.e2e-spec.ts'],
              exclude: ['**/node_modules/**', 'test/{bench,real}/**', ...alone],
            },
          },
          { extends: true, test: { name: 'alone', include: alone, exclude: heavy, isolate: true } },
          {
            extends: true,
            plugins: [nest11()],
            test: {
              name: 'nest 11',
              include: ['packages/nestjs/test/**/*.test.ts', 'test/e2e/nest.test.ts'],
              exclude: heavyOnNest11,
              isolate: true,
            },
          },
        ],
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: `.ci/reports/${process.env.TEST_REPORT ?? 'tests'}.json` }]]
      : ['default'],
  },
});
