// Sends requests with the AWS SDK from its own process, as an application or a test does.
import { answerParent } from '../child.ts';
import type { LoadResult } from '../load.ts';
import type { Endpoint, Keys } from './endpoint.ts';
import { type Clients, CONNECTIONS, clientsOf, OPERATIONS, type OperationName } from './requests.ts';

export interface SdkOrder {
  readonly operation: OperationName;
  readonly endpoint: Endpoint;
  readonly keys: Keys;
  readonly requests: number;
}

const known = new Map<string, Clients>();

answerParent({}, async ({ operation, endpoint, keys, requests }: SdkOrder): Promise<LoadResult> => {
  const clients = known.get(endpoint.url) ?? clientsOf(endpoint, keys);
  known.set(endpoint.url, clients);
  let sent = 0;
  const started = performance.now();
  async function work(): Promise<void> {
    while (sent < requests) {
      const at = sent++;
      await OPERATIONS[operation](clients, at % (5 * CONNECTIONS), endpoint.queueUrl);
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return { completed: requests, seconds: (performance.now() - started) / 1_000 };
});
