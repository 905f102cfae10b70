/* oxlint-disable import/no-default-export -- Vitest reads the default export */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // In this repository the packages are their TypeScript sources. A project that installs them does not need these two lines.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  // Nest injects by the types of constructor parameters.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: { include: ['test/*.e2e-spec.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});
