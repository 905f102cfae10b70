import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf } from '../support/child.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packed = { templates: 'templates', policy: 'packages/policy', core: 'packages/core', prover: 'packages/prover' };
const installed = { express: 'packages/express', local: 'packages/local' };

/** The Nodes of this computer: the minimum, where it is installed, and the one that runs the tests. */
const pinned = join(root, '.ci/node22/node_modules/.bin/node');
const nodes = [['22.12', pinned] as const, ['the current version', process.execPath] as const].filter(([, path]) => existsSync(path));

const runners = {
  vitest: { hook: 'afterAll', module: 'vitest', command: ['node_modules/vitest/vitest.mjs', 'run'] },
  'node:test': { hook: 'after', module: 'node:test', command: ['--test', 'isolation.test.js'] },
  jest: { hook: 'afterAll', module: '@jest/globals', command: ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'] },
} as const;
type Runner = keyof typeof runners;

const APP = `import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { tenantCredentials } from '@tenant-aws/express';
import express from 'express';

const app = express();
app.use(tenantCredentials(process.env.LEAK ? { shared: ['wide'] } : {}));
app.get('/files', async ({ tenantAws, query }, res) => {
  const { Body } = await tenantAws.client(S3Client).send(new GetObjectCommand({ Bucket: 'notes', Key: String(query.key) }));
  res.send(await Body?.transformToString());
});
app.listen(process.env.PORT ?? 3000);
`;

/** The test of the README. The app reads its templates from the environment. */
const testFor = (runner: Runner): string => `import { startIsolationTest } from '@tenant-aws/local/testing';
import { ${runners[runner].hook}, test } from '${runners[runner].module}';

const { as, expectDenied, stop } = await startIsolationTest({
  app: () => import('./app.js'),
  objects: { notes: { 'globex/plan': 'secret' } },
});
${runners[runner].hook}(stop);

test("acme cannot reach globex's files", async () => {
  await expectDenied(() => as('acme').get('/files?key=globex/plan'));
});
`;

const WIDE = '{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::notes/*" }';

describe('an isolation test of an installed app', { timeout: 600_000 }, () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenant-aws-isolation-'));
    for (const path of Object.values({ ...packed, ...installed }))
      await succeed('npx', ['-y', 'pnpm@12.21.0', 'pack', '--pack-destination', folder], join(root, path));
    const files = await readdir(folder);
    const tarball = (name: string): string => `file:${join(folder, files.find((file) => file.includes(`-${name}-`)) ?? '')}`;
    const overrides = Object.fromEntries(Object.keys(packed).map((name) => [`@tenant-aws/${name}`, tarball(name)]));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module', overrides }));
    const others = ['express', '@aws-sdk/client-s3', '@aws-sdk/client-sts', 'vitest', 'jest'];
    await succeed('npm', ['install', '--no-audit', '--no-fund', ...Object.keys(installed).map(tarball), ...others], folder);
    await writeFile(join(folder, 'app.js'), APP);
    await mkdir(join(folder, 'wide'));
    await writeFile(join(folder, 'wide/wide.json'), WIDE);
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true }));

  const every = nodes.flatMap(([version, node]) => Object.keys(runners).map((runner) => [runner as Runner, version, node] as const));

  it.each(every)('passes with %s on Node.js %s, and the runner exits', async (runner, _, node) => {
    const { code, output } = await runTest(runner, node, { TENANT_AWS_TEMPLATES: 's3-folder-per-tenant?bucket=notes', AWS_PROFILE: 'dev' });
    expect({ code, output }).toMatchObject({ code: 0 });
  });

  it.each(every.filter(([, version]) => version === every[0]?.[1]))(
    'fails with %s on Node.js %s if a template is too wide',
    async (runner, _, node) => {
      const { code, output } = await runTest(runner, node, { TENANT_AWS_TEMPLATES: 'wide', TENANT_AWS_TEMPLATE_SOURCE: 'wide', LEAK: '1' });
      expect(code).not.toBe(0);
      expect(output).toContain('AWS allowed GetObject on arn:aws:s3:::notes/globex/plan for the session acme');
    },
  );

  async function runTest(runner: Runner, node: string, variables: Record<string, string>) {
    await writeFile(join(folder, 'isolation.test.js'), testFor(runner));
    // The runner's own processes use the same Node.
    const env = { ...process.env, NODE_OPTIONS: '', ...variables, PATH: `${dirname(node)}${delimiter}${process.env['PATH']}` };
    return run(node, runners[runner].command, folder, env);
  }
});

async function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env) {
  const { code, stdout, stderr } = await endOf(spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  return { code, output: stdout + stderr };
}

async function succeed(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, output } = await run(command, args, cwd);
  if (code !== 0) throw new Error(output);
}
