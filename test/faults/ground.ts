import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { TenantAwsError, TokenVendingMachine, type TokenVendingMachineOptions } from '@tenant-aws/core';
import { bucket, roleArn, table } from '../support/notes-aws.ts';
import { type Reachable, stsAt } from '../support/sts-at.ts';

export { SettableClock } from '../../packages/core/test/settable-clock.ts';
export { localAws } from '../support/local-aws-per-file.ts';
export { identityOf } from '../support/identity-of.ts';
export { assumesOf } from '../support/notes-aws.ts';
export { baseKeys, type Reachable, stsAt } from '../support/sts-at.ts';

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

export function tenantIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `tenant-${index}`);
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

/** Resolves when `condition` holds; the test's own time limit says how long that may take. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
