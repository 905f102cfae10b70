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
  /** Default: the system clock. */
  readonly clock?: { now(): { wall: number; monotonic: number } };
}

/** A machine with the permissions of the notes API. */
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

/** The parts of an error that the caller and the log see. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly retryAfter: number | undefined;
  /** The full text of the log. */
  readonly reason: string;
}

/** @throws if `work` succeeds, and the errors of other packages */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => new Error('the request was served'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TenantAwsError)) throw error;
  const { code, status, headers } = error;
  const retryAfter = headers['Retry-After'];
  return { code, status, retryAfter: retryAfter === undefined ? undefined : Number(retryAfter), reason: inspect(error) };
}

/** Resolves when `condition` is true. The time limit of the test applies. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
