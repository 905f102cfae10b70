import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, fileNameOf } from '../readme/blocks.ts';
import { serve, type Served } from '../readme/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = blocksOf(readFileSync(join(root, 'packages/local/README.md'), 'utf8')).filter(({ language }) => language === 'ts');

/** The shell of a developer who works with other AWS accounts. */
const shell = {
  AWS_PROFILE: 'production',
  AWS_SESSION_TOKEN: 'stale',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
  AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9',
  AWS_USE_FIPS_ENDPOINT: 'true',
};

describe('dev.ts in the README', () => {
  let folder: string;
  beforeAll(async () => {
    await mkdir(join(root, 'test/.cache'), { recursive: true });
    folder = await mkdtemp(join(root, 'test/.cache/dev-')); // inside the workspace, so that imports resolve to the packages
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    for (const program of programs) {
      const text = program.text.replace('node_modules/.cache/tenant-aws-issuer.json', join(folder, 'issuer.json'));
      await writeFile(join(folder, fileNameOf(program)), text);
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  const start = (): Promise<Served> => serve(join(folder, 'dev.ts'), { ...process.env, ...shell });
  const get = async (server: Served, token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${server.url}/files?key=globex/plan`, { headers });
    return { status: response.status, text: await response.text() };
  };

  it('works in a shell with AWS variables, and accepts a token of before the restart', async () => {
    const first = await start();
    const token = await first.printed(/^ACME=(.+)$/);
    expect(await get(first, token)).toMatchObject({ status: 403, text: expect.stringContaining('aws_access_denied') });
    await first.close();

    const second = await start();
    expect(await get(second, token)).toMatchObject({ status: 403, text: expect.stringContaining('aws_access_denied') });
    expect(await get(second, `${token.slice(0, -8)}AAAAAAAA`)).toMatchObject({ status: 401 });
    await second.close();
  });
});
