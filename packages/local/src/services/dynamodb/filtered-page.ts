import { matches } from './condition-evaluation.ts';
import { db, type ParsedRequest, type Results } from './dynalite.ts';

/** dynalite finds an unknown operator true. */
const EVERY_ITEM = { type: 'every item', args: [] };

/** A request whose filter dynalite checks, but does not apply: the result has all attributes of every item that it scans. */
export function withoutFilter(data: ParsedRequest): object {
  const { _filter: filter, _projection: projection, AttributesToGet: _, Select, ...rest } = data;
  if (filter === undefined) return data;
  return {
    ...rest,
    ...(Select !== 'COUNT' && { Select }),
    _filter: { ...filter, expression: EVERY_ITEM },
    ...(projection && { _projection: { ...projection, paths: undefined } }),
  };
}

/** Applies a request's filter and projection to the result of {@link withoutFilter}. The filter does not change the limit of a page. */
export function filteredPage(result: Results['query'], data: ParsedRequest): Results['query'] {
  const { _filter: filter, _projection: projection, AttributesToGet, Select } = data;
  const { Items = [], ...page } = result;
  if (filter === undefined) return result;
  const found = Items.filter((item) => matches(item, filter.expression));
  const counted = { ...page, Count: found.length };
  if (Select === 'COUNT') return counted;
  const paths = projection?.paths ?? AttributesToGet;
  return { ...counted, Items: paths === undefined ? found : found.map((item) => db.mapPaths(paths, item)) };
}
