import { isObject, type Json } from '@tenant-aws/policy/json';
import { foldCase, type IamRequest } from '@tenant-aws/prover/evaluator';
import { unsupported } from './service.ts';
import { list, type Shape, string, structure, textOf } from './shape.ts';

/** The tags of a secret or a parameter: values by key. */
export type Tags = ReadonlyMap<string, string>;

export const TAG_KEY: Shape = string({ min: 1, max: 128, pattern: /^(?!aws:)/i });
/** The parameter Tags. */
export const TAGS: Shape = list(structure({ Key: TAG_KEY, 'Value?': string({ max: 256 }) }), { max: 50 });

/**
 * Reads the parameter Tags.
 *
 * @throws {@link AwsError} 501 for two keys that differ only in case: see {@link checkTagKeys}
 */
export function readTags(given: Json | undefined): Tags {
  const tags = (Array.isArray(given) ? given : []).flatMap((tag): [string, string][] =>
    isObject(tag) ? [[textOf(tag['Key']), textOf(tag['Value'])]] : [],
  );
  checkTagKeys(tags.map(([key]) => key));
  return new Map(tags);
}

/**
 * Condition keys ignore the case of their names: of two tags whose keys differ only in case, a policy would check one.
 *
 * @throws {@link AwsError} 501 for two keys that are equal or differ only in case
 */
export function checkTagKeys(keys: readonly string[]): void {
  if (new Set(keys.map(foldCase)).size < keys.length) throw unsupported('Tags with two keys that are equal or differ only in case');
}

/** The condition keys of the tags in a request. Without tags, there are none. */
export function requestTagKeys(tags: Tags): IamRequest['context'] {
  return tags.size === 0 ? {} : { ...tagsWithPrefix('aws:RequestTag/', tags), 'aws:TagKeys': [...tags.keys()] };
}

/** The condition keys of a resource's tags: `aws:ResourceTag/<key>`, and the service's own, such as `ssm:resourceTag/<key>`. */
export function resourceTagKeys(ownPrefix: string, tags: Tags): IamRequest['context'] {
  return { ...tagsWithPrefix('aws:ResourceTag/', tags), ...tagsWithPrefix(ownPrefix, tags) };
}

/** The tags as a response has them. */
export function tagList(tags: Tags): Json[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

function tagsWithPrefix(prefix: string, tags: Tags): IamRequest['context'] {
  return Object.fromEntries([...tags].map(([key, value]) => [`${prefix}${key}`, value]));
}
