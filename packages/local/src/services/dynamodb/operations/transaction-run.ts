import { AwsError } from '../../service.ts';
import type { Engine } from '../engine.ts';
import { primaryKey } from './items.ts';
import type { Element } from './transaction-elements.ts';
import { validationError } from '../errors.ts';

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

/** What one element consumed. */
export interface ElementUsage {
  readonly table: string;
  readonly units: number;
  /** The size of the item that is read, or that is written; of the key, if the element deletes or only checks an item. */
  readonly bytes: number;
}

/** @see Amazon DynamoDB API Reference, "TransactWriteItems" and "TransactGetItems": the aggregate size of the items */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Runs every element, so that each has a cancellation reason. If one fails, all writes are undone.
 *
 * @throws {@link AwsError} TransactionCanceledException; ResourceNotFoundException; ValidationException for two elements with the same item,
 *   and for items of more than 4 MB together
 */
export function runAllOrNothing<T extends ElementUsage>(engine: Engine, elements: readonly Element[], run: (element: Element) => T): T[] {
  checkDistinctItems(engine, elements);
  return engine.store.atomically(() => {
    const outcomes = elements.map((element) => outcome(() => run(element)));
    checkSize(outcomes.flatMap(({ result }) => result));
    const reasons = outcomes.map(({ reason }) => reason);
    if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
    return outcomes.flatMap(({ result }) => result);
  });
}

/** The consumed capacity per table. A transaction consumes twice the capacity of its single operations. */
export function consumedCapacity(requested: string | undefined, usage: readonly ElementUsage[]): object {
  if (requested !== 'TOTAL' && requested !== 'INDEXES') return {};
  const tables = Array.from(
    Map.groupBy(usage, ({ table }) => table),
    ([TableName, each]) => {
      const CapacityUnits = 2 * each.reduce((sum, { units }) => sum + units, 0);
      return { TableName, CapacityUnits, ...(requested === 'INDEXES' ? { Table: { CapacityUnits } } : {}) };
    },
  );
  return { ConsumedCapacity: tables };
}

function checkSize(usage: readonly ElementUsage[]): void {
  const bytes = usage.reduce((sum, element) => sum + element.bytes, 0);
  if (bytes > MAX_BYTES) throw validationError('The aggregate size of the items in the transaction exceeds 4 MB');
}

function checkDistinctItems(engine: Engine, elements: readonly Element[]): void {
  const seen = new Set<string>();
  for (const { data } of elements) {
    const table = engine.table(data.TableName);
    if (table === undefined) throw new AwsError('ResourceNotFoundException', 400, 'Requested resource not found');
    const { reason, result } = outcome(() => `${data.TableName} ${primaryKey(data, table)}`);
    // An invalid key gets its own cancellation reason later.
    if (reason.Code !== 'None') continue;
    for (const item of result) {
      if (seen.has(item)) throw validationError('Transaction request cannot include multiple operations on one item');
      seen.add(item);
    }
  }
}

function outcome<T>(run: () => T): { readonly reason: Reason; readonly result: readonly T[] } {
  try {
    return { reason: { Code: 'None' }, result: [run()] };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { reason: reasonOf(error), result: [] };
  }
}

function reasonOf(error: AwsError): Reason {
  if (error.code === 'ConditionalCheckFailedException') return { Code: 'ConditionalCheckFailed', Message: error.message, ...error.members };
  if (error.code === 'DuplicateItemException') return { Code: 'DuplicateItem', Message: error.message };
  if (error.code === 'ValidationException') return { Code: 'ValidationError', Message: error.message };
  throw error;
}

function cancelled(reasons: readonly Reason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new AwsError('TransactionCanceledException', 400, message, { CancellationReasons: reasons });
}
