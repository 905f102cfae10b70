import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blocksOf, fileNameOf } from './readme/blocks.ts';
import { endOf } from './support/child.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readmes = globSync(['README.md', 'packages/core/*.md', 'packages/*/README.md'], { cwd: root });

/** The options of a strict project. `source`: the packages are their sources, which also need the last two options, and no build. */
const compilerOptions = {
  module: 'nodenext',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  customConditions: ['source'],
  types: ['node'],
  target: 'esnext',
  exactOptionalPropertyTypes: true,
};

/** Only other folders have the declarations of these packages. */
const UNRESOLVED = ["from 'koa-passport'", "from '@nestjs/cache-manager'"];

let scratch: string;
beforeAll(async () => {
  await mkdir(join(root, 'test/.cache'), { recursive: true });
  scratch = await mkdtemp(join(root, 'test/.cache/readme-types-'));
});
afterAll(() => rm(scratch, { recursive: true }));

it('compiles every sample of a README in a strict project', async () => {
  await writeFile(join(scratch, 'package.json'), '{ "type": "module" }');
  await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
  let samples = 0;
  for (const path of readmes) {
    for (const block of blocksOf(readFileSync(join(root, path), 'utf8'))) {
      if (block.language !== 'ts' || UNRESOLVED.some((line) => block.text.includes(line))) continue;
      const file = join(scratch, path.replace('.md', ''), fileNameOf(block));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, block.text);
      samples += 1;
    }
  }

  expect(samples).toBeGreaterThan(30);
  expect(await endOf(spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', scratch]))).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
});
