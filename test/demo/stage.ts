import { type LocalAws, startLocalAws } from '@tenant-aws/local';

export const roleArn = 'arn:aws:iam::000000000000:role/TenantAccess';
export const bucket = 'notes';
export const table = 'orders';
export const templates: readonly string[] = ['s3-folder-per-tenant', 'dynamodb-leading-keys'];

/** The role knows no tenant: it may touch all of the bucket and of the table. What narrows it is the session policy. */
const rolePolicy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: `arn:aws:s3:::${bucket}/*` },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}` },
    { Effect: 'Allow', Action: 'dynamodb:*', Resource: `arn:aws:dynamodb:*:*:table/${table}` },
  ],
} as const;

/** A local AWS with the bucket, the table and the role of the notes API. */
export function startAws(): Promise<LocalAws> {
  return startLocalAws({
    roles: { [roleArn]: { policy: rolePolicy } },
    buckets: [bucket],
    tables: [
      {
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
      },
    ],
  });
}

/** Exactly what the example's README.md tells a user to set, and AWS's own variables for the local AWS. */
export function environment(aws: LocalAws): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TENANT_AWS_') && !aws.unset.includes(name));
  const { TENANT_AWS_TEMPLATE_SOURCE } = process.env;
  return {
    ...Object.fromEntries(inherited),
    ...aws.env,
    ...(TENANT_AWS_TEMPLATE_SOURCE === undefined ? {} : { TENANT_AWS_TEMPLATE_SOURCE }),
    PORT: '0',
    TENANT_AWS_ROLE_ARN: roleArn,
    TENANT_AWS_TEMPLATES: templates.join(','),
    TENANT_AWS_VAR_BUCKET: bucket,
    TENANT_AWS_VAR_TABLE: table,
    TENANT_AWS_JWT_ISSUER: aws.issuer.url,
    TENANT_AWS_JWT_AUDIENCE: aws.issuer.audience,
  };
}
