import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';
import { nest11 } from './nest11.ts';

/** The tests of the NestJS package once more, on Nest 11. */
const config = mergeConfig(base, defineConfig({ plugins: [nest11()], test: { env: { NEST_MAJOR: '11' } } }));
config.test.include = ['packages/nestjs/test/**/*.test.ts'];
export default config;
