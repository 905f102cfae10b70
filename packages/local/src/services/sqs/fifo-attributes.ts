import type { JsonObject } from '@tenant-aws/policy/json';
import { AwsError } from '../service.ts';
import { checkQueueName } from './queue.ts';

const FIFO_ONLY: readonly string[] = ['FifoQueue', 'ContentBasedDeduplication'];

/**
 * Checks the attributes of a FIFO queue, which the engine accepts for every queue.
 *
 * @throws {@link AwsError} 400 for such an attribute of a standard queue
 */
export function checkFifoAttributes(queue: string, attributes: JsonObject): void {
  if (queue.endsWith('.fifo')) return;
  // `FifoQueue` is true only for a name that ends with `.fifo`: the engine reports this mistake.
  const unknown = FIFO_ONLY.find((name) => name in attributes && attributes[name] !== (name === 'FifoQueue' ? 'true' : undefined));
  if (unknown !== undefined) throw unknownAttribute(unknown);
}

/** @throws {@link AwsError} 400 for the name of a FIFO queue without `FifoQueue`: only the queues of the start have it by their name */
export function checkNewQueue(queue: string, { FifoQueue }: JsonObject): void {
  checkQueueName(queue);
  if (!queue.endsWith('.fifo') || FifoQueue === 'true') return;
  throw new AwsError('InvalidParameterValue', 400, 'A QueueName can end with `.fifo` only if the attribute FifoQueue is true');
}

export function unknownAttribute(name: string): AwsError {
  return new AwsError('InvalidAttributeName', 400, `Unknown Attribute ${name}.`);
}
