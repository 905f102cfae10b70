import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { type TenantIdentity, TokenVendingMachine, type TokenVendingMachineOptions } from '@tenant-aws/core';
import { type LocalAws, startLocalAws } from '@tenant-aws/local';

export const roleArn = 'arn:aws:iam::000000000000:role/TenantAccess';
export const bucket = 'notes';
export const table = 'orders';

/** A role that may touch all of the bucket and the table: what narrows it is the session policy. */
const rolePolicy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: `arn:aws:s3:::${bucket}/*` },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}` },
    { Effect: 'Allow', Action: 'dynamodb:*', Resource: `arn:aws:dynamodb:*:*:table/${table}` },
  ],
} as const;

const trustWithTags = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] }],
} as const;

export const taggedRoleArn = 'arn:aws:iam::000000000000:role/TaggedAccess';

export function startAws(): Promise<LocalAws> {
  return startLocalAws({
    roles: { [roleArn]: { policy: rolePolicy }, [taggedRoleArn]: { policy: rolePolicy, trust: trustWithTags } },
    buckets: [bucket],
    tables: [
      {
        TableName: table,
        KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'customer', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    ],
  });
}

/** An STS client of the local AWS, with its base keys. */
export function stsOf(aws: LocalAws, config: STSClientConfig = {}): STSClient {
  return new STSClient({ endpoint: aws.url, region: 'us-east-1', credentials: baseKeys(aws), ...config });
}

export function baseKeys(aws: LocalAws): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: aws.env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: aws.env['AWS_SECRET_ACCESS_KEY'] ?? '' };
}

/** The options of a machine over the local AWS; what is given wins. */
export function optionsFor(aws: LocalAws, options: Partial<TokenVendingMachineOptions> = {}): TokenVendingMachineOptions {
  return { roleArn, permissions: ['s3-folder-per-tenant'], variables: { bucket }, sts: stsOf(aws), ...options };
}

export function machineFor(aws: LocalAws, options: Partial<TokenVendingMachineOptions> = {}): TokenVendingMachine {
  return new TokenVendingMachine(optionsFor(aws, options));
}

export function identityOf(tenantId: string, claims: Record<string, unknown> = {}): TenantIdentity {
  return { tenantId, claims, source: 'claims' };
}

/** The AssumeRole calls that the local AWS has seen. */
export function assumesOf(aws: LocalAws): LocalAws['calls'] {
  return aws.calls.filter(({ operation }) => operation === 'AssumeRole');
}
