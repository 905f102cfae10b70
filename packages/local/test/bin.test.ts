import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
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

  it('needs no file: it prints the token of the control API, which serves requests', async () => {
    const child = run();
    const exit = once(child, 'exit');
    try {
      const text = await untilReady(child.stdout);
      const [, origin = '', token = ''] = /^# control API at (\S+)\/_local, token ([\w-]{43})$/m.exec(text) ?? [];
      expect(text).toContain('\n# enforcing IAM\n');
      expect(text.trimEnd().split('\n').at(-1)).toMatch(/^# ready at http:\/\/127\.0\.0\.1:\d+, issuer /);
      expect((await fetch(`${origin}/_local/health`)).status).toBe(200);
      expect((await fetch(`${origin}/_local/admin`)).status).toBe(401);
      expect((await fetch(`${origin}/_local/admin`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    } finally {
      child.kill();
    }
    expect(await exit).toEqual([0, null]);
  });

  it('takes the token from a file, which it does not print, and prints lines that a shell evaluates', async () => {
    const token = 'x'.repeat(40);
    const file = await configFile('token', token);
    await chmod(file, 0o600);
    const child = run('--token-file', file);
    const exit = once(child, 'exit');
    try {
      const text = await untilReady(child.stdout);
      expect(text).not.toContain(token);
      expect(text).toContain(`token in ${JSON.stringify(file)}`);
      const shown = execFileSync('/bin/sh', ['-c', 'eval "$LINES_TO_RUN"; echo "$AWS_ENDPOINT_URL $AWS_PROFILE"'], {
        env: { LINES_TO_RUN: text, AWS_PROFILE: 'production' },
      });
      expect(String(shown)).toMatch(/^http:\/\/127\.0\.0\.1:\d+ \n$/);
      const origin = String(shown).trim();
      expect((await fetch(`${origin}/_local/calls`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    } finally {
      child.kill();
    }
    expect(await exit).toEqual([0, null]);
  });

  it('warns if other machines can reach it, and has the public host in its URLs', async () => {
    const child = run('--host', '0.0.0.0', '--public-host', 'local-aws');
    const exit = once(child, 'exit');
    const warning = once(child.stderr, 'data');
    try {
      const text = await untilReady(child.stdout);
      expect(String(await warning)).toMatch(/^warning: other machines can reach this process/);
      expect(text).toMatch(/^export AWS_ENDPOINT_URL='http:\/\/local-aws:\d+'$/m);
      expect(text).toMatch(/, issuer http:\/\/local-aws:\d+\/tenants$/m);
    } finally {
      child.kill();
    }
    expect(await exit).toEqual([0, null]);
  });

  it.each([
    ['--help', /^usage: tenant-aws-local /],
    ['--version', /^\d+\.\d+\.\d+/],
  ])('prints to stdout with %s, and exits with 0', async (arg, expected) => {
    const { code, stdout, stderr } = await output(arg);
    expect(stdout).toMatch(expected);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('prints one sentence and a hint if it cannot start, and exits with 2', async () => {
    const unknown = await configFile('unknown.json', '{"roles":{},"bukets":[]}');
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const refused = async ([args, message]: readonly [readonly string[], string]): Promise<void> => {
      const { code, stdout, stderr } = await output(...args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.split('\n')).toEqual([expect.stringContaining(message), 'Try `tenant-aws-local --help`.', '']);
    };
    try {
      const starts: [string[], string][] = [
        [['--config', unknown], '`bukets` is not an option'],
        [['--prot', '1'], '`--prot` is not an option'],
        [['--port', String(port)], `the address 127.0.0.1, port ${port}, is in use`],
      ];
      await Promise.all(starts.map(refused));
    } finally {
      server.close();
    }
  });
});

async function output(...args: string[]) {
  const child = run(...args);
  const exit = once(child, 'close');
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code]: unknown[] = await exit;
  return { code, stdout, stderr };
}
