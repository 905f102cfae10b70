// Sends requests from its own process: the cost of sending is not measured as the cost of serving.
import autocannon from 'autocannon';
import { answerParent } from './child.ts';

export interface LoadOrder {
  readonly port: number;
  /** One connection sends these values in turn. Each connection begins at another value. */
  readonly authorizations: readonly string[];
  readonly connections: number;
  /** Ends the load after this time, or after this number of requests. */
  readonly until: { readonly seconds: number } | { readonly requests: number };
}

export interface LoadResult {
  readonly completed: number;
  readonly seconds: number;
}

answerParent({}, async ({ port, authorizations, connections, until }: LoadOrder): Promise<LoadResult> => {
  const headers = authorizations.map((authorization) => ({ headers: { authorization } }));
  let next = 0;
  const started = performance.now();
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    requests: headers,
    connections,
    ...('seconds' in until ? { duration: until.seconds } : { amount: until.requests }),
    sampleInt: 20, // autocannon ends at a sample
    setupClient(client) {
      if (headers.length === 1) return;
      const first = Math.floor((next++ * headers.length) / connections);
      client.setRequests([...headers.slice(first), ...headers.slice(0, first)]);
    },
  });
  const elapsed = (performance.now() - started) / 1_000;
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0)
    throw new Error(`${failed} of ${result['2xx'] + failed} requests to port ${port} failed: a benchmark of errors means nothing`);
  return { completed: result['2xx'], seconds: elapsed };
});
