import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { denyIssuedBefore, type DenyIssuedBeforeOptions, TokenVendingMachine } from '@tenant-aws/core';
import { type LocalAws, startLocalAws } from '@tenant-aws/local';
import { describe, expect, it } from 'vitest';
import { bucket, identityOf, optionsFor, roleArn } from './local-machine.ts';

const allow = { Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${bucket}/*` } as const;
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: ['sts:AssumeRole', 'sts:TagSession'] }],
} as const;
const hour = 3_600_000;
const past = new Date(Date.now() - hour);
const future = new Date(Date.now() + hour);

/** An AWS whose role has the policy of `denyIssuedBefore`. */
function awsWithPolicy(date: Date, options?: DenyIssuedBeforeOptions): Promise<LocalAws> {
  const policy = { Version: '2012-10-17', Statement: [allow, ...[denyIssuedBefore(date, options).Statement].flat()] } as const;
  return startLocalAws({ roles: { [roleArn]: { policy, trust } }, buckets: [bucket] });
}

/** Whether AWS still allows each tenant what its permissions allow. */
async function servedBy(aws: LocalAws, tenants: readonly string[]): Promise<boolean[]> {
  await using tvm = new TokenVendingMachine(optionsFor(aws, { tags: ({ tenantId }) => ({ tenant: tenantId }) }));
  return await Promise.all(
    tenants.map((tenantId) =>
      tvm
        .for(identityOf(tenantId))
        .client(S3Client, { endpoint: aws.url, forcePathStyle: true })
        .send(new PutObjectCommand({ Bucket: bucket, Key: `${tenantId}/note`, Body: 'text' }))
        .then(
          () => true,
          (error: Error) => {
            expect(error.name).toBe('AccessDenied');
            return false;
          },
        ),
    ),
  );
}

describe('denyIssuedBefore, on the role at AWS', () => {
  const tenants = ['acme', 'acme-2', 'globex'];

  it.each<[string, Date, DenyIssuedBeforeOptions | undefined, boolean[]]>([
    ['denies every session issued before', future, undefined, [false, false, false]],
    ['allows sessions issued later', past, undefined, [true, true, true]],
    ['denies the sessions of one tenant, found by name', future, { tenantId: 'acme' }, [false, true, true]],
    ['allows later sessions of that tenant', past, { tenantId: 'acme' }, [true, true, true]],
    ['denies the sessions of one tenant, found by a session tag', future, { tenantId: 'acme', tagKey: 'tenant' }, [false, true, true]],
    ['denies nothing if the tag has another key', future, { tenantId: 'acme', tagKey: 'customer' }, [true, true, true]],
  ])('%s', async (_what, date, options, served) => {
    const aws = await awsWithPolicy(date, options);

    expect(await servedBy(aws, tenants)).toEqual(served);
    await aws.close();
  });
});

describe('denyIssuedBefore', () => {
  const date = new Date('2026-01-02T03:04:05.678Z');

  it('returns a policy document for the role', () => {
    expect(denyIssuedBefore(date)).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', Action: '*', Resource: '*', Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-01-02T03:04:05.678Z' } } },
      ],
    });
  });

  it('finds the sessions of a tenant by digest if its id is not a valid session name', () => {
    const [statement] = [denyIssuedBefore(date, { tenantId: 'acme:eu' }).Statement].flat();

    expect(statement?.Condition).toMatchObject({ StringLike: { 'aws:userid': expect.stringMatching(/^\*:t-[0-9a-f]{40}$/) } });
  });

  it('does not confuse a tenant with another whose id is its digest', () => {
    const denied = (tenantId: string) => JSON.stringify(denyIssuedBefore(date, { tenantId }));
    const [, name = ''] = /\*:(t-[0-9a-f]{40})/.exec(denied('a'.repeat(100))) ?? [];

    expect(denied(name)).not.toBe(denied('a'.repeat(100)));
  });

  it.each<[unknown, unknown]>([
    ['2026-01-01', {}],
    [new Date(Number.NaN), {}],
    [undefined, {}],
    [date, { tenantID: 'acme' }],
    [date, { tenantId: '' }],
    [date, { tenantId: 42 }],
    [date, { tagKey: 'tenant' }],
    [date, { tenantId: '*', tagKey: 'tenant' }],
    [date, { tenantId: '${aws:PrincipalTag/tenant}', tagKey: 'tenant' }],
    [date, { tenantId: 'acme', tagKey: '*' }],
    [date, { tenantId: 'acme', tagKey: '' }],
  ])('refuses %s with %j', (given, options) => {
    expect(() => denyIssuedBefore(given as Date, options as DenyIssuedBeforeOptions)).toThrowError(
      expect.objectContaining({ code: 'configuration_invalid' }),
    );
  });

  it('does not copy a wildcard from a tenant id into the policy', () => {
    const [statement] = [denyIssuedBefore(date, { tenantId: 'ac*' }).Statement].flat();

    expect(statement?.Condition).toMatchObject({ StringLike: { 'aws:userid': expect.stringMatching(/^\*:t-[0-9a-f]{40}$/) } });
  });
});
