/** What a listing asks for. */
export interface ListingQuery {
  readonly prefix: string;
  /** Empty: nothing is rolled up. */
  readonly delimiter: string;
  /** Only what comes after this key or common prefix. */
  readonly after: string;
  readonly max: number;
}

/** One page, in the order of UTF-8: keys and rolled-up prefixes count alike. */
export interface ListingPage<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page begins: after this. Undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * One page of `sorted`.
 *
 * @param nameOf The key by which an item is listed
 * @param follows Whether an item comes after `query.after`, where that is not for its name alone to say
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
    const rolledUp = commonPrefix(name, prefix, delimiter);
    if (rolledUp !== undefined && (rolledUp === commonPrefixes.at(-1) || rolledUp === after)) continue;
    if (items.length + commonPrefixes.length === max) return { items, commonPrefixes, next: max === 0 ? undefined : last };
    if (rolledUp === undefined) items.push(item);
    else commonPrefixes.push(rolledUp);
    last = rolledUp ?? name;
  }
  return { items, commonPrefixes, next: undefined };
}

function commonPrefix(name: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : name.slice(0, end + delimiter.length);
}

/** Orders two strings by their UTF-8, as S3 lists. JavaScript's own order is that of UTF-16, which puts emoji before U+E000. */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
