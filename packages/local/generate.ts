/**
 * Writes the tables of operations in README.md, from the operations that the services declare.
 *
 *   node --conditions=source packages/local/generate.ts            writes README.md
 *   node --conditions=source packages/local/generate.ts --check    exits with 1 if README.md is out of date
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { DYNAMODB_OPERATIONS } from './src/services/dynamodb/operations.ts';
import { KEY_CONDITION_KEYS } from './src/services/kms/iam-request.ts';
import { KMS_OPERATIONS } from './src/services/kms/operations.ts';
import { EVENTS_OPERATIONS } from './src/services/events/operations.ts';
import { LAMBDA_OPERATIONS } from './src/services/lambda/index.ts';
import { LOGS_OPERATIONS } from './src/services/logs/operations.ts';
import { COMMON_CONDITION_KEYS } from './src/services/s3/authorization.ts';
import { S3_OPERATIONS } from './src/services/s3/operations.ts';
import { SECRETS_MANAGER_OPERATIONS } from './src/services/secretsmanager/operations.ts';
import { SNS_OPERATIONS } from './src/services/sns/operations.ts';
import { SQS_OPERATIONS } from './src/services/sqs/operations.ts';
import { SSM_OPERATIONS } from './src/services/ssm/operations.ts';
import { STATES_OPERATIONS } from './src/services/states/operations.ts';
import { STS_OPERATIONS } from './src/sts/operations.ts';

const readme = new URL('README.md', import.meta.url);
const BEGIN = '<!-- operations: written by generate.ts -->';
const END = '<!-- /operations -->';

interface DocumentedOperation {
  readonly operation: string;
  readonly actions: readonly string[];
  readonly furtherActions?: readonly (readonly [action: string, when: string])[];
  readonly conditionKeys?: readonly string[];
}

interface Section {
  readonly service: string;
  readonly operations: readonly DocumentedOperation[];
  readonly note?: string;
}

const code = (text: string): string => `\`${text}\``;

const sections: readonly Section[] = [
  {
    service: 'STS',
    operations: STS_OPERATIONS,
    note:
      "AssumeRole: the caller's policies and the role's trust policy must both allow each permission. Without a trust policy, only the base keys can assume the role. " +
      "AssumeRoleWithWebIdentity: the request is unsigned, so only the role's trust policy is checked. `<provider>` is the provider's URL without its scheme.",
  },
  {
    service: 'S3',
    operations: S3_OPERATIONS,
    note:
      `All operations also have the condition keys ${COMMON_CONDITION_KEYS.map(code).join(', ')}. ` +
      'Three of them can be absent: `s3:signatureAge` unless the URL is presigned, `s3:x-amz-content-sha256` unless the header is sent, and `s3:ResourceAccount` for ListBuckets.',
  },
  {
    service: 'DynamoDB',
    operations: DYNAMODB_OPERATIONS,
    note:
      'PartiQL: `dynamodb:LeadingKeys` and `dynamodb:Attributes` come from the same parsed statement that is executed. A statement must name one item by its primary key. ' +
      'A SELECT of ExecuteStatement can also read one partition. A SELECT without exactly one equality on the partition key, and a SELECT of an index, are denied to every caller. ' +
      'Each statement of a batch or a transaction is authorised by itself: BatchExecuteStatement reports `AccessDenied` for the denied statements only.',
  },
  { service: 'SQS', operations: SQS_OPERATIONS },
  { service: 'SNS', operations: SNS_OPERATIONS },
  {
    service: 'Secrets Manager',
    operations: SECRETS_MANAGER_OPERATIONS,
    note:
      'ListSecrets and BatchGetSecretValue are denied to every session: no policy limits the names that they return. ' +
      'The resource is the full ARN of the secret, also when a name or a partial ARN names it; CreateSecret and a missing secret have six random characters too.',
  },
  {
    service: 'Systems Manager Parameter Store',
    operations: SSM_OPERATIONS,
    note: 'The permission for a path includes every parameter below it, also those that a policy denies by name, as on AWS.',
  },
  {
    service: 'KMS',
    operations: KMS_OPERATIONS,
    note:
      `All operations also have the condition keys ${KEY_CONDITION_KEYS.map(code).join(', ')}; \`kms:RequestAlias\` only if an alias names the key. ` +
      'The resource is the ARN of the key, also when an alias names it. A service that uses a key for the caller adds `kms:ViaService`. ' +
      'Each key has the default key policy, which leaves the decision to the IAM policies of the caller.',
  },
  {
    service: 'EventBridge',
    operations: EVENTS_OPERATIONS,
    note:
      'PutEvents is decided once for each event bus of the request. `events:source` and `events:detail-type` contain the values of all entries for that bus: ' +
      'a policy needs `ForAllValues`. With `StringEquals` or `ForAnyValue`, one allowed entry would allow the others.',
  },
  {
    service: 'CloudWatch Logs',
    operations: LOGS_OPERATIONS,
    note:
      'CreateLogStream, PutLogEvents and GetLogEvents are decided on `log-group:NAME:log-stream:STREAM`. The other operations are decided on ' +
      '`log-group:NAME:log-stream:`, and DescribeLogGroups on `log-group::log-stream:`. ' +
      'FilterLogEvents and DescribeLogStreams read all streams of a log group: tenants that share a log group must not have these permissions.',
  },
  {
    service: 'Lambda',
    operations: LAMBDA_OPERATIONS,
    note: 'The resource is `function:NAME`, or `function:NAME:QUALIFIER` if the request has a qualifier. The only version is `$LATEST`.',
  },
  {
    service: 'Step Functions',
    operations: STATES_OPERATIONS,
    note:
      'StartExecution and ListExecutions are decided on the state machine, the others on `execution:NAME:EXECUTION`. ' +
      'ListExecutions returns the executions of every tenant that shares a state machine.',
  },
];

function rowOf({ operation, actions, furtherActions = [], conditionKeys = [] }: DocumentedOperation): string {
  const permissions = [...actions.map(code), ...furtherActions.map(([action, when]) => `${code(action)} ${when}`)];
  return `| ${operation} | ${permissions.join('<br>') || 'none'} | ${conditionKeys.map(code).join(' ')} |`;
}

function sectionOf({ service, operations, note }: Section): string {
  const head = [`### ${service}`, '', '| operation | required permissions | own condition keys |', '| --- | --- | --- |'];
  return [...head, ...operations.map(rowOf), '', ...(note === undefined ? [] : [note, ''])].join('\n');
}

/** The formatter pads table columns with spaces and dashes. Both spellings are equal. */
const withoutPadding = (text: string): string => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---');

const text = readFileSync(readme, 'utf8');
const [before, rest] = text.split(BEGIN);
const [current, after] = rest?.split(END) ?? [];
if (before === undefined || current === undefined || after === undefined) {
  throw new Error(`packages/local/README.md needs the lines \`${BEGIN}\` and \`${END}\``);
}
const generated = `\n\n${sections.map(sectionOf).join('\n')}\n`;
if (withoutPadding(generated) === withoutPadding(current)) console.log('packages/local/README.md is up to date');
else if (process.argv.includes('--check')) {
  console.error('packages/local/README.md is out of date: run node --conditions=source packages/local/generate.ts');
  process.exitCode = 1;
} else writeFileSync(readme, `${before}${BEGIN}${generated}${END}${after}`);
