import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

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

  it('has a README', () => {
    expect(readFileSync(join(root, folder, 'README.md'), 'utf8')).toContain(`# ${String(manifest['name'])}`);
  });
});
