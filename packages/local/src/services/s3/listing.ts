/** The query parameters of a listing that are condition keys. An absent parameter is an absent key, not an empty one. */
export const LIST_CONDITION_KEYS = { prefix: 's3:prefix', delimiter: 's3:delimiter', 'max-keys': 's3:max-keys' } as const;

/** The parameters of a listing. */
export interface ListingQuery {
  readonly prefix: string;
  /** Empty if keys are not grouped. */
  readonly delimiter: string;
  /** The listing starts after this key or common prefix. */
  readonly after: string;
  readonly max: number;
}

/** One page, ordered by UTF-8 bytes. Items and common prefixes both count towards its size. */
export interface ListingPage<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  /** The next page starts after this key or common prefix. Undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * One page of `sorted`.
 *
 * @param nameOf The key of an item
 * @param follows Whether an item comes after `query.after`, if its key alone does not decide that
 * @see Amazon S3 User Guide, "Organizing objects using prefixes"
 */
export function listPage<T>(
  sorted: readonly T[],
  nameOf: (item: T) => string,
  query: ListingQuery,
  follows: (item: T) => boolean = (item) => query.after === '' || compareUtf8(nameOf(item), query.after) > 0,
): ListingPage<T> {
  const { prefix, delimiter, after, max } = query;
  const items: T[] = [];
  const commonPrefixes: string[] = [];
  let last = '';
  for (const item of sorted) {
    const name = nameOf(item);
    if (!name.startsWith(prefix) || !follows(item)) continue;
    const grouped = commonPrefix(name, prefix, delimiter);
    if (grouped !== undefined && (grouped === commonPrefixes.at(-1) || grouped === after)) continue;
    if (items.length + commonPrefixes.length === max) return { items, commonPrefixes, next: max === 0 ? undefined : last };
    if (grouped === undefined) items.push(item);
    else commonPrefixes.push(grouped);
    last = grouped ?? name;
  }
  return { items, commonPrefixes, next: undefined };
}

function commonPrefix(name: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : name.slice(0, end + delimiter.length);
}

/** Orders two strings by UTF-8 bytes, as S3 does. JavaScript orders by UTF-16, with emoji before U+E000. */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
