import { foldCase } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../services/service.ts';
import type { Session } from '../sessions.ts';
import { type Form, readList } from '../query-protocol.ts';
import { validationError } from './limits.ts';

/** The tags of a session: those of the request, and those inherited through a chain of roles. */
export interface SessionTags {
  /** The tags that the request passes. */
  readonly requested: ReadonlyMap<string, string>;
  /** All tags of the session: requested and inherited. */
  readonly all: ReadonlyMap<string, string>;
  /** The keys of the tags that a role assumed by this session inherits. */
  readonly transitive: ReadonlySet<string>;
}

const MAX_TAGS = 50;
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** Reads `Tags` and `TransitiveTagKeys` of a form. */
export function readTags(form: Form, caller: Session | undefined): SessionTags {
  const pairs = readList(form, 'Tags').map((tag) => {
    if (tag.size !== 2 || !tag.has('Key') || !tag.has('Value')) throw validationError('tags', 'Member must have a Key and a Value');
    return [tag.get('Key') ?? '', tag.get('Value') ?? ''] as const;
  });
  const transitive = readList(form, 'TransitiveTagKeys').map((key) => {
    if (key.size !== 1 || !key.has('')) throw validationError('transitiveTagKeys', 'Member must be a key');
    return key.get('') ?? '';
  });
  return sessionTags(pairs, transitive, caller);
}

/**
 * Checks tags against AWS's rules, and adds the tags that the session inherits from the caller's session.
 *
 * @see AWS IAM User Guide, "Pass session tags in AWS STS"
 */
export function sessionTags(
  pairs: readonly (readonly [key: string, value: string])[],
  transitiveKeys: readonly string[],
  caller: Session | undefined,
): SessionTags {
  const inherited = new Map([...(caller?.tags ?? [])].filter(([key]) => caller?.transitiveTagKeys.has(key)));
  const taken = new Set([...inherited.keys()].map(foldCase));
  const requested = new Map<string, string>();
  if (pairs.length > MAX_TAGS) throw validationError('tags', `Member must have length less than or equal to ${MAX_TAGS}`);
  for (const [key, value] of pairs) {
    if (!KEY.test(key) || foldCase(key).startsWith('aws:'))
      throw validationError('tags', `Key must satisfy regular expression pattern: ${KEY.source}`);
    if (!VALUE.test(value)) throw validationError('tags', `Value must satisfy regular expression pattern: ${VALUE.source}`);
    // Condition keys ignore case: two tag keys that differ only in case would be one condition key with two values.
    if (taken.has(foldCase(key))) {
      throw new AwsError('ValidationError', 400, 'A tag key is repeated, also in another case, or overrides an inherited transitive tag.');
    }
    taken.add(foldCase(key));
    requested.set(key, value);
  }
  for (const key of transitiveKeys) {
    if (!requested.has(key))
      throw new AwsError('ValidationError', 400, 'The specified transitive tag key must be included in the requested tags.');
  }
  if (new Set(transitiveKeys).size !== transitiveKeys.length) throw validationError('transitiveTagKeys', 'Member must be unique');
  return {
    requested,
    all: new Map([...inherited, ...requested]),
    transitive: new Set([...inherited.keys(), ...transitiveKeys]),
  };
}
