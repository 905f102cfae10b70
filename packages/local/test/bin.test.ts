import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLE_ARN } from './start-aws.ts';

const BIN = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenant-aws-local-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function configFile(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function run(...args: string[]) {
  return spawn(
    process.execPath,
    ['--conditions=source', '--experimental-strip-types', '--disable-warning=ExperimentalWarning', BIN, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

/** The output up to the line `# ready`. */
async function untilReady(stdout: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stdout) {
    text += String(chunk);
    if (text.includes('# ready')) break;
  }
  return text;
}

describe('the command', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('prints shell lines, serves requests, and exits on %s', async (signal) => {
    const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } };
    const config = await configFile(
      'good.json',
      JSON.stringify({ roles: { [ROLE_ARN]: { policy } }, buckets: ['notes'], region: 'eu-central-1' }),
    );
    const child = run('--config', config, '--port', '0');
    const exit = once(child, 'exit');
    try {
      const text = await untilReady(child.stdout);
      const env = Object.fromEntries([...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));
      expect(text).toMatch(/^unset .*\bAWS_PROFILE\b.*\bAWS_SESSION_TOKEN\b/m);
      expect(env['AWS_REGION']).toBe('eu-central-1');
      const sts = new STSClient({
        endpoint: String(env['AWS_ENDPOINT_URL']),
        region: 'eu-central-1',
        credentials: { accessKeyId: String(env['AWS_ACCESS_KEY_ID']), secretAccessKey: String(env['AWS_SECRET_ACCESS_KEY']) },
      });
      expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:iam::000000000000:user/base');
      sts.destroy();
    } finally {
      child.kill(signal);
    }
    // Nothing calls process.exit: the exit shows that close() leaves no open handle.
    expect(await exit).toEqual([0, null]);
  });

  it('prints the error and the usage, and exits with 2', async () => {
    const config = await configFile('unknown.json', '{"roles":{},"bukets":[]}');
    for (const [args, message] of [
      [[], '`--config` is missing'],
      [['--config', config], '`bukets` is not an option'],
    ] as const) {
      const child = run(...args);
      const exit = once(child, 'exit');
      let text = '';
      for await (const chunk of child.stderr) text += String(chunk);
      expect(await exit).toEqual([2, null]);
      expect(text).toContain(message);
      expect(text).toContain('usage: tenant-aws-local');
    }
  });
});
