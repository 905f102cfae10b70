import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucket, table } from '../../support/notes-aws.ts';
import type { Report, Step } from './isolation-steps.ts';

/** The AWS CLI reads AWS_ENDPOINT_URL since 2.13 and 1.29. A Debian release may have an older version. */
function readsEndpoint({ major, minor }: Version): boolean {
  return major > 2 || (major === 2 ? minor >= 13 : minor >= 29);
}

/** AWS CLI 1 presigns with SigV2 by default, which newer regions of AWS also refuse. */
const SIGV4_FOR_S3 = '[default]\ns3 =\n  signature_version = s3v4\n';

interface Version {
  readonly major: number;
  readonly minor: number;
}

async function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<Version> {
  const { text } = await run(command, ['--version'], env);
  const [, major = 0, minor = 0] = (/aws-cli\/(\d+)\.(\d+)/.exec(text) ?? []).map(Number);
  return { major, minor };
}

/** Runs the isolation steps with the AWS CLI, configured by environment variables only. */
export async function runStepsByCli(command: string, given: NodeJS.ProcessEnv): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'tenant-aws-cli-'));
  const [small, large, got, config] = ['note', 'large', 'got', 'config'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  await writeFile(small, 'mine');
  await writeFile(large, Buffer.alloc(12_000_000, 'x'));
  await writeFile(config, SIGV4_FOR_S3);
  const version = await versionOf(command, given);
  const flags = readsEndpoint(version) ? [] : ['--endpoint-url', given['AWS_ENDPOINT_URL'] ?? ''];
  const env = version.major === 1 ? { ...given, AWS_CONFIG_FILE: config } : given;
  const outcomes: Record<string, string> = {};
  const step = async (name: Step, ...args: string[]): Promise<string> => {
    const { ok, text } = await run(command, [...args, ...flags], env);
    outcomes[name] = ok ? 'allowed' : /AccessDenied|\(403\)/.test(text) ? 'denied' : text;
    return text.trim();
  };
  const fetched = async (name: Step, key: string): Promise<void> => {
    const { status } = await fetch(await step(name, 's3', 'presign', `s3://${bucket}/${key}`));
    outcomes[name] = status === 200 ? 'allowed' : status === 403 ? 'denied' : `status ${status}`;
  };
  const item = (customer: string): string => JSON.stringify({ customer: { S: customer }, id: { S: '1' } });
  const object = (key: string): string[] => ['--bucket', bucket, '--key', key];
  try {
    await step('puts its own object', 's3', 'cp', small, `s3://${bucket}/acme/note`);
    await step('gets its own object', 's3', 'cp', `s3://${bucket}/acme/note`, got);
    await step('lists its own folder', 's3', 'ls', `s3://${bucket}/acme/`);
    await step('copies its own object', 's3api', 'copy-object', ...object('acme/copy'), '--copy-source', `${bucket}/acme/note`);
    await step('uploads 12 MB of its own in parts', 's3', 'cp', large, `s3://${bucket}/acme/large`);
    await fetched('reads its own object by a presigned URL', 'acme/note');
    await step('puts its own item', 'dynamodb', 'put-item', '--table-name', table, '--item', item('acme'));
    await step('gets its own item', 'dynamodb', 'get-item', '--table-name', table, '--key', item('acme'));
    await step("gets another's object", 's3api', 'get-object', ...object('globex/note'), got);
    await step("puts another's object", 's3', 'cp', small, `s3://${bucket}/globex/note`);
    await step("deletes another's object", 's3', 'rm', `s3://${bucket}/globex/note`);
    await step("copies another's object", 's3api', 'copy-object', ...object('acme/copy'), '--copy-source', `${bucket}/globex/note`);
    await step("lists another's folder", 's3', 'ls', `s3://${bucket}/globex/`);
    await step('lists the whole bucket', 's3', 'ls', `s3://${bucket}`);
    await step('lists the bare prefix', 's3', 'ls', `s3://${bucket}/acme`);
    await step("uploads 12 MB to another's folder", 's3', 'cp', large, `s3://${bucket}/globex/large`);
    await fetched("reads another's object by a presigned URL", 'globex/note');
    await step("puts another's item", 'dynamodb', 'put-item', '--table-name', table, '--item', item('globex'));
    await step("gets another's item", 'dynamodb', 'get-item', '--table-name', table, '--key', item('globex'));
    await step('scans the table', 'dynamodb', 'scan', '--table-name', table);
    return outcomes;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The output of a command on stdout and stderr, and whether it succeeded. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ ok: boolean; text: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { env }, (error, stdout, stderr) => resolve({ ok: error === null, text: stdout + stderr }));
  });
}
