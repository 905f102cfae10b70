import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, fileNameOf } from '../../../test/readme/blocks.ts';
import { serve } from '../../../test/readme/program.ts';
import { endOf } from '../../../test/support/child.ts';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const aws = notesAws();

/** The `tsconfig.json` of `nest new`, without the options that TypeScript 7 has removed. */
const nestNew = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  resolvePackageJsonExports: true,
  esModuleInterop: true,
  isolatedModules: true,
  declaration: true,
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  target: 'ES2023',
  outDir: './dist',
  types: ['node'],
  skipLibCheck: true,
  strictNullChecks: true,
};

const compile = (...args: string[]) => endOf(spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...args]));

describe.each([
  ['nodenext', 'nodenext'],
  ['commonjs', 'bundler'],
])('a CommonJS project with module %s and moduleResolution %s', (module, moduleResolution) => {
  let project: string;
  beforeAll(async () => {
    await mkdir(join(root, 'test/.cache'), { recursive: true });
    project = await mkdtemp(join(root, 'test/.cache/commonjs-'));
    const readme = blocksOf(await readFile(join(root, 'packages/nestjs/README.md'), 'utf8'));
    const files = readme.filter((block) => ['main.ts', 'app.module.ts'].includes(fileNameOf(block)));
    expect(files).toHaveLength(2);
    for (const file of files) await writeFile(join(project, fileNameOf(file)), file.text);
    await writeFile(join(project, 'package.json'), '{}');
    const compilerOptions = { ...nestNew, module, moduleResolution };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  });
  afterAll(() => rm(project, { recursive: true }));

  it('compiles the example of the README, loads the package with require() and serves each tenant', { timeout: 180_000 }, async () => {
    expect(await compile('-b', join(root, 'packages/nestjs'))).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await compile('-p', project)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await readFile(join(project, 'dist/app.module.js'), 'utf8')).toContain('require("@tenant-aws/nestjs")');

    const server = await serve(join(project, 'dist/main.js'), process.env, 'built');
    const get = async (authorization?: string) => {
      const response = await fetch(`${server.url}/notes`, authorization === undefined ? {} : { headers: { authorization } });
      return [response.status, await response.json()];
    };

    expect(await get(`Bearer ${await aws.issuer.token({ tenant: 'acme' })}`)).toEqual([200, { tenant: 'acme', notes: [] }]);
    expect(await get()).toEqual([401, expect.objectContaining({ code: 'token_missing' })]);
    expect(aws.calls.filter(({ operation }) => operation === 'ListObjectsV2')).toMatchObject([
      { decision: 'allowed', tenantSession: 'acme' },
    ]);
    await server.close();
  });
});
