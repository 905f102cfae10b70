import { AwsError } from './service.ts';

/** One page of a list that is sorted by a unique key. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/**
 * Returns the items after the token, and the token of the next page. A token names the last item of a page, so that items that are
 * created or deleted between two pages do not shift the others.
 *
 * @param items in their order: each key is unique
 * @param code the error code of the service for an invalid token
 * @throws {@link AwsError} 400 for a token that names no item
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { token, limit, code }: { readonly token?: string | undefined; readonly limit: number; readonly code: string },
): Page<Item> {
  const start = token === undefined ? 0 : items.findIndex((item) => tokenOf(keyOf(item)) === token) + 1;
  if (token !== undefined && start === 0) throw new AwsError(code, 400, 'The specified nextToken is invalid.');
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  return { items: page, ...(last !== undefined && start + limit < items.length && { nextToken: tokenOf(keyOf(last)) }) };
}

function tokenOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}
