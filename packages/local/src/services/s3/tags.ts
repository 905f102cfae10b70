import { foldCase } from '@tenant-aws/prover/evaluator';
import { AwsError } from '../service.ts';
import type { ConditionKeys } from './authorization.ts';
import { invalidArgument, notImplemented } from './errors.ts';
import type { S3Request } from './operation.ts';
import type { Tags } from './stored-object.ts';
import { element, parent } from './xml-writer.ts';
import { malformedXml, readXml } from './xml-reader.ts';

/** The header with the tags of a write. */
export const TAGGING = 'x-amz-tagging';

export const NO_TAGS: Tags = new Map();

/** The condition keys of a request that sets tags. */
export const REQUEST_TAG_KEYS: readonly string[] = ['s3:RequestObjectTag/<key>', 's3:RequestObjectTagKeys'];

/** The condition key of a request on an object that may have tags. */
export const EXISTING_TAG_KEY = 's3:ExistingObjectTag/<key>';

const MAX_TAGS = 10;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * The tags in `x-amz-tagging`, if the request has this header: a query string in form encoding.
 *
 * @throws {@link AwsError} InvalidArgument for another encoding; InvalidTag, BadRequest, NotImplemented as {@link checkTags}
 */
export function readTagHeader({ headers }: S3Request): Tags | undefined {
  const header = headers.get(TAGGING);
  if (header === undefined) return undefined;
  if (header === '') return NO_TAGS;
  return checkTags(
    header.split('&').map((pair) => {
      const [key = '', value = '', more] = pair.split('=');
      if (more !== undefined) throw invalidTagHeader(header);
      return [decoded(key, header), decoded(value, header)];
    }),
  );
}

/** Writes tags as {@link readTagHeader} reads them. */
export function tagHeader(tags: Tags): string {
  return [...tags].map((tag) => tag.map(encodeURIComponent).join('=')).join('&');
}

/** The tags in the body of PutObjectTagging. @throws {@link AwsError} MalformedXML, and the errors of {@link checkTags} */
export function readTagBody(body: Buffer): Tags {
  const [set, second] = readXml(body, 'Tagging').only('TagSet').all('TagSet');
  if (!set || second) throw malformedXml();
  const tags = set.only('Tag').all('Tag');
  return checkTags(tags.map((tag) => [tag.only('Key', 'Value').requiredText('Key'), tag.requiredText('Value')]));
}

/** The body of GetObjectTagging. */
export function tagSet(tags: Tags): string {
  return parent('TagSet', [...tags].map(([key, value]) => parent('Tag', element('Key', key) + element('Value', value))).join(''));
}

/** The condition keys of the tags in a request. Without tags, all are absent. */
export function requestTags(tags: Tags | undefined): ConditionKeys {
  if (!tags || tags.size === 0) return {};
  return { ...conditionKeys('s3:RequestObjectTag', tags), 's3:RequestObjectTagKeys': [...tags.keys()] };
}

/** The condition keys of the tags that an object has. */
export function existingTags(tags: Tags): ConditionKeys {
  return conditionKeys('s3:ExistingObjectTag', tags);
}

function conditionKeys(prefix: string, tags: Tags): ConditionKeys {
  return Object.fromEntries([...tags].map(([key, value]) => [`${prefix}/${key}`, value]));
}

/**
 * Checks a set of tags.
 *
 * @throws {@link AwsError} BadRequest for more than 10 tags; InvalidTag for a key or a value that is invalid, or a key given twice;
 * NotImplemented, 501, for keys that differ only in letter case: they are one condition key with two values
 * @see Amazon S3 User Guide, "Categorizing your objects using tags"
 */
function checkTags(pairs: readonly (readonly [key: string, value: string])[]): Tags {
  if (pairs.length > MAX_TAGS) throw new AwsError('BadRequest', 400, `Object tags cannot be greater than ${MAX_TAGS}`);
  const tags = new Map<string, string>();
  const folded = new Set<string>();
  for (const [key, value] of pairs) {
    if (key === '' || key.length > MAX_KEY_LENGTH || !CHARACTERS.test(key))
      throw invalidTag('The TagKey you have provided is invalid', key);
    if (value.length > MAX_VALUE_LENGTH || !CHARACTERS.test(value)) throw invalidTag('The TagValue you have provided is invalid', key);
    if (foldCase(key).startsWith('aws:')) throw invalidTag('System tags cannot be added/updated by requester', key);
    if (tags.has(key)) throw invalidTag('Cannot provide multiple Tags with the same key', key);
    if (folded.has(foldCase(key))) throw notImplemented('tag keys that differ only in letter case');
    folded.add(foldCase(key));
    tags.set(key, value);
  }
  return tags;
}

function invalidTag(message: string, key: string): AwsError {
  return new AwsError('InvalidTag', 400, message, { TagKey: key });
}

function decoded(text: string, header: string): string {
  if (!PRINTABLE_ASCII.test(text)) throw invalidTagHeader(header);
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidTagHeader(header);
  }
}

function invalidTagHeader(header: string): AwsError {
  return invalidArgument(
    TAGGING,
    header,
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
  );
}
