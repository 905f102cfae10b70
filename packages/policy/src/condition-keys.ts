/**
 * How a condition on a key binds a statement to one tenant.
 *
 * - `one`: a request has at most one value. Any positive operator binds, and ForAnyValue; ForAllValues also matches without the key.
 * - `all`: a request may have several values, and each gives access to data. Only ForAllValues binds, and only if the key is present.
 * - `any`: a resource may have several values, all of which are its own. Only ForAnyValue binds.
 */
export type Binds = 'one' | 'all' | 'any';

/** A row of the table of condition keys. */
export interface KeyRow {
  /** As AWS writes them. `*` matches any service, or any text in a name. */
  readonly keys: readonly string[];
  /** Absent: a condition on the key binds nothing. */
  readonly binds?: Binds;
  /** Actions that always send the key: with these, ForAllValues needs no `Null`. */
  readonly sentBy?: readonly string[];
  /** The predicate of a sentence whose subject is the key. */
  readonly why: string;
  /** The AWS page that documents the key. */
  readonly page: string;
}

/** `why` of the keys whose value does not depend on the requested data. */
export const OF_THE_CALLER = 'is a property of the caller, the same for all data';

const GLOBAL_KEYS = 'AWS IAM User Guide, "AWS global condition context keys"';

/** The page of a service in the Service Authorization Reference. */
function keysOf(service: string): string {
  return `AWS Service Authorization Reference, "Actions, resources, and condition keys for ${service}"`;
}

/**
 * Which keys bind a statement to one tenant: those that identify the owner of the requested data. The first matching row counts.
 * Where a service has a row with `*`, its other keys do not bind. A key without a row belongs to a service that is not in this table,
 * or does not exist; the check accepts it, because an operator that requires a key denies a request without it.
 */
