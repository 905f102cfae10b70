import type { JsonObject } from '@tenant-aws/policy/json';
import { denyToSessions } from '../denial.ts';
import type { JsonOperation } from '../json-service.ts';
import { checkTagKeys, readTags, requestTagKeys, TAG_KEY, tagList, TAGS } from '../resource-tags.ts';
import { AwsError, unsupported } from '../service.ts';
import { BOOLEAN, integer, list, type Members, string, STRING, textOf } from '../shape.ts';
import { addVersion, findVersion, type Secret } from './secret.ts';
import { identityOf, seconds, secretOperation, usable } from './secret-operation.ts';
import { checkSecretName, invalidRequest, type Secrets } from './secrets.ts';
import { readVersion, VALUE_MEMBERS, VERSION_STAGES } from './value.ts';

const DAY_MS = 86_400_000;
const DEFAULT_RECOVERY_DAYS = 30;
const DEFAULT_PAGE = 100;
const MAX_TAGS = 50;
const VERSION_ID = string({ min: 32, max: 64 });
const DESCRIPTION = string({ max: 2048 });

/** Every supported operation of Secrets Manager. All others are answered with 501. */
export const SECRETS_MANAGER_OPERATIONS: readonly JsonOperation<Secrets>[] = [
  secretOperation('GetSecretValue', {
    members: { 'VersionId?': VERSION_ID, 'VersionStage?': string({ min: 1, max: 256 }) },
    conditionKeys: ['secretsmanager:VersionId', 'secretsmanager:VersionStage'],
    context: (given) => present(given, 'VersionId', 'VersionStage'),
    execute(request) {
      const { VersionId, VersionStage } = request.given;
      const secret = usable(request);
      const version = findVersion(secret, optionalText(VersionId), optionalText(VersionStage));
      const CreatedDate = seconds(version.createdAt);
      return { ...identityOf(secret), ...version.value, VersionId: version.id, VersionStages: [...version.stages], CreatedDate };
    },
  }),
  secretOperation('DescribeSecret', { execute: ({ reference, secrets }) => descriptionOf(secrets.existing(reference)) }),
  {
    operation: 'CreateSecret',
    actions: ['secretsmanager:CreateSecret'],
    furtherActions: [['secretsmanager:TagResource', 'with Tags']],
    conditionKeys: ['secretsmanager:Name', 'secretsmanager:Description', 'aws:RequestTag/<key>', 'aws:TagKeys'],
    members: { Name: string({ min: 1, max: 512 }), 'Description?': DESCRIPTION, 'Tags?': TAGS, ...VALUE_MEMBERS },
    parse(given, secrets, { now }) {
      const name = textOf(given['Name']);
      checkSecretName(name);
      const tags = readTags(given['Tags']);
      const arn = secrets.newArn(name);
      const context = { ...present(given, 'Name', 'Description'), ...requestTagKeys(tags) };
      const version = readVersion(given);
      const description = optionalText(given['Description']);
      return {
        authorize: [
          { action: 'secretsmanager:CreateSecret', resource: arn, context },
          ...(tags.size > 0 ? [{ action: 'secretsmanager:TagResource', resource: arn, context: requestTagKeys(tags) }] : []),
        ],
        execute() {
          const secret = secrets.create({ arn, name, description, tags, version }, now);
          return { ...identityOf(secret), ...(version && { VersionId: version.id }) };
        },
      };
    },
  },
  secretOperation('PutSecretValue', {
    members: { ...VALUE_MEMBERS, 'VersionStages?': VERSION_STAGES },
    execute(request) {
      const version = readVersion(request.given);
      if (version === undefined) throw invalidRequest('You must provide either SecretString or SecretBinary.');
      const secret = usable(request);
      const { id, stages } = addVersion(secret, version, request.now);
      return { ...identityOf(secret), VersionId: id, VersionStages: [...stages] };
    },
  }),
  secretOperation('UpdateSecret', {
    members: { ...VALUE_MEMBERS, 'Description?': DESCRIPTION },
    conditionKeys: ['secretsmanager:Description'],
    context: (given) => present(given, 'Description'),
    execute(request) {
      const version = readVersion(request.given);
      const secret = usable(request);
      if (version) addVersion(secret, version, request.now);
      const { Description } = request.given;
      if (Description !== undefined) secret.description = textOf(Description);
      secret.changedAt = request.now;
      return { ...identityOf(secret), ...(version && { VersionId: version.id }) };
    },
  }),
  secretOperation('DeleteSecret', {
    members: { 'RecoveryWindowInDays?': integer(7, 30), 'ForceDeleteWithoutRecovery?': BOOLEAN },
    conditionKeys: ['secretsmanager:RecoveryWindowInDays', 'secretsmanager:ForceDeleteWithoutRecovery'],
    context: (given) => present(given, 'RecoveryWindowInDays', 'ForceDeleteWithoutRecovery'),
    execute({ given, reference, secrets, now }) {
      const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = given;
      if (force === true) {
        if (days !== undefined) {
          throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        }
        const { secret } = reference;
        if (secret) secrets.remove(secret);
        return { ARN: reference.arn, Name: secret?.name ?? textOf(given['SecretId']), DeletionDate: seconds(now) };
      }
      const secret = secrets.existing(reference);
      if (secret.deletionDate !== undefined) {
        throw invalidRequest("You can't perform this operation on the secret because it was already scheduled for deletion.");
      }
      secret.deletionDate = new Date(now.getTime() + (typeof days === 'number' ? days : DEFAULT_RECOVERY_DAYS) * DAY_MS);
      return { ...identityOf(secret), DeletionDate: seconds(secret.deletionDate) };
    },
  }),
  secretOperation('RestoreSecret', {
    execute({ reference, secrets }) {
      const secret = secrets.existing(reference);
      secret.deletionDate = undefined;
      return identityOf(secret);
    },
  }),
  secretOperation('TagResource', {
    members: { Tags: TAGS },
    conditionKeys: ['aws:RequestTag/<key>', 'aws:TagKeys'],
    context: ({ Tags }) => requestTagKeys(readTags(Tags)),
    execute(request) {
      const { tags } = usable(request);
      const all = new Map([...tags, ...readTags(request.given['Tags'])]);
      checkTagKeys([...all.keys()]);
      if (all.size > MAX_TAGS) throw new AwsError('LimitExceededException', 400, `A secret can have up to ${MAX_TAGS} tags.`);
      for (const [key, value] of all) tags.set(key, value);
      return {};
    },
  }),
  secretOperation('UntagResource', {
    members: { TagKeys: list(TAG_KEY, { max: MAX_TAGS }) },
    conditionKeys: ['aws:TagKeys'],
    context: ({ TagKeys }) => ({ 'aws:TagKeys': textsOf(TagKeys) }),
    execute(request) {
      const { tags } = usable(request);
      for (const key of textsOf(request.given['TagKeys'])) tags.delete(key);
      return {};
    },
  }),
  listOperation('ListSecrets', { 'MaxResults?': integer(1, 100), 'NextToken?': STRING, 'IncludePlannedDeletion?': BOOLEAN }, listSecrets),
  listOperation(
    'BatchGetSecretValue',
    {
      'SecretIdList?': list(string({ min: 1, max: 2048 }), { min: 1, max: 20 }),
      'MaxResults?': integer(1, 20),
      'NextToken?': STRING,
    },
    () => {
      throw unsupported('The operation BatchGetSecretValue');
    },
  ),
];

