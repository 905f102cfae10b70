import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '@tenant-aws/local';

export const roleArn = 'arn:aws:iam::000000000000:role/TenantAccess';
export const bucket = 'notes';
export const table = 'orders';

/** The role is not limited to a tenant: it may use the whole bucket and the whole table. The session policy limits it. */
export const rolePolicy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: `arn:aws:s3:::${bucket}/*` },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}` },
    { Effect: 'Allow', Action: 'dynamodb:*', Resource: `arn:aws:dynamodb:*:*:table/${table}` },
  ],
} as const;

/** The table of the orders: a tenant's items have its id as their partition key. */
export const ordersTable = {
  TableName: table,
  KeySchema: [
    { AttributeName: 'customer', KeyType: 'HASH' },
    { AttributeName: 'id', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'customer', AttributeType: 'S' },
    { AttributeName: 'id', AttributeType: 'S' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
} as const;

/** A local AWS with the bucket, the table and the role of the notes API, and with the given options. */
export function startNotesAws(options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> {
  return startLocalAws({
    buckets: [bucket],
    tables: [ordersTable],
    ...options,
    roles: { [roleArn]: { policy: rolePolicy }, ...options.roles },
  });
}

/** Puts an object into the bucket as the administrator, who is not limited by a policy. */
export async function seed(aws: LocalAws, key: string, body: string): Promise<void> {
  const admin = new S3Client({ endpoint: aws.url, region: 'us-east-1', credentials: aws.admin });
  await admin.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  admin.destroy();
}

/** The AssumeRole calls that a local AWS has received. */
export function assumesOf(aws: LocalAws): LocalAws['calls'] {
  return aws.calls.filter(({ operation }) => operation === 'AssumeRole');
}

/** The variables that a user of the middleware sets, as documented. */
export function tenantAwsVariables(aws: LocalAws): Record<string, string> {
  return {
    TENANT_AWS_ROLE_ARN: roleArn,
    TENANT_AWS_TEMPLATES: 's3-folder-per-tenant,dynamodb-leading-keys',
    TENANT_AWS_VAR_BUCKET: bucket,
    TENANT_AWS_VAR_TABLE: table,
    TENANT_AWS_JWT_ISSUER: aws.issuer.url,
    TENANT_AWS_JWT_AUDIENCE: aws.issuer.audience,
  };
}

/** The environment of a process that uses this local AWS: that of this process, without variables that select another AWS. */
export function environmentFor(aws: LocalAws): NodeJS.ProcessEnv {
  const foreign = (name: string): boolean => name.startsWith('TENANT_AWS_') || aws.unset.includes(name);
  const inherited = Object.entries(process.env).filter(([name]) => !foreign(name));
  return { ...Object.fromEntries(inherited), ...aws.env, ...tenantAwsVariables(aws) };
}

/** Sets the environment of this process to {@link environmentFor}. The returned function restores it. */
export function enterEnvironment(aws: LocalAws): () => void {
  const before = { ...process.env };
  replaceEnvironment(environmentFor(aws));
  return () => replaceEnvironment(before);
}

function replaceEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}
