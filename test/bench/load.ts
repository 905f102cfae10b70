// Sends requests from its own process: the cost of sending is not measured as the cost of serving.
import autocannon from 'autocannon';
import { answerParent } from './child.ts';

/** One request to send. */
export type LoadRequest = autocannon.Request;

export interface LoadOrder {
  readonly port: number;
  /** Each connection has its share of these requests, and sends them in turn. */
  readonly requests: readonly LoadRequest[];
  readonly connections: number;
  /** Ends the load after this time, or after this number of requests. */
  readonly until: { readonly seconds: number } | { readonly requests: number };
}

export interface LoadResult {
  readonly completed: number;
  readonly seconds: number;
}

answerParent({}, async ({ port, requests, connections, until }: LoadOrder): Promise<LoadResult> => {
  let opened = 0;
  const started = performance.now();
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    requests: requests.slice(0, 1),
    connections,
    ...('seconds' in until ? { duration: until.seconds } : { amount: until.requests }),
    sampleInt: 20, // autocannon ends at a sample
    setupClient(client) {
      const connection = (opened += 1) - 1;
      const share = requests.filter((_, index) => index % connections === connection);
      if (share.length > 0) client.setRequests(share);
    },
  });
  const elapsed = (performance.now() - started) / 1_000;
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0)
    throw new Error(`${failed} of ${result['2xx'] + failed} requests to port ${port} failed: a benchmark of errors means nothing`);
  return { completed: result['2xx'], seconds: elapsed };
});
