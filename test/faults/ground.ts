import { inspect } from 'node:util';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { TenantAwsError, type TenantIdentity, TokenVendingMachine, type TokenVendingMachineOptions } from '@tenant-aws/core';
import type { LocalAws } from '@tenant-aws/local';
import { bucket, roleArn, table } from '../notes-aws.ts';

export { SettableClock } from '../../packages/core/test/settable-clock.ts';

/** What a machine needs of a local AWS, which may run in another process. */
export type Reachable = Pick<LocalAws, 'url' | 'env'>;

/** The base keys of a local AWS: they may call STS and nothing else. */
export function baseKeys(aws: Reachable): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: aws.env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: aws.env['AWS_SECRET_ACCESS_KEY'] ?? '' };
}

/** A real STS client. What it keeps trying, and how long, is up to the machine: nothing of it is set here. */
export function stsAt(endpoint: string, aws: Reachable, config: STSClientConfig = {}): STSClient {
  return new STSClient({ endpoint, region: 'us-east-1', credentials: baseKeys(aws), ...config });
}

export interface MachineOptions extends Partial<TokenVendingMachineOptions> {
  /** Default: the system's. */
  readonly clock?: { now(): { wall: number; monotonic: number } };
}

/** A machine of the notes API; `sts` of the options says how its calls reach STS. */
export function machineFor(aws: Reachable, { clock, ...options }: MachineOptions = {}): TokenVendingMachine {
  return new TokenVendingMachine(
    {
      roleArn,
      permissions: ['s3-folder-per-tenant', 'dynamodb-leading-keys'],
      variables: { bucket, table },
      sts: stsAt(aws.url, aws),
      ...options,
    },
    clock === undefined ? {} : { clock },
  );
}

export function identityOf(tenantId: string, claims: Record<string, unknown> = {}): TenantIdentity {
  return { tenantId, claims, source: 'claims' };
}

export function tenantIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `tenant-${index}`);
}

/** The AssumeRole calls that the local AWS has seen, refused and throttled ones too. */
export function assumesOf(aws: LocalAws): LocalAws['calls'] {
  return aws.calls.filter(({ operation }) => operation === 'AssumeRole');
}

/** What a caller gets to see of a refusal, and what the log does. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly retryAfter: number | undefined;
  /** For the log. */
  readonly reason: string;
}

/** @throws whatever is no error of ours, and if `work` succeeds */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => new Error('it was served'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TenantAwsError)) throw error;
  const { code, status, headers } = error;
  const retryAfter = headers['Retry-After'];
  return { code, status, retryAfter: retryAfter === undefined ? undefined : Number(retryAfter), reason: inspect(error) };
}

/** One turn of the event loop: what was answered has arrived after a few of them. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves when `condition` holds; the test's own time limit says how long that may take. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
