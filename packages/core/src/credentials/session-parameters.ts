import { createHash } from 'node:crypto';
import { isObject } from '@tenant-aws/policy/json';

/*
 * The session parameters of AssumeRole and their checks: AWS STS API Reference, "AssumeRole", and IAM User Guide, "IAM and
 * AWS STS quotas". A check returns the end of a sentence that begins with the option's name, or `undefined` for a valid
 * value. An invalid value is refused and never corrected: with a changed session name, CloudTrail would show someone else.
 */

/** The parameters of AssumeRole that may differ between identities. The session policy is not one of them. */
export interface SessionParameters {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly sourceIdentity: string | undefined;
  readonly externalId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const DIGEST_NAME = /^t-[0-9a-f]{40}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const ROLE_ARN = /^arn:(aws[a-z-]{0,20}):iam::(\d{12}):role\/[\w+=,.@/-]{1,512}$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MAX_TAGS = 50;

/** Parts of the role's ARN, which are built-in variables of templates. */
export interface RoleParts {
  readonly partition: string;
  readonly account: string;
}

export function parseRoleArn(arn: string): RoleParts | undefined {
  const [, partition, account] = ROLE_ARN.exec(arn) ?? [];
  return partition && account ? { partition, account } : undefined;
}

/**
 * The tenant id if STS accepts it as a session name; else `t-` and the first 40 hex digits of its SHA-256.
 * A tenant id that looks like such a digest is hashed too, so that no two tenants share a session name.
 */
export function defaultSessionName(tenantId: string): string {
  if (SESSION_NAME.test(tenantId) && !DIGEST_NAME.test(tenantId)) return tenantId;
  return `t-${createHash('sha256').update(tenantId).digest('hex').slice(0, 40)}`;
}

export function roleArnFault(value: unknown): string | undefined {
  if (typeof value === 'string' && ROLE_ARN.test(value)) return undefined;
  return `${value === undefined ? 'is missing: give' : 'must be'} the ARN of a role, such as \`arn:aws:iam::123456789012:role/TenantAccess\``;
}

export function sessionNameFault(value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && SESSION_NAME.test(value))) return undefined;
  return 'must be 2 to 64 characters of letters, digits and `_+=,.@-`';
}

export function sourceIdentityFault(value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && SESSION_NAME.test(value))) return undefined;
  return 'must be 2 to 64 characters of letters, digits and `_+=,.@-`';
}

export function externalIdFault(value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && EXTERNAL_ID.test(value))) return undefined;
  return 'must be 2 to 1,224 characters of letters, digits and `_+=,.@:/-`';
}

export function tagsFault(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) return 'must be an object with the key and the value of each session tag, as strings';
  const tags = Object.entries(value);
  if (tags.length > MAX_TAGS) return `must have at most ${MAX_TAGS} tags`;
  if (new Set(tags.map(([key]) => key.toLowerCase())).size < tags.length)
    return 'must not have two keys that differ only in case: AWS ignores the case of tag keys';
  return tags.map(([key, text]) => tagFault(key, text)).find((fault) => fault !== undefined);
}

export function transitiveTagKeysFault(value: unknown): string | undefined {
  if (value === undefined || (Array.isArray(value) && value.every((key) => typeof key === 'string' && key !== ''))) return undefined;
  return 'must be a list of tag keys';
}

/** The transitive keys without a tag. AWS ignores the case of tag keys. */
export function untaggedKeys(transitive: readonly string[], tags: Readonly<Record<string, string>>): string[] {
  const keys = new Set(Object.keys(tags).map((key) => key.toLowerCase()));
  return transitive.filter((key) => !keys.has(key.toLowerCase()));
}

function tagFault(key: string, text: unknown): string | undefined {
  if (key.length < 1 || key.length > 128 || !TAG_TEXT.test(key)) return 'must have keys of 1 to 128 letters, digits, spaces and `_.:/=+-@`';
  if (key.toLowerCase().startsWith('aws:')) return 'must not have a key that begins with `aws:`: AWS reserves them';
  if (typeof text !== 'string') return `must have a string at \`${key}\``;
  if (text.length > 256 || !TAG_TEXT.test(text)) return `must have at most 256 letters, digits, spaces and \`_.:/=+-@\` at \`${key}\``;
  return undefined;
}
