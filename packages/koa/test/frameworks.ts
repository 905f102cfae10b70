import { createRequire } from 'node:module';
import Koa from 'koa';

/** Koa 2 is installed under an alias without types. For these tests, the types of Koa 3 fit. */
const koa2: typeof Koa = createRequire(import.meta.url)('koa2');

/** Every framework version that the package supports. */
export const frameworks: readonly (readonly [name: string, framework: typeof Koa])[] = [
  ['Koa 3', Koa],
  ['Koa 2', koa2],
];
