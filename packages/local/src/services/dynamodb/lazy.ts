import type { Service } from '../service.ts';
import { denied, errorResponse } from './errors.ts';
import type { DynamoDbOptions } from './index.ts';

/**
 * A DynamoDB that loads its engine for its tables, or else with the first request: many tests use no table, and the engine is a
 * third of the time that the import of this package would take.
 *
 * @throws Error that names a table that cannot be created
 */
export async function lazyDynamodbService(options: DynamoDbOptions): Promise<Service> {
  const load = async (): Promise<Service> => (await import('./index.ts')).dynamodbService(options);
  if (options.tables.length > 0) return load();
  let loading: Promise<Service> | undefined;
  return {
    name: 'dynamodb',
    // All requests wait for the same engine: a second one would have other tables.
    parse: async (request) => (await (loading ??= load())).parse(request),
    error: (error, { requestId }) => errorResponse(error, requestId),
    denied,
  };
}
