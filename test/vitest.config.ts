import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { nest11 } from './nest11/nest11.ts';

/** Files that replace a module, listen to events of the whole process, or register clients that every later NestJS application would inject. */
const alone = [
  'packages/nestjs/test/**/*.test.ts',
  'examples/nestjs/test/*.e2e-spec.ts',
  'test/e2e/nest.test.ts',
  'test/security/canary.test.ts',
];

/**
 * The slowest files have their own lane: many random requests, a build, programs that are started one after the other, old majors of
 * frameworks, and on NestJS 11 the files that differ least from NestJS 12.
 */
const heavy = [
  'test/readme.test.ts',
  'test/demo/demo.test.ts',
  'test/e2e/{express-4,koa-2,example-nestjs}.test.ts',
  'test/faults/outage.test.ts',
  'packages/express/test/readme-express-4.test.ts',
  'packages/local/test/dynamodb/partiql-attacks.test.ts',
  'packages/nestjs/test/{commonjs,graphql-foreign-context,interleaving,singletons}.test.ts',
  'packages/local/test/parallel.test.ts',
  'test/security/current-tenant.test.ts',
];
const heavyOnNest11 = [
  'packages/nestjs/test/{interleaving,singletons}.test.ts',
  'packages/nestjs/test/{foreign-context,graphql-{fields,foreign-context,subscription},http-handlers,parameters,readme-quick-start}.test.ts',
  'test/e2e/nest.test.ts',
];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // `source` runs the TypeScript sources of the packages: no build is needed between an edit and its test.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // An isolated worker for each file would load the AWS SDK about two hundred times: only some files have one.
    isolate: false,
    // The default logger of a gate. The tests of the logger read the lines.
    onConsoleLog: (log) => (log.startsWith('Tenant AWS refused a request:') ? false : undefined),
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
              exclude: ['**/node_modules/**', 'test/real/**', ...alone, ...heavy],
            },
          },
          { extends: true, test: { name: 'alone', include: alone, exclude: heavy, isolate: true } },
          {
            extends: true,
            plugins: [nest11()],
            test: {
              name: 'nest 11',
              include: ['packages/nestjs/test/**/*.test.ts'],
              exclude: [...heavyOnNest11, 'packages/nestjs/test/commonjs.test.ts'], // it starts a process, which has NestJS 12
              isolate: true,
            },
          },
        ],
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: `.ci/reports/${process.env.TEST_REPORT ?? 'tests'}.json` }]]
      : ['default'],
  },
});
