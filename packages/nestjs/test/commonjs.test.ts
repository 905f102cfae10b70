import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, fileNameOf } from '../../../test/readme/blocks.ts';
import { serve } from '../../../test/readme/program.ts';
import { endOf } from '../../../test/support/child.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The `tsconfig.json` of `nest new` of Nest 11, without the options that TypeScript 7 has removed. Nest 12 has `strict`. */
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

const node = (...args: string[]) => endOf(spawn(process.execPath, args));
const compile = (...args: string[]) => node(join(root, 'node_modules/typescript/bin/tsc'), ...args);

describe.each([
  ['CommonJS', {}, 'nodenext', 'nodenext'],
  ['CommonJS', {}, 'commonjs', 'bundler'],
  ['ES module', { type: 'module' }, 'nodenext', 'nodenext'],
])(
  'the quick start of the README in a project of the kind %s (%j) with module %s and moduleResolution %s',
  (kind, manifest, module, moduleResolution) => {
    let project: string;
    beforeAll(async () => {
      await mkdir(join(root, 'test/.cache'), { recursive: true });
      project = await mkdtemp(join(root, 'test/.cache/commonjs-'));
      const readme = blocksOf(await readFile(join(root, 'packages/nestjs/README.md'), 'utf8'));
      const files = readme.filter((block) => ['main.ts', 'app.module.ts', 'dev.ts'].includes(fileNameOf(block)));
      expect(files).toHaveLength(3);
      for (const file of files) await writeFile(join(project, fileNameOf(file)), file.text);
      await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
      const compilerOptions = { ...nestNew, module, moduleResolution };
      await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    });
    afterAll(() => rm(project, { recursive: true }));

    it('compiles, loads the package and serves each tenant', { timeout: 180_000 }, async () => {
      expect(await node(join(root, '.ci/build-packages.ts'))).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await compile('-p', project)).toEqual({ code: 0, stdout: '', stderr: '' });
      const compiled = await readFile(join(project, 'dist/app.module.js'), 'utf8');
      expect(compiled.includes('require("@tenant-aws/nestjs")')).toBe(kind === 'CommonJS');

      const { PATH } = process.env;
      const server = await serve(join(project, 'dist/dev.js'), PATH === undefined ? {} : { PATH }, 'built');
      const authorization = `Bearer ${await server.printed(/^ACME=(.+)$/)}`;
      const put = (key: string) =>
        fetch(`${server.url}/files?key=${key}`, {
          method: 'PUT',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify({ text: 'sell more anvils' }),
        });

      expect((await put('acme/plan')).status).toBe(200);
      expect(await (await fetch(`${server.url}/files?key=acme/plan`, { headers: { authorization } })).text()).toBe('sell more anvils');
      expect(await (await put('globex/plan')).json()).toMatchObject({ status: 403, code: 'aws_access_denied' });
      expect((await fetch(`${server.url}/files?key=acme/plan`)).status).toBe(401);
      await server.close();
    });
  },
);
