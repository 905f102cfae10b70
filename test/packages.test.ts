import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { linksOf } from './readme/blocks.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['templates', ...readdirSync(join(root, 'packages')).map((name) => join('packages', name))].filter((folder) =>
  existsSync(join(root, folder, 'package.json')),
);

describe.each(folders)('%s', (folder) => {
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

  it('has everything in package.json that a registry shows', () => {
    expect(manifest).toMatchObject({
      name: `@tenant-aws/${folder.split('/').at(-1)}`,
      description: expect.stringMatching(/^[A-Z].{20,}[^.]$/),
      keywords: expect.arrayContaining(['aws', 'iam', 'saas', 'multi-tenant', 'tenant-isolation']),
      license: 'Apache-2.0',
      homepage: expect.stringContaining(`/${folder}#readme`),
      bugs: expect.stringMatching(/^https:/),
      repository: { type: 'git', directory: folder },
      type: 'module',
      engines: { node: '>=22.12' },
    });
    expect(manifest).toHaveProperty('sideEffects');
  });

  it('has a README that names the package and, if it has code, the required Node.js', () => {
    const readme = readFileSync(join(root, folder, 'README.md'), 'utf8');
    expect(readme).toContain(`# ${String(manifest['name'])}`);
    if (folder !== 'templates') expect(readme).toContain('22.12 or later');
  });
});

describe('packages/README.md', () => {
  const map = readFileSync(join(root, 'packages/README.md'), 'utf8');
  const targets = linksOf(map).map(({ path }) => join('packages', path));

  it('has every package and every folder of core', () => {
    const core = readdirSync(join(root, 'packages/core/src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const expected = [...folders, ...core.map(({ name }) => join('packages/core/src', name))];
    expect(expected.filter((folder) => !targets.includes(folder))).toEqual([]);
  });

  it('names only entry points that package.json exports', () => {
    const named = /Second entry points.*?: (.*)\./.exec(map)?.[1]?.match(/[a-z]+\/[a-z]+/g) ?? [];
    const exported = folders.flatMap((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { exports: object };
      const entryPoints = Object.keys(manifest.exports).filter((path) => path !== '.' && !path.includes('*'));
      return entryPoints.map((path) => join(folder.split('/').at(-1) ?? '', path));
    });
    expect(named.toSorted()).toEqual(exported.toSorted());
  });
});
