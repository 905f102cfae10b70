import type { IndexDescription, ParsedRequest, TableDescription } from './dynalite.ts';
import type { Engine } from './engine.ts';
import { validationError } from './errors.ts';
import { itemSize } from './item-size.ts';

/** The bytes that one unit of read capacity reads. */
const UNIT_BYTES = 4096;

/**
 * Whether a read of a local index requests attributes that the index does not contain.
 *
 * @throws {@link AwsError} 400 if the index is global: it never reads from its table
 */
export function fetchesFromTable(data: ParsedRequest, table: TableDescription | undefined): boolean {
  const isNamed = ({ IndexName }: IndexDescription) => IndexName === data.IndexName;
  const local = table?.LocalSecondaryIndexes?.find(isNamed);
  if (local !== undefined) return data.Select === 'ALL_ATTRIBUTES' ? !isComplete(local) : missingIn(local, data, table).length > 0;
  const global = table?.GlobalSecondaryIndexes?.find(isNamed);
  const missing = global === undefined ? [] : missingIn(global, data, table);
  if (missing.length === 0) return false;
  throw validationError(
    `One or more parameter values were invalid: Global secondary index ${data.IndexName} does not project [${missing.join(', ')}]`,
  );
}

/** Reads whole items in the order of a local index. The request consumes read capacity of the index and of the table. */
export async function readThroughIndex(engine: Engine, action: 'query' | 'scan', data: ParsedRequest): Promise<object> {
  const { Select: _, ...rest } = data;
  const reads: { readonly table: number; readonly index: number }[] = [];
  const store = engine.store.withWholeItemsInIndexes((whole, projected) => {
    reads.push({ table: itemSize(whole), index: itemSize(projected) });
  });
  const result = await engine.stream(action, rest, store);
  if (!('ConsumedCapacity' in result) || !('ScannedCount' in result)) return result;
  // The engine reads one item more than it scans, to find the end of a page.
  const scanned = reads.slice(0, Number(result.ScannedCount));
  const units = (sizes: readonly number[]) =>
    Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / UNIT_BYTES) / (data.ConsistentRead === true ? 1 : 2);
  const [table, index] = [units(scanned.map((read) => read.table)), units(scanned.map((read) => read.index))];
  return { ...result, ConsumedCapacity: consumed(data, table, index) };
}

function consumed({ TableName, IndexName = '', ReturnConsumedCapacity }: ParsedRequest, table: number, index: number): object {
  const total = { TableName, CapacityUnits: table + index };
  if (ReturnConsumedCapacity !== 'INDEXES') return total;
  return { ...total, Table: { CapacityUnits: table }, LocalSecondaryIndexes: { [IndexName]: { CapacityUnits: index } } };
}

function isComplete({ Projection }: IndexDescription): boolean {
  return Projection.ProjectionType === 'ALL';
}

function missingIn(index: IndexDescription, data: ParsedRequest, table: TableDescription | undefined): readonly string[] {
  if (isComplete(index)) return [];
  const keys = [...(table?.KeySchema ?? []), ...index.KeySchema].map(({ AttributeName }) => AttributeName);
  const contained = new Set([...keys, ...(index.Projection.NonKeyAttributes ?? [])]);
  return requestedAttributes(data).filter((name) => !contained.has(name));
}

function requestedAttributes({ AttributesToGet = [], _projection: projection }: ParsedRequest): readonly string[] {
  const heads = (projection?.paths ?? []).map((path) => (typeof path === 'string' ? path : String(path[0])));
  return [...new Set([...AttributesToGet, ...heads])];
}
