import { deflateRawSync } from 'node:zlib';
import { AwsError } from '../services/service.ts';
import type { Session } from '../sessions.ts';
import { strictInteger } from '../strict-integer.ts';
import type { Role } from './roles.ts';

/** AWS's constraints on a parameter. The bounds are in characters. */
export interface Limit {
  readonly min: number;
  readonly max: number;
  readonly pattern: RegExp;
}

type Limited = 'roleArn' | 'roleSessionName' | 'policy' | 'externalId' | 'sourceIdentity' | 'webIdentityToken' | 'scopedSessionDescription';

/** @see AWS STS API Reference, "AssumeRole", request parameters */
export const LIMITS: Readonly<Record<Limited, Limit>> = {
  roleArn: { min: 20, max: 2048, pattern: /^arn:[a-z-]+:iam::\d{12}:role\/[\x21-\x7e]+$/ },
  roleSessionName: { min: 2, max: 64, pattern: /^[\w+=,.@-]+$/ },
  policy: { min: 1, max: 2048, pattern: /^[\t\n\r\u0020-\u00ff]+$/ },
  externalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]+$/ },
  webIdentityToken: { min: 4, max: 20_000, pattern: /^[\w.-]+$/ },
  scopedSessionDescription: { min: 0, max: 256, pattern: /^[^]*$/ },
  // AWS reserves the prefix `aws:`. The pattern admits no colon, so it refuses this prefix too.
  sourceIdentity: { min: 2, max: 64, pattern: /^[\w+=,.@-]+$/ },
};

/** The longest duration of a session from role chaining, in seconds. AWS refuses a longer one instead of shortening it. */
const CHAINED_MAX_SECONDS = 3600;
const MIN_SECONDS = 900;
const MAX_SECONDS = 43_200;
const DEFAULT_SECONDS = 3600;

/**
 * The limit for a session's policy and tags, in packed bytes.
 * This is a model: AWS does not publish its packed format, only the percentage in use. DEFLATE behaves similarly:
 * repeated text takes little space, random characters take much.
 */
const PACKED_MAX_BYTES = 1400;

/** A required parameter, checked against its limit. */
export function required(name: string, value: string | undefined, limit: Limit): string {
  if (value === undefined) throw validationError(name, 'Member must not be null');
  if (value.length < limit.min) throw validationError(name, `Member must have length greater than or equal to ${limit.min}`);
  if (value.length > limit.max) throw validationError(name, `Member must have length less than or equal to ${limit.max}`);
  if (!limit.pattern.test(value)) throw validationError(name, `Member must satisfy regular expression pattern: ${limit.pattern.source}`);
  return value;
}

/** An optional parameter, checked against its limit. */
export function optional(name: string, value: string | undefined, limit: Limit): string | undefined {
  return value === undefined ? undefined : required(name, value, limit);
}

/** A parameter that is an integer in decimal digits. */
export function integer(name: string, text: string, range: { readonly min: number; readonly max: number }): number {
  const value = strictInteger(text, range);
  if (value === undefined) throw validationError(name, `Member must have value between ${range.min} and ${range.max}`);
  return value;
}

/**
 * The requested duration in seconds, checked against the role's maximum and the limit for role chaining.
 * An unknown role has no maximum here, so that the caller gets AccessDenied, as on AWS.
 */
export function parseDuration(text: string | undefined, role: Pick<Role, 'maxSessionDuration'> | undefined, caller?: Session): number {
  const seconds = text === undefined ? DEFAULT_SECONDS : integer('durationSeconds', text, { min: MIN_SECONDS, max: MAX_SECONDS });
  if (caller && seconds > CHAINED_MAX_SECONDS) {
    throw new AwsError(
      'ValidationError',
      400,
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (role && seconds > role.maxSessionDuration) {
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

/** A parameter that does not satisfy a constraint: AWS's message without the value, which may be secret. */
export function validationError(name: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationError',
    400,
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: ${constraint}`,
  );
}
