import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODES, newProject, nodeOf, type Project } from './packed/project.ts';
import { installed } from './packed/sizes.ts';

const frameworks = {
  express: 'express @aws-sdk/client-sts',
  koa: 'koa @aws-sdk/client-sts',
  nestjs: '@nestjs/common @nestjs/core reflect-metadata rxjs @aws-sdk/client-sts',
} as const;

describe.each(Object.keys(frameworks) as (keyof typeof frameworks)[])('@tenant-aws/%s', (adapter) => {
  let project: Project;
  let before: ReadonlyMap<string, number>;
  let after: ReadonlyMap<string, number>;
  beforeAll(async () => {
    project = await newProject();
    await project.type(`npm install ${frameworks[adapter]}`);
    before = installed(project);
    await project.type(`npm install @tenant-aws/${adapter}`);
    after = installed(project);
  }, 600_000);
  afterAll(() => project.remove());

  it('brings few packages without its framework and the AWS SDK, and no types', () => {
    const added = [...after].filter(([path]) => !before.has(path));
    const megabytes = added.reduce((sum, [, bytes]) => sum + bytes, 0) / 1024 ** 2;
    console.log(`@tenant-aws/${adapter}: ${added.length} packages, ${megabytes.toFixed(1)} MB`);

    expect(added.map(([path]) => path).filter((path) => path.includes('@types/'))).toEqual([]);
    expect(added.length).toBeLessThanOrEqual(30);
    expect(megabytes).toBeLessThan(6);
  });

  it.each(NODES)('is loaded by `require` and by `import` on Node.js %s', async (version) => {
    const node = nodeOf(version);
    project.write('package.json', JSON.stringify({ ...manifest(project), type: 'commonjs' }));
    const name = `@tenant-aws/${adapter}`;
    const required = project.write(
      'plain.js',
      `const { TokenVendingMachine, ...names } = require('${name}'); console.log(typeof TokenVendingMachine);`,
    );
    const imported = project.write('plain.mjs', `import { TokenVendingMachine } from '${name}'; console.log(typeof TokenVendingMachine);`);

    expect((await project.run([node, required])).stdout).toBe('function\n');
    expect((await project.run([node, imported])).stdout).toBe('function\n');
  });
});

function manifest({ folder }: Project): object {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
