import { AssumeRoleCommand, type AssumeRoleCommandInput, type Credentials, STSClient } from '@aws-sdk/client-sts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../src/index.ts';

export const ROLE_ARN = 'arn:aws:iam::000000000000:role/TenantAccess';

/** A role with all permissions on S3 and DynamoDB: only the session policy restricts it. */
export const POOL_ROLE = {
  policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ['s3:*', 'dynamodb:*'], Resource: '*' } },
} as const;

/** Starts a local AWS with one role and the bucket `pool`. */
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

/** The configuration of every client. One attempt only, so that one command is one recorded call. */
export function clientConfig(aws: LocalAws, credentials: ClientKeys) {
  return { endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 };
}

export function stsClient(aws: LocalAws, credentials: ClientKeys = baseKeys(aws)): STSClient {
  return new STSClient(clientConfig(aws, credentials));
}

/** Allows a tenant its own folder of the bucket `pool`, and nothing else. */
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

/** Assumes the role, and returns the session's keys. */
export async function assume(
  aws: LocalAws,
  input: Partial<AssumeRoleCommandInput> = {},
  sts: STSClient = stsClient(aws),
): Promise<Required<ClientKeys>> {
  return keysOf(await sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'acme', ...input })));
}

/** The credentials of an STS response, as clients take them. */
export function keysOf({ Credentials }: { readonly Credentials?: Credentials | undefined }): Required<ClientKeys> {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** `allowed`, or the name of the error that a call rejects with. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'allowed';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
