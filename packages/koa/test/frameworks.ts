import { createRequire } from 'node:module';
import Koa from 'koa';

/** The types of Koa 3 hold for what these tests use of Koa 2, which comes under an alias without types. */
const koa2: typeof Koa = createRequire(import.meta.url)('koa2');

/** Every framework version that the package promises. */
export const frameworks: readonly (readonly [name: string, framework: typeof Koa])[] = [
  ['Koa 3', Koa],
  ['Koa 2', koa2],
];
