import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const packages = ['templates', 'packages/policy', 'packages/core', 'packages/nestjs'];

async function run(command: string, args: readonly string[], cwd: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, output: stdout + stderr };
}

describe('an app that installs the packed packages', { timeout: 600_000 }, () => {
  let folder: string;
  let tarballs: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenant-aws-peers-'));
    for (const name of packages) {
      const packed = await run(
        'npx',
        ['-y', 'pnpm@12.21.0', 'pack', '--pack-destination', folder],
        fileURLToPath(new URL(`../../${name}`, import.meta.url)),
      );
      if (packed.code !== 0) throw new Error(packed.output);
    }
    tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz')).map((name) => join(folder, name));
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true }));

  /** Resolves what an install would resolve, and downloads nothing. */
  async function install(sdk: readonly string[]): Promise<{ code: number | null; output: string }> {
    const app = await mkdtemp(join(folder, 'app-'));
    await writeFile(join(app, 'package.json'), '{ "name": "app", "private": true }');
    const nest = ['@nestjs/common@^12', '@nestjs/core@^12', 'reflect-metadata', 'rxjs'];
    return run('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund', ...tarballs, ...nest, ...sdk], app);
  }

  it('is refused beside an SDK that keeps the credentials of one tenant for the next', async () => {
    const { code, output } = await install(['@aws-sdk/client-s3@3.758.0', '@aws-sdk/client-sts@3.758.0']);

    expect(code).not.toBe(0);
    expect(output).toContain('ERESOLVE');
  });

  it.each(['@aws-sdk/client-s3', '@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'])(
    'is refused where %s alone is that old',
    async (name) => {
      const { code, output } = await install([`${name}@3.758.0`, '@aws-sdk/client-sts@^3.810.0']);

      expect(code).not.toBe(0);
      expect(output).toContain('ERESOLVE');
      expect(output).toContain(name);
    },
  );

  it('is content with one that asks at every call', async () => {
    const { code, output } = await install(['@aws-sdk/client-s3@3.810.0', '@aws-sdk/client-sts@3.810.0']);

    expect({ code, output: output.includes('ERESOLVE') }).toEqual({ code: 0, output: false });
  });
});
