import type { Attributes, KeysAndAttributes, ParsedRequest, TableDescription, WriteRequest } from './dynalite.ts';
import { firstFault } from './first-fault.ts';
import { keySizeFault } from './stored-item.ts';

/** A request that names items by their keys, or another request. */
type KeyedRequest = Partial<Pick<ParsedRequest, 'TableName' | 'Key'>> & {
  readonly RequestItems?: Readonly<Record<string, KeysAndAttributes | readonly WriteRequest[]>>;
};

/** The error message for a key of a request that is too large for its table, if any. */
export function requestedKeyFault(data: KeyedRequest, tableOf: (name: string) => TableDescription | undefined): string | undefined {
  return firstFault(requestedKeys(data), ([name, key]) => keySizeFault(key, tableOf(name)?.KeySchema ?? []));
}

function requestedKeys({ TableName = '', Key, RequestItems = {} }: KeyedRequest): (readonly [table: string, key: Attributes])[] {
  const inBatch = Object.entries(RequestItems).flatMap(([table, requests]) => {
    const keys =
      'Keys' in requests
        ? requests.Keys
        : requests.flatMap(({ DeleteRequest }) => (DeleteRequest === undefined ? [] : [DeleteRequest.Key]));
    return keys.map((key) => [table, key] as const);
  });
  return Key === undefined ? inBatch : [...inBatch, [TableName, Key] as const];
}
