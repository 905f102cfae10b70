import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { STSClient, STSClientConfig } from '@aws-sdk/client-sts';
import { TokenVendingMachine, type TokenVendingMachineOptions } from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import type { LocalAws } from '@tenant-aws/local';
import { beforeEach } from 'vitest';
import { localAws } from '../../../test/support/local-aws-per-file.ts';
import { bucket, roleArn, table } from '../../../test/support/notes-aws.ts';
import { stsAt } from '../../../test/support/sts-at.ts';
import { SettableClock } from './settable-clock.ts';

export { localAws } from '../../../test/support/local-aws-per-file.ts';
export { identityOf } from '../../../test/support/identity-of.ts';
export { assumesOf, bucket, roleArn, table } from '../../../test/support/notes-aws.ts';
export { baseKeys } from '../../../test/support/sts-at.ts';

/** An STS client of the local AWS, with its base keys. */
export function stsOf(aws: LocalAws, config: STSClientConfig = {}): STSClient {
  return stsAt(aws.url, aws, config);
}

/** The options of a machine that uses the local AWS. `options` replace the defaults. */
export function optionsFor(aws: LocalAws, options: Partial<TokenVendingMachineOptions> = {}): TokenVendingMachineOptions {
  return { roleArn, permissions: ['s3-folder-per-tenant'], variables: { bucket }, sts: stsOf(aws), ...options };
}

export function machineFor(aws: LocalAws, options: Partial<TokenVendingMachineOptions> = {}): TokenVendingMachine {
  return new TokenVendingMachine(optionsFor(aws, options));
}

/** A fake STS. `answer` changes each of its responses. */
export function stsThatSays(answer: (xml: string) => string): ReturnType<typeof fakeSts> {
  const sts = fakeSts();
  const { handle } = sts.config.requestHandler;
  sts.config.requestHandler.handle = async (...args: Parameters<typeof handle>) => {
    const handled = await handle(...args);
    handled.response.body = Readable.from([Buffer.from(answer(await text(handled.response.body)))]);
    return handled;
  };
  return sts;
}

/** Permissions for both S3 and DynamoDB. */
export const everyTemplate = { permissions: ['s3-folder-per-tenant', 'dynamodb-leading-keys'], variables: { bucket, table } } as const;

interface ClockedMachines {
  readonly aws: LocalAws;
  readonly clock: SettableClock;
  /** `options` replace the options that all machines of the file share. */
  readonly machine: (options?: Partial<TokenVendingMachineOptions>) => TokenVendingMachine;
}

/** A local AWS for one test file, and machines that use it. Their clock is restarted before each test. */
export function clockedMachines(all: Partial<TokenVendingMachineOptions> = {}): ClockedMachines {
  const aws = localAws();
  const clock = new SettableClock();
  beforeEach(() => clock.restart());
  return { aws, clock, machine: (options) => new TokenVendingMachine(optionsFor(aws, { ...all, ...options }), { clock }) };
}
