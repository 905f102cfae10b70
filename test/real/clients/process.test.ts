import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeFlags } from '../../support/node-flags.ts';
import { run } from './steps-cli.ts';
import { workingOnes } from './working-clients.ts';
import { freePort } from '../../support/free-port.ts';

const roleArn = 'arn:aws:iam::000000000000:role/TenantAccess';
const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ['s3:*', 'sqs:*'], Resource: '*' } };

let folder: string;
let child: ChildProcess;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenant-aws-process-'));
  const config = join(folder, 'local.json');
  // The trust policy has the URL of the issuer, so its port must be known before the start.
  const issuerPort = await freePort();
  const Federated = `arn:aws:iam::000000000000:oidc-provider/127.0.0.1:${issuerPort}/tenants`;
  const Statement = { Effect: 'Allow', Principal: { Federated }, Action: 'sts:AssumeRoleWithWebIdentity' };
  const roles = { [roleArn]: { policy, trust: { Version: '2012-10-17', Statement } } };
  await writeFile(config, JSON.stringify({ roles, issuerPort, buckets: ['notes'], queues: ['acme_jobs', 'globex_jobs'] }));
  const bin = fileURLToPath(new URL('../../../packages/local/src/bin.ts', import.meta.url));
  child = spawn(process.execPath, [...nodeFlags, bin, '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  const text = await untilReady(child);
  const [, LOCAL_AWS, LOCAL_AWS_TOKEN] = /^# control API at (\S+)\/_local, token (\S+)$/m.exec(text) ?? [];
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  env = { ...Object.fromEntries(inherited), LOCAL_AWS, LOCAL_AWS_TOKEN, AWS_EC2_METADATA_DISABLED: 'true' };
});
afterAll(async () => {
  const exit = once(child, 'exit');
  child.kill();
  await exit;
  await rm(folder, { recursive: true });
});

async function untilReady({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of stdout ?? []) {
    text += String(chunk);
    if (text.includes('# ready')) break;
  }
  return text;
}

const pythons = await workingOnes(['python3', '/usr/bin/python3'], ['-c', 'import boto3']);

it.each(pythons)(
  'the process of the command serves boto3 of %s, which sends forms to SQS if it is old',
  { timeout: 60_000 },
  async (python) => {
    const { ok, text } = await run(python, [fileURLToPath(new URL('process.py', import.meta.url))], env);
    expect(ok, text).toBe(true);
    expect(JSON.parse(text)).toEqual({
      outcomes: {
        'puts its own object': 'allowed',
        'gets its own object': 'allowed',
        'sends to its own queue': 'allowed',
        'receives from its own queue': 'allowed',
        "gets another's object": 'denied',
        "sends to another's queue": 'denied',
        "sends a batch to another's queue": 'denied',
        'is throttled': expect.stringContaining('SlowDown'),
      },
      denied: ['GetObject', 'SendMessage', 'SendMessageBatch'],
    });
  },
);
