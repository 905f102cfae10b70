import type { JsonObject } from '@tenant-aws/policy/json';
import type { IamRequest } from '@tenant-aws/prover/evaluator';
import type { JsonOperation } from '../json-service.ts';
import { resourceTagKeys } from '../resource-tags.ts';
import { type Members, string, textOf } from '../shape.ts';
import type { Secret } from './secret.ts';
import { invalidRequest, type SecretReference, type Secrets } from './secrets.ts';

/** The condition keys of every operation on a secret. For the documentation. */
export const SECRET_CONDITION_KEYS = ['secretsmanager:SecretId', 'secretsmanager:ResourceTag/<key>', 'aws:ResourceTag/<key>'] as const;

/** A request for one secret. */
export interface SecretRequest {
  readonly given: JsonObject;
  readonly reference: SecretReference;
  readonly secrets: Secrets;
  readonly now: Date;
}

/** How an operation on one secret differs from the others. */
export interface SecretOperationOptions {
  readonly members?: Members;
  /** Its condition keys, in addition to {@link SECRET_CONDITION_KEYS}. For the documentation. */
  readonly conditionKeys?: readonly string[];
  /** Checks the parameters, and returns the values of these condition keys. Throws AwsError. */
  readonly context?: (given: JsonObject) => IamRequest['context'];
  execute(request: SecretRequest): JsonObject;
}

/** Makes an operation on the secret that SecretId names. */
export function secretOperation(name: string, options: SecretOperationOptions): JsonOperation<Secrets> {
  const { members = {}, conditionKeys = [], context } = options;
  const action = `secretsmanager:${name}`;
  return {
    operation: name,
    actions: [action],
    conditionKeys: [...SECRET_CONDITION_KEYS, ...conditionKeys],
    members: { SecretId: string({ min: 1, max: 2048 }), ...members },
    parse(given, secrets, { now }) {
      const secretId = textOf(given['SecretId']);
      const reference = secrets.find(secretId, now);
      const tags = resourceTagKeys('secretsmanager:ResourceTag/', reference.secret?.tags ?? new Map());
      const own = context?.(given);
      return {
        authorize: [{ action, resource: reference.arn, context: { 'secretsmanager:SecretId': secretId, ...tags, ...own } }],
        execute: () => options.execute({ given, reference, secrets, now }),
      };
    },
  };
}

/**
 * The secret of a request.
 *
 * @throws {@link AwsError} 400 if there is no secret, or it is marked for deletion
 */
export function usable({ reference, secrets }: SecretRequest): Secret {
  const secret = secrets.existing(reference);
  if (secret.deletionDate === undefined) return secret;
  throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
}

export function identityOf({ arn, name }: Secret): JsonObject {
  return { ARN: arn, Name: name };
}

/** AWS sends dates as seconds since the epoch. */
export function seconds(date: Date): number {
  return date.getTime() / 1000;
}
