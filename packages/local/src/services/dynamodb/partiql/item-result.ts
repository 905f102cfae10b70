import { AwsError } from '../../service.ts';
import type { Attributes } from '../dynalite.ts';
import type { Engine } from '../engine.ts';
import { validationError } from '../errors.ts';
import { runIfMatching, runReturningFailedItem } from '../operations/items.ts';
import type { Element } from '../operations/transaction-elements.ts';

/** The result of a statement on one item. */
export interface ItemResult {
  /** The item that a SELECT reads, or the attributes of a RETURNING clause. */
  readonly item?: Attributes | undefined;
  readonly capacity?: object | undefined;
}

const WRITES: ReadonlyMap<string, 'putItem' | 'updateItem' | 'deleteItem'> = new Map([
  ['Put', 'putItem'],
  ['Update', 'updateItem'],
  ['Delete', 'deleteItem'],
]);

/**
 * Executes a statement on one item.
 *
 * @throws {@link AwsError} DuplicateItemException for an INSERT of an existing item, and every error of the operation that executes it
 */
export function runItem(engine: Engine, { kind, data }: Element): ItemResult {
  if (kind.name === 'Get') {
    const { Item, ConsumedCapacity } = engine.run('getItem', data);
    return { item: Item, capacity: ConsumedCapacity };
  }
  const write = WRITES.get(kind.name);
  if (write === undefined) throw validationError(`${kind.name} is an element of transactions only`);
  const run = () => runReturningFailedItem(engine, data, () => runIfMatching(engine, write, data));
  const { Attributes, ConsumedCapacity } = kind.name === 'Put' ? reportingDuplicates(run) : run();
  return { item: Attributes, capacity: ConsumedCapacity };
}

/** Runs an INSERT. Its only condition is that the item does not exist. */
export function reportingDuplicates<T>(insert: () => T): T {
  try {
    return insert();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
    throw new AwsError('DuplicateItemException', 400, 'Duplicate primary key exists in table');
  }
}
