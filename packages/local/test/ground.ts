import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../src/index.ts';

export const ROLE_ARN = 'arn:aws:iam::000000000000:role/TenantAccess';

/** A role that may do everything with S3 and DynamoDB: what remains is what a session policy leaves. */
export const POOL_ROLE = {
  policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ['s3:*', 'dynamodb:*'], Resource: '*' } },
} as const;

export function start(options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> {
  return startLocalAws({ roles: { [ROLE_ARN]: POOL_ROLE }, buckets: ['pool'], ...options });
}

export interface ClientKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export function baseKeys({ env }: LocalAws): ClientKeys {
  return { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' };
}

/** What every client of these tests is made with: one attempt, so that one request is one call. */
export function clientConfig(aws: LocalAws, credentials: ClientKeys) {
  return { endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 };
}

export function stsClient(aws: LocalAws, credentials: ClientKeys = baseKeys(aws)): STSClient {
  return new STSClient(clientConfig(aws, credentials));
}

/** Lets a tenant touch its own folder of the bucket `pool`, and nothing else. */
export function folderPolicy(tenant: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: `arn:aws:s3:::pool/${tenant}/*` },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::pool',
        Condition: { StringLike: { 's3:prefix': `${tenant}/*` } },
      },
    ],
  });
}

/** The keys of a tenant's session. */
export async function assume(
  aws: LocalAws,
  input: Partial<AssumeRoleCommandInput> = {},
  sts: STSClient = stsClient(aws),
): Promise<Required<ClientKeys>> {
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'acme', ...input }));
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}