/**
 * Makes an operation that returns secrets which the request does not name one by one. No policy limits the names that it returns,
 * so it is denied to every session, also if its policies allow it.
 */
function listOperation(
  name: string,
  members: Members,
  execute: (given: JsonObject, secrets: Secrets, now: Date) => JsonObject,
): JsonOperation<Secrets> {
  const permission = { action: `secretsmanager:${name}`, resource: '*', context: {} };
  return {
    operation: name,
    actions: [permission.action],
    members,
    parse(given, secrets, request) {
      const { caller, now } = request;
      if (request.allowed(permission)) denyToSessions(caller, permission.action, 'AccessDeniedException', 400);
      return { authorize: [permission], execute: () => execute(given, secrets, now) };
    },
  };
}

/** NextToken is the last name of the page before. */
function listSecrets(given: JsonObject, secrets: Secrets, now: Date): JsonObject {
  const after = textOf(given['NextToken']);
  const size = typeof given['MaxResults'] === 'number' ? given['MaxResults'] : DEFAULT_PAGE;
  const isListed = ({ deletionDate }: Secret): boolean => deletionDate === undefined || given['IncludePlannedDeletion'] === true;
  const rest = secrets.all(now).filter((secret) => secret.name > after && isListed(secret));
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return { SecretList: page.map(descriptionOf), ...(last && rest.length > size ? { NextToken: last.name } : {}) };
}

function descriptionOf(secret: Secret): JsonObject {
  const { description, deletionDate, tags, versions, createdAt, changedAt } = secret;
  const staged = [...versions.values()].filter(({ stages }) => stages.size > 0);
  return {
    ...identityOf(secret),
    ...(description !== undefined && { Description: description }),
    ...(deletionDate !== undefined && { DeletedDate: seconds(deletionDate) }),
    ...(tags.size > 0 && { Tags: tagList(tags) }),
    CreatedDate: seconds(createdAt),
    LastChangedDate: seconds(changedAt),
    VersionIdsToStages: Object.fromEntries(staged.map(({ id, stages }) => [id, [...stages]])),
  };
}

/** The condition keys of parameters that are in the request: `secretsmanager:VersionStage`. */
function present(given: JsonObject, ...names: readonly string[]): Readonly<Record<string, string>> {
  const sent = names.flatMap((name) => {
    const value = given[name];
    return typeof value === 'object' || value === undefined ? [] : [[`secretsmanager:${name}`, String(value)]];
  });
  return Object.fromEntries(sent);
}

function optionalText(value: JsonObject[string] | undefined): string | undefined {
  return value === undefined ? undefined : textOf(value);
}

function textsOf(value: JsonObject[string] | undefined): string[] {
  return Array.isArray(value) ? value.map(textOf) : [];
}

function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', 400, message);
}
