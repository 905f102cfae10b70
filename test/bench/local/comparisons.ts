import type { CandidateName } from './candidates.ts';
import type { OperationName } from './requests.ts';

/** An operation, and the engine that serves it alone. */
export interface Comparison {
  readonly operation: OperationName;
  readonly engine: Exclude<CandidateName, 'ours'>;
  /** The orders in the table. Default: none. */
  readonly items?: number;
}

export const COMPARISONS: readonly Comparison[] = [
  { operation: 'PutObject', engine: 'fauxqs' },
  { operation: 'GetObject', engine: 'fauxqs' },
  { operation: 'PutItem', engine: 'dynalite', items: 100 },
  { operation: 'GetItem', engine: 'dynalite', items: 100 },
  { operation: 'Query, 1 item', engine: 'dynalite', items: 50_000 },
  { operation: 'Query, 20 items', engine: 'dynalite', items: 50_000 },
  { operation: 'SendMessage, ReceiveMessage', engine: 'fauxqs' },
];

/** Requests per second of one process that uses the AWS SDK. */
export const SDK_REQUESTS = 'requests by the AWS SDK';

/** The name of the lane, for `--only`: `local-put-object`. */
export function laneOf(operation: OperationName): string {
  return `local-${operation.replace(/(?<=[a-z])(?=[A-Z])|\W+/g, '-').toLowerCase()}`;
}
