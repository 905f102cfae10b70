import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';

/** Resolves every import of a NestJS package to the version in this folder: NestJS 11 and the packages that belong to it. */
export function nest11(): Plugin {
  const importer = fileURLToPath(import.meta.url);
  return {
    name: 'nest-11',
    enforce: 'pre',
    config: () => ({ test: { env: { NEST_MAJOR: '11' } } }),
    resolveId(id, _importer, options) {
      return id.startsWith('@nestjs/') ? this.resolve(id, importer, { ...options, skipSelf: true }) : undefined;
    },
  };
}