export const KEY_ROWS: readonly KeyRow[] = [
  { keys: ['*:ResourceTag/*'], binds: 'one', why: 'is a tag of the resource', page: GLOBAL_KEYS },
  { keys: ['aws:ResourceAccount', 'aws:ResourceOrgID'], binds: 'one', why: 'identifies the account of the resource', page: GLOBAL_KEYS },
  {
    keys: ['aws:Principal*', 'aws:userid', 'aws:username', 'aws:SourceIdentity'],
    why: OF_THE_CALLER,
    page: `${GLOBAL_KEYS}, Properties of the principal`,
  },
  { keys: ['aws:Referer', 'aws:UserAgent'], why: 'is a header that the caller may set to any value', page: GLOBAL_KEYS },
  {
    keys: ['*:RequestTag/*', '*:req-tag/*', '*:TagKeys'],
    why: 'is a tag that the caller chooses, independent of the requested data',
    page: `${GLOBAL_KEYS}, Properties of the request`,
  },
  { keys: ['aws:*'], why: 'is a property of the session, the network or the request, the same for all data', page: GLOBAL_KEYS },
  {
    keys: ['*.*:*', 'saml:*', 'cognito-identity*:*', 'identitystore:*', 'ec2:SourceInstanceARN', 'ec2:RoleDelivery'],
    why: OF_THE_CALLER,
    page: 'AWS IAM User Guide, "IAM and AWS STS condition context keys"',
  },
  {
    keys: ['sts:*', 'iam:*'],
    why: 'is a parameter of a request to STS or IAM',
    page: 'AWS IAM User Guide, "IAM and AWS STS condition context keys"',
  },
  { keys: ['s3:prefix'], binds: 'one', why: 'limits the keys that a listing returns', page: keysOf('Amazon S3') },
  {
    keys: ['s3:ExistingObjectTag/*'],
    binds: 'one',
    why: 'is a tag of the object',
    page: 'Amazon S3 User Guide, "Tagging and access control policies"',
  },
  {
    keys: ['s3*:DataAccessPointArn', 's3*:BucketTag/*', 's3*:AccessPointTag/*', 's3*:TableBucketTag/*', 's3*:VectorBucketTag/*'],
    binds: 'one',
    why: 'is a property of the access point or the bucket',
    page: keysOf('Amazon S3'),
  },
  { keys: ['s3*:ResourceAccount'], binds: 'one', why: 'identifies the account of the bucket', page: keysOf('Amazon S3') },
  { keys: ['s3tables:namespace', 's3tables:tableName'], binds: 'one', why: 'names the table', page: keysOf('Amazon S3 Tables') },
  {
    // `s3:x-amz-*` with the source of a copy, `s3:RequestObjectTag/*`, `s3:delimiter`, `s3:versionid`, `s3:if-match`, `s3:authType` …
    keys: ['s3:*', 's3express:*', 's3-object-lambda:*', 's3tables:*', 's3vectors:*'],
    why: 'is a header or a parameter that the caller sets, independent of the owner of the object',
    page: keysOf('Amazon S3'),
  },
  {
    keys: ['dynamodb:LeadingKeys'],
    binds: 'all',
    sentBy: [
      'dynamodb:GetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:Query',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:ConditionCheckItem',
    ],
    why: 'has the partition key of every item that the request names; Scan and PartiQL may name none',
    page: 'Amazon DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control"',
  },
  {
    // As the AWS Partner Network Blog writes it in "Isolating SaaS Tenants with Dynamically Generated IAM Policies".
    keys: ['dynamodb: *'],
    why: 'has a space after the colon, so no request has this key: write `dynamodb:LeadingKeys`',
    page: 'Amazon DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control"',
  },
  {
    keys: ['dynamodb:*PartitionKeyValues'],
    binds: 'all',
    why: 'has a partition key of every item that the request names',
    page: keysOf('Amazon DynamoDB'),
  },
  {
    // `dynamodb:Attributes`, `Select`, `ReturnValues`, `ReturnConsumedCapacity`, `EnclosingOperation`, `FullTableScan`.
    keys: ['dynamodb:*', 'dax:*'],
    why: 'says which attributes the caller requests, and how, independent of the owner of the item',
    page: 'Amazon DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control"',
  },
  {
    // The caller chooses it too, but KMS decrypts data only with the context that they were encrypted with.
    keys: ['kms:EncryptionContext:*'],
    binds: 'one',
    why: 'is the encryption context: KMS decrypts data only with the context that they were encrypted with',
    page: 'AWS KMS Developer Guide, "Encryption context"',
  },
  {
    keys: ['kms:RequestAlias'],
    binds: 'one',
    why: 'names the key',
    page: 'AWS KMS Developer Guide, "Use aliases to control access to KMS keys"',
  },
  {
    keys: ['kms:ResourceAliases'],
    binds: 'any',
    why: 'has the aliases of the key',
    page: 'AWS KMS Developer Guide, "Use aliases to control access to KMS keys"',
  },
  {
    keys: ['kms:*'],
    why: 'is a parameter of the request or a kind of key, the same for all data',
    page: 'AWS KMS Developer Guide, "AWS KMS condition keys"',
  },
  {
    keys: ['secretsmanager:SecretId', 'secretsmanager:Name'],
    binds: 'one',
    why: 'names the secret',
    page: keysOf('AWS Secrets Manager'),
  },
  {
    keys: ['secretsmanager:*'],
    why: 'is a parameter that the caller sets, independent of the owner of the secret',
    page: keysOf('AWS Secrets Manager'),
  },
  {
    keys: ['ssm:*'],
    why: 'is a parameter that the caller sets, independent of the owner of the data',
    page: keysOf('AWS Systems Manager'),
  },
  {
    keys: ['sns:*'],
    why: 'says where the caller wants the messages delivered, independent of the owner of the topic',
    page: keysOf('Amazon SNS'),
  },
  {
    keys: ['events:source'],
    binds: 'all',
    sentBy: ['events:PutEvents'],
    why: 'has the source of every event, from which consumers read the tenant',
    page: 'Amazon EventBridge User Guide, "Using IAM policy conditions in Amazon EventBridge"',
  },
  {
    keys: ['events:*'],
    why: 'is a property of a rule, or a part of the event that the sender chooses',
    page: 'Amazon EventBridge User Guide, "Using IAM policy conditions in Amazon EventBridge"',
  },
  { keys: ['cloudwatch:namespace'], binds: 'one', why: 'names the metrics', page: keysOf('Amazon CloudWatch') },
  { keys: ['cloudwatch:*', 'logs:*'], why: 'is a parameter that the caller sets', page: keysOf('Amazon CloudWatch') },
  { keys: ['ses:FromAddress', 'ses:TenantName'], binds: 'one', why: 'names the sender', page: keysOf('Amazon Simple Email Service v2') },
  { keys: ['ses:*'], why: 'is a part of the mail that the sender chooses', page: keysOf('Amazon Simple Email Service v2') },
  { keys: ['lambda:FunctionArn'], binds: 'one', why: 'names the function', page: keysOf('AWS Lambda') },
  {
    keys: ['lambda:*', 'states:*', 'glue:*'],
    why: 'is a parameter that the caller sets, or a property of the caller',
    page: keysOf('AWS Lambda'),
  },
  {
    keys: ['bedrock-agentcore:actorId', 'bedrock-agentcore:sessionId', 'bedrock-agentcore:namespace*', 'bedrock:InferenceProfileArn'],
    binds: 'one',
    why: 'names the memory or the inference profile',
    page: keysOf('Amazon Bedrock'),
  },
  {
    keys: ['bedrock:*', 'bedrock-agentcore:*'],
    why: 'is a parameter that the caller sets, or a property of the caller',
    page: keysOf('Amazon Bedrock'),
  },
  { keys: ['elasticfilesystem:AccessPointArn'], binds: 'one', why: 'names the access point', page: keysOf('Amazon Elastic File System') },
  { keys: ['elasticfilesystem:*'], why: 'is a parameter that the caller sets', page: keysOf('Amazon Elastic File System') },
];

const matchers: readonly (readonly [RegExp, KeyRow])[] = KEY_ROWS.flatMap((row) =>
  row.keys.map((key): readonly [RegExp, KeyRow] => [keyMatcher(key), row]),
);

/** The row of a key. Case is ignored in key names. */
export function rowOf(key: string): KeyRow | undefined {
  return matchers.find(([matcher]) => matcher.test(key))?.[1];
}

/** A `*` for the service ends at the first colon: the key of a tag may have more colons. */
function keyMatcher(key: string): RegExp {
  const colon = key.indexOf(':');
  const glob = (text: string, any: string): string => text.replaceAll(/[.*]/g, (character) => (character === '*' ? any : '\\.'));
  return new RegExp(`^${glob(key.slice(0, colon), '[^:]*')}:${glob(key.slice(colon + 1), '.*')}$`, 'i');
}
