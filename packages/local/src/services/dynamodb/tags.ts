import { unsupported } from '../service.ts';
import type { ParameterType } from './dynalite.ts';
import { validationError } from './errors.ts';
import { firstFault } from './first-fault.ts';
import type { Tags } from './table-metadata.ts';

/** A tag in a request. */
export interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

/** The type of the parameter Tags. */
export const TAG_LIST: Exclude<ParameterType, string> = {
  type: 'List',
  children: { type: 'ValueStruct<Tag>', children: { Key: 'String', Value: 'String' } },
};

const MAX_TAGS = 50;
/** @see AWS General Reference, "Tag naming limits and requirements" */
const [KEY, VALUE] = [/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u];

/** The error message for the tags of a request, if any. */
export function tagsFault(tags: readonly Tag[] = []): string | undefined {
  const keys = tags.map(({ Key }) => Key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) return `Duplicate Tag Keys provided as input: Duplicate Tag Key found ${twice}`;
  return firstFault(tags, ({ Key, Value }) => {
    if (Key === undefined || !KEY.test(Key)) return `The Tag Key provided is invalid, Key: ${Key ?? null}`;
    if (/^aws:/i.test(Key)) return `Tag Key cannot be prefixed with aws:, Key: ${Key}`;
    return Value !== undefined && VALUE.test(Value) ? undefined : `The Tag Value provided is invalid, Value: ${Value ?? null}`;
  });
}

/** The tags of a checked request. */
export function tagsOf(tags: readonly Tag[] = []): Tags {
  return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/**
 * A table's tags with those of a request.
 *
 * @throws {@link AwsError} 400 for too many tags; 501 for two keys that differ only in case: a condition key such as
 *   `aws:ResourceTag/Tenant` ignores the case, so that it would have two values
 */
export function mergedTags(existing: Tags, added: Tags): Tags {
  const tags = new Map([...existing, ...added]);
  if (tags.size > MAX_TAGS) throw validationError('Number of Tags exceed the current limit for the provided ResourceArn');
  if (new Set(Array.from(tags.keys(), (key) => key.toLowerCase())).size < tags.size)
    throw unsupported('A table with two tag keys that differ only in case');
  return tags;
}
