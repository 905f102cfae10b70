import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localAws } from '../support/local-aws-per-file.ts';
import { MANAGERS, type Manager, newProject, NODES, type NodeVersion } from './packed/project.ts';
import { follow } from './packed/readme.ts';
import { root } from './packed/registry.ts';

/** A copy of the repository's documents, to try changed ones. */
const documents = process.env.TENANT_AWS_READMES ?? root;

const readmes = ['.', ...readdirSync(join(root, 'packages')).map((name) => join('packages', name))]
  .map((folder) => join(folder, 'README.md'))
  .filter((path) => existsSync(join(documents, path)) && path !== 'packages/README.md');

/** Each README once, with the versions of Node.js and the package managers spread over them; or each with all of them. */
const matrix = readmes.flatMap((readme, index) =>
  process.env.TENANT_AWS_FULL
    ? NODES.flatMap((node) => MANAGERS.map((manager) => ({ readme, node, manager })))
    : [{ readme, node: NODES[index % NODES.length] ?? '24', manager: MANAGERS[index % MANAGERS.length] ?? 'npm' }],
) satisfies { readme: string; node: NodeVersion; manager: Manager }[];

const aws = localAws();

describe.concurrent('a new user', () => {
  it.each(matrix)('follows $readme with $manager on Node.js $node', async ({ readme, node, manager }) => {
    const project = await newProject(manager, node);
    try {
      if (readme.includes('nestjs') || readme === 'README.md') await startNestProject(project);

      expect(await follow(readFileSync(join(documents, readme), 'utf8'), project, aws)).toEqual([]);
    } finally {
      project.remove();
    }
  });
});

/** What `nest new` writes, of which the README only adds to. */
async function startNestProject(project: Awaited<ReturnType<typeof newProject>>): Promise<void> {
  project.write('tsconfig.json', JSON.stringify({ compilerOptions: { experimentalDecorators: true, emitDecoratorMetadata: true } }));
  await project.type('npm install @nestjs/common @nestjs/core @nestjs/platform-express reflect-metadata rxjs');
}
