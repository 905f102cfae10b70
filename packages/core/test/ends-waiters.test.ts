import { DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { S3Client, waitUntilObjectExists, waitUntilObjectNotExists } from '@aws-sdk/client-s3';
import { NoTenantError, StsUnavailableError, TenantMismatchError, TenantRevokedError, TokenInvalidError } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';

const times = { minDelay: 0.01, maxDelay: 0.02 };

/** The configuration of a client whose credentials provider rejects: it sends nothing. */
const configOf = (error: Error) => ({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1', credentials: () => Promise.reject(error) });

const waiters: readonly [string, (error: Error, maxWaitTime: number) => Promise<unknown>][] = [
  [
    'waitUntilObjectExists',
    (error, maxWaitTime) =>
      waitUntilObjectExists({ client: new S3Client(configOf(error)), maxWaitTime, ...times }, { Bucket: 'notes', Key: 'acme/x' }),
  ],
  [
    'waitUntilObjectNotExists',
    (error, maxWaitTime) =>
      waitUntilObjectNotExists({ client: new S3Client(configOf(error)), maxWaitTime, ...times }, { Bucket: 'notes', Key: 'acme/x' }),
  ],
  [
    'waitUntilTableExists',
    (error, maxWaitTime) =>
      waitUntilTableExists({ client: new DynamoDBClient(configOf(error)), maxWaitTime, ...times }, { TableName: 'orders' }),
  ],
];

describe.each(waiters)('%s', (_name, waitUntil) => {
  it.each([[new TenantRevokedError()], [new TokenInvalidError('ended')], [new TenantMismatchError()], [new NoTenantError()]])(
    'ends with %s',
    async (error) => {
      await expect(waitUntil(error, 1_000)).rejects.toBe(error);
    },
  );

  it('continues while STS is unavailable', async () => {
    await expect(waitUntil(new StsUnavailableError('STS throttled the call'), 1)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('an error that ends waiters', () => {
  it('does not show the property to loggers or in JSON', () => {
    const error = new TenantRevokedError();

    expect(JSON.stringify(error)).not.toContain('$responseBodyText');
    expect(Object.keys(error)).not.toContain('$responseBodyText');
    expect(() => structuredClone(error)).not.toThrow();
    for (const name in error) expect(name).not.toBe('$responseBodyText');
  });
});
