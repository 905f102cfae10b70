import type { Attributes, ParsedRequest, TableDescription } from './dynalite.ts';

/** The size of an item collection in GB, as a range. No collection of the local DynamoDB has a whole GB. */
const SIZE_RANGE = [0, 1];

/** A write that may request the metrics. */
type Write = Pick<ParsedRequest, 'ReturnItemCollectionMetrics'>;

/** The item collection of an item: all items with its partition key, of a table with local indexes. Other tables have none. */
export interface ItemCollection {
  readonly ItemCollectionKey: Attributes;
  readonly SizeEstimateRangeGB: readonly number[];
}

/**
 * The item collections that a write changed, if it requests them.
 *
 * @param items the written items, or their keys
 * @see Amazon DynamoDB API Reference, "ItemCollectionMetrics"
 */
export function itemCollections(
  { ReturnItemCollectionMetrics }: Write,
  table: TableDescription | undefined,
  items: readonly Attributes[],
): readonly ItemCollection[] {
  const name = table?.KeySchema[0]?.AttributeName;
  if (ReturnItemCollectionMetrics !== 'SIZE' || table?.LocalSecondaryIndexes === undefined || name === undefined) return [];
  const keys = items.flatMap(({ [name]: value }) => (value === undefined ? [] : [value]));
  const distinct = new Map(keys.map((value) => [JSON.stringify(value), value]));
  return [...distinct.values()].map((value) => ({ ItemCollectionKey: { [name]: value }, SizeEstimateRangeGB: SIZE_RANGE }));
}

/** The result member of a write to several tables. */
export function itemCollectionMetrics(byTable: ReadonlyMap<string, readonly ItemCollection[]>): object {
  const changed = [...byTable].filter(([, collections]) => collections.length > 0);
  return changed.length === 0 ? {} : { ItemCollectionMetrics: Object.fromEntries(changed) };
}
