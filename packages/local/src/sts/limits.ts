import { deflateRawSync } from 'node:zlib';
import { AwsError } from '../services/service.ts';
import { strictInteger } from '../strict.ts';

/** The shape of a parameter: an AWS pattern and its bounds, in characters. */
export interface Limit {
  readonly min: number;
  readonly max: number;
  readonly pattern: RegExp;
}

/** @see AWS STS API Reference, "AssumeRole", request parameters */
export const LIMITS: Readonly<
  Record<'roleArn' | 'roleSessionName' | 'policy' | 'externalId' | 'sourceIdentity' | 'webIdentityToken', Limit>
> = {
  roleArn: { min: 20, max: 2048, pattern: /^arn:[a-z-]+:iam::\d{12}:role\/[\x21-\x7e]+$/ },
  roleSessionName: { min: 2, max: 64, pattern: /^[\w+=,.@-]+$/ },
  policy: { min: 1, max: 2048, pattern: /^[\t\n\r\u0020-\u00ff]+$/ },
  externalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]+$/ },
  webIdentityToken: { min: 4, max: 20_000, pattern: /^[\w.-]+$/ },
  // `aws:` is AWS's own prefix; the colon is no character of a source identity anyway.
  sourceIdentity: { min: 2, max: 64, pattern: /^[\w+=,.@-]+$/ },
};

/** The longest life of a chained session, in seconds. AWS refuses more; it does not shorten. */
export const CHAINED_MAX_SECONDS = 3600;
const MIN_SECONDS = 900;
const MAX_SECONDS = 43_200;
const DEFAULT_SECONDS = 3600;

/**
 * What a session carries may take this many bytes when packed.
 * A model: AWS packs in a form that it does not publish, and tells only the percentage. Ours is DEFLATE, which behaves alike:
 * repetition is nearly free, random characters are not.
 */
const PACKED_MAX_BYTES = 1400;

/** A parameter that must be there, checked against its limit. */
export function required(name: string, value: string | undefined, limit: Limit): string {
  if (value === undefined) throw validationError(name, 'Member must not be null');
  if (value.length < limit.min) throw validationError(name, `Member must have length greater than or equal to ${limit.min}`);
  if (value.length > limit.max) throw validationError(name, `Member must have length less than or equal to ${limit.max}`);
  if (!limit.pattern.test(value)) throw validationError(name, `Member must satisfy regular expression pattern: ${limit.pattern.source}`);
  return value;
}

/** A parameter that may be absent. */
export function optional(name: string, value: string | undefined, limit: Limit): string | undefined {
  return value === undefined ? undefined : required(name, value, limit);
}

/** The life that was asked for, in seconds, within what the role and the way it is assumed allow. */
export function parseDuration(value: string | undefined, allowed: { readonly roleMax: number; readonly chained: boolean }): number {
  const seconds = value === undefined ? DEFAULT_SECONDS : strictInteger(value, { min: MIN_SECONDS, max: MAX_SECONDS });
  if (seconds === undefined) throw validationError('durationSeconds', `Member must have value between ${MIN_SECONDS} and ${MAX_SECONDS}`);
  if (allowed.chained && seconds > CHAINED_MAX_SECONDS) {
    throw new AwsError(
      'ValidationError',
      400,
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (seconds > allowed.roleMax) {
    throw new AwsError('ValidationError', 400, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return seconds;
}

/**
 * The share of the packed size that is used, in whole percent.
 *
 * @throws AwsError PackedPolicyTooLarge
 */
export function packedPercent(parts: readonly string[]): number {
  if (parts.every((part) => part === '')) return 0;
  const percent = Math.ceil((deflateRawSync(parts.join('\n')).length / PACKED_MAX_BYTES) * 100);
  if (percent <= 100) return percent;
  throw new AwsError('PackedPolicyTooLarge', 400, `Packed size of session policies and tags consumes ${percent}% of the allotted space.`);
}

/** One parameter that does not satisfy its constraint, in AWS's words but for the value, which may be secret. */
export function validationError(name: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationError',
    400,
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: ${constraint}`,
  );
}
