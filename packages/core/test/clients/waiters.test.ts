import { setImmediate as aTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { DynamoDBClient, waitUntilTableNotExists } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client, waitUntilBucketExists, waitUntilObjectExists, waitUntilObjectNotExists } from '@aws-sdk/client-s3';
import { TenantRevokedError, type TokenVendingMachine } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { seed } from '../../../../test/support/notes-aws.ts';
import { bucket, clockedMachines, everyTemplate, identityOf, table } from '../local-machine.ts';

const { aws, clock, machine } = clockedMachines(everyTemplate);
const shortDelays = { minDelay: 0.01, maxDelay: 0.02, maxWaitTime: 3 };

const s3Of = (tvm: TokenVendingMachine) => tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
async function untilPolled(): Promise<void> {
  while (!aws.calls.some(({ service }) => service !== 'sts')) await aTurn();
}

const waiters: [string, (tvm: TokenVendingMachine) => Promise<unknown>][] = [
  ['waitUntilObjectExists', (tvm) => waitUntilObjectExists({ client: s3Of(tvm), ...shortDelays }, { Bucket: bucket, Key: 'acme/none' })],
  [
    'waitUntilObjectNotExists',
    (tvm) => waitUntilObjectNotExists({ client: s3Of(tvm), ...shortDelays }, { Bucket: bucket, Key: 'acme/there' }),
  ],
  ['waitUntilBucketExists', (tvm) => waitUntilBucketExists({ client: s3Of(tvm), ...shortDelays }, { Bucket: 'none' })],
  [
    'waitUntilTableNotExists',
    (tvm) =>
      waitUntilTableNotExists(
        { client: tvm.for(identityOf('acme')).client(DynamoDBClient, { endpoint: aws.url }), ...shortDelays },
        { TableName: table },
      ),
  ],
  [
    'waitUntilObjectExists of the current tenant',
    async (tvm) => {
      const client = await tvm.currentClient(S3Client, { endpoint: aws.url, forcePathStyle: true });
      return tvm.for(identityOf('acme')).run(() => waitUntilObjectExists({ client, ...shortDelays }, { Bucket: bucket, Key: 'acme/none' }));
    },
  ],
];

describe('a waiter', () => {
  it.each(waiters)('ends with `tenant_revoked` at its next poll: %s', async (_name, wait) => {
    await seed(aws, 'acme/there', 'x');
    aws.calls.splice(0);
    await using tvm = machine();
    const ended = expect(wait(tvm)).rejects.toBeInstanceOf(TenantRevokedError);
    await untilPolled();

    tvm.revoke('acme');

    await ended;
  });

  it('ends with `token_invalid` when its token and its credentials have expired', async () => {
    await using tvm = machine();
    const client = tvm
      .for({ ...identityOf('acme'), expiresAt: clock.now().wall + 60_000 })
      .client(S3Client, { endpoint: aws.url, forcePathStyle: true });
    const ended = expect(waitUntilObjectExists({ client, ...shortDelays }, { Bucket: bucket, Key: 'acme/none' })).rejects.toMatchObject({
      code: 'token_invalid',
    });
    await untilPolled();

    clock.pass(3_600_000);

    await ended;
  });

  it('continues while STS is unavailable', async () => {
    await using tvm = machine();
    aws.faults.sts({ code: 'ServiceUnavailable', times: 1 });
    await seed(aws, 'acme/there', 'x');

    const { state } = await waitUntilObjectExists({ client: s3Of(tvm), ...shortDelays }, { Bucket: bucket, Key: 'acme/there' });

    expect(state).toBe('SUCCESS');
  });
});

it('does not show the property that ends waiters in the error', async () => {
  await using tvm = machine();
  tvm.revoke('acme');
  const error: unknown = await s3Of(tvm)
    .send(new GetObjectCommand({ Bucket: bucket, Key: 'acme/note' }))
    .catch((thrown: unknown) => thrown);

  expect(Object.keys(error as object)).not.toContain('$responseBodyText');
  expect(JSON.stringify(error)).toContain('tenant_revoked');
  expect(inspect(error, { showHidden: true, getters: true })).toContain('tenant_revoked');
  expect(structuredClone(error)).toBeInstanceOf(Error);
});
