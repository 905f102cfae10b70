import { createHash } from 'node:crypto';
import { isObject } from '@tenant-aws/policy/json';

/*
 * What STS accepts of a session: AWS STS API Reference, "AssumeRole", and IAM User Guide, "IAM and AWS STS quotas".
 * A check answers what is wrong, as the end of a sentence that the option's name begins, or nothing. What is wrong is
 * refused and never mended: a session name that silently changed would point an audit at someone else.
 */

const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const DIGEST_NAME = /^t-[0-9a-f]{40}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const ROLE_ARN = /^arn:(aws[a-z-]{0,20}):iam::(\d{12}):role\/[\w+=,.@/-]{1,512}$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MOST_TAGS = 50;

/** Account and partition of a role's ARN: the built-in variables of templates. */
export interface RoleParts {
  readonly partition: string;
  readonly account: string;
}

export function parseRoleArn(arn: string): RoleParts | undefined {
  const [, partition, account] = ROLE_ARN.exec(arn) ?? [];
  return partition && account ? { partition, account } : undefined;
}

/**
 * The tenant id itself where STS accepts it as a name; else `t-` and the first 40 hex digits of its SHA-256.
 * An id that looks like such a digest gets its own digest, so that no two tenants share a name.
 */
export function defaultSessionName(tenantId: string): string {
  if (SESSION_NAME.test(tenantId) && !DIGEST_NAME.test(tenantId)) return tenantId;
  return `t-${createHash('sha256').update(tenantId).digest('hex').slice(0, 40)}`;
}

export function roleArnFault(value: unknown): string | undefined {
  if (typeof value === 'string' && ROLE_ARN.test(value)) return undefined;
  return `${value === undefined ? 'is missing: it is' : 'must be'} the ARN of a role, such as \`arn:aws:iam::123456789012:role/TenantAccess\``;
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
  if (!isObject(value)) return 'must be an object of texts: the key and the value of each session tag';
  const tags = Object.entries(value);
  if (tags.length > MOST_TAGS) return `must be at most ${MOST_TAGS} tags`;
  if (new Set(tags.map(([key]) => key.toLowerCase())).size < tags.length)
    return 'must not name a key twice: AWS does not tell upper from lower case';
  return tags.map(([key, text]) => tagFault(key, text)).find((fault) => fault !== undefined);
}

export function transitiveTagKeysFault(value: unknown): string | undefined {
  if (value === undefined || (Array.isArray(value) && value.every((key) => typeof key === 'string' && key !== ''))) return undefined;
  return 'must be a list of tag keys';
}

/** Transitive keys that no tag carries; AWS compares keys without regard to case. */
export function untaggedKeys(transitive: readonly string[], tags: Readonly<Record<string, string>>): string[] {
  const keys = new Set(Object.keys(tags).map((key) => key.toLowerCase()));
  return transitive.filter((key) => !keys.has(key.toLowerCase()));
}

function tagFault(key: string, text: unknown): string | undefined {
  if (key.length < 1 || key.length > 128 || !TAG_TEXT.test(key)) return 'must have keys of 1 to 128 letters, digits, spaces and `_.:/=+-@`';
  if (key.toLowerCase().startsWith('aws:')) return "must not have a key that begins with `aws:`: those are AWS's own";
  if (typeof text !== 'string') return `must have a text at \`${key}\``;
  if (text.length > 256 || !TAG_TEXT.test(text)) return `must have at most 256 letters, digits, spaces and \`_.:/=+-@\` at \`${key}\``;
  return undefined;
}
