import { AwsError } from '../service.ts';

/** The value of a version: a text, or bytes in base64. */
export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string };

/** One value of a secret. */
export interface SecretVersion {
  readonly id: string;
  readonly value: SecretValue;
  /** The staging labels: `AWSCURRENT`. */
  readonly stages: Set<string>;
  readonly createdAt: Date;
}

/** A secret with its versions by id, oldest first. */
export interface Secret {
  /** `arn:aws:secretsmanager:us-east-1:000000000000:secret:acme/db-AbCdEf` */
  readonly arn: string;
  readonly name: string;
  readonly versions: Map<string, SecretVersion>;
  readonly tags: Map<string, string>;
  readonly createdAt: Date;
  description: string | undefined;
  changedAt: Date;
  /** When the secret is deleted, if it is marked for deletion. */
  deletionDate?: Date | undefined;
}

/** A version to add. */
export interface NewVersion {
  readonly id: string;
  readonly value: SecretValue;
  readonly stages: readonly string[];
}

/** A version without a staging label is deprecated. AWS removes the oldest ones. */
const MAX_DEPRECATED = 100;

/**
 * Adds a version, and moves its staging labels from the versions that have them. The version that loses `AWSCURRENT` gets `AWSPREVIOUS`.
 * A version with this id and value is kept: the request was sent again.
 *
 * @throws {@link AwsError} 400 if the version with this id has another value
 */
export function addVersion(secret: Secret, { id, value, stages }: NewVersion, now: Date): SecretVersion {
  const same = secret.versions.get(id);
  if (same !== undefined) {
    if (isSameValue(same.value, value)) return same;
    throw new AwsError('ResourceExistsException', 400, "You can't modify an existing version, you can only create a new version.");
  }
  const version: SecretVersion = { id, value, stages: new Set(), createdAt: now };
  secret.versions.set(id, version);
  secret.changedAt = now;
  const isFirst = versionWith(secret, 'AWSCURRENT') === undefined;
  for (const stage of new Set(isFirst ? [...stages, 'AWSCURRENT'] : stages)) {
    const previous = moveStage(secret, stage, version);
    if (stage === 'AWSCURRENT' && previous !== undefined) moveStage(secret, 'AWSPREVIOUS', previous);
  }
  removeDeprecated(secret);
  return version;
}

/**
 * The version with this id and this staging label. Without both, the version `AWSCURRENT`.
 *
 * @throws {@link AwsError} 400 if there is no such version
 */
export function findVersion(secret: Secret, id: string | undefined, stage: string | undefined): SecretVersion {
  if (id === undefined) {
    const label = stage ?? 'AWSCURRENT';
    return versionWith(secret, label) ?? noValue(`staging label: ${label}`);
  }
  const version = secret.versions.get(id) ?? noValue(`VersionId: ${id}`);
  if (stage === undefined || version.stages.has(stage)) return version;
  throw new AwsError('InvalidRequestException', 400, 'You provided a VersionStage that is not associated to the provided VersionId.');
}

export function isSameValue(a: SecretValue, b: SecretValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function versionWith({ versions }: Secret, stage: string): SecretVersion | undefined {
  return [...versions.values()].find(({ stages }) => stages.has(stage));
}

/** @returns the version that had the staging label, if it is another one */
function moveStage(secret: Secret, stage: string, to: SecretVersion): SecretVersion | undefined {
  const from = versionWith(secret, stage);
  from?.stages.delete(stage);
  to.stages.add(stage);
  return from === to ? undefined : from;
}

function removeDeprecated({ versions }: Secret): void {
  const deprecated = [...versions.values()].filter(({ stages }) => stages.size === 0);
  for (const { id } of deprecated.slice(0, -MAX_DEPRECATED)) versions.delete(id);
}

function noValue(version: string): never {
  throw new AwsError('ResourceNotFoundException', 400, `Secrets Manager can't find the specified secret value for ${version}`);
}
