import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf } from '../support/child.ts';

/** The packages and their folders. The app only installs the last one by name. */
const packages = { templates: 'templates', policy: 'packages/policy', core: 'packages/core', nestjs: 'packages/nestjs' };

async function run(command: string, args: readonly string[], cwd: string): Promise<{ code: number | null; output: string }> {
  const { code, stdout, stderr } = await endOf(spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
  return { code, output: stdout + stderr };
}

describe('an app that installs the packed packages', { timeout: 600_000 }, () => {
  let folder: string;
  let tarballs: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenant-aws-peers-'));
    for (const packageFolder of Object.values(packages)) {
      const packed = await run(
        'npx',
        ['-y', 'pnpm@12.21.0', 'pack', '--pack-destination', folder],
        fileURLToPath(new URL(`../../${packageFolder}`, import.meta.url)),
      );
      if (packed.code !== 0) throw new Error(packed.output);
    }
    const files = await readdir(folder);
    tarballs = Object.fromEntries(
      Object.keys(packages).map((name) => [
        `@tenant-aws/${name}`,
        `file:${join(folder, files.find((file) => file.includes(`-${name}-`)) ?? '')}`,
      ]),
    );
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true }));

  /**
   * Resolves an install without downloading it. Like a real app, it names only the package of its framework, not its
   * dependencies: npm only enforces the peer ranges of packages that the app names itself.
   */
  async function install(sdk: readonly string[]): Promise<{ code: number | null; output: string }> {
    const app = await mkdtemp(join(folder, 'app-'));
    const { '@tenant-aws/nestjs': adapter = '', ...overrides } = tarballs;
    await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, overrides }));
    const nest = ['@nestjs/common@^12', '@nestjs/core@^12', 'reflect-metadata', 'rxjs'];
    return run('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund', adapter, ...nest, ...sdk], app);
  }

  it('is refused with an SDK that would use the credentials of one tenant for the next', async () => {
    const { code, output } = await install(['@aws-sdk/client-s3@3.758.0', '@aws-sdk/client-sts@3.758.0']);

    expect(code).not.toBe(0);
    expect(output).toContain('ERESOLVE');
  });

  it.each(['@aws-sdk/client-s3', '@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'])(
    'is refused if only %s is that old',
    async (name) => {
      const { code, output } = await install([`${name}@3.758.0`, '@aws-sdk/client-sts@^3.810.0']);

      expect(code).not.toBe(0);
      expect(output).toContain('ERESOLVE');
      expect(output).toContain(name);
    },
  );

  it('is accepted with an SDK that requests credentials at every call', async () => {
    const { code, output } = await install(['@aws-sdk/client-s3@3.810.0', '@aws-sdk/client-sts@3.810.0']);

    expect({ code, output: output.includes('ERESOLVE') }).toEqual({ code: 0, output: false });
  });
});
