import { Child } from '../child.ts';
import type { LoadOrder, LoadResult } from '../load.ts';
import { requestsOf, startServer, warmUp } from '../load-test.ts';
import type { PacedOrder, PacedResult } from '../paced-load.ts';
import { interleave, type Measure } from '../rounds.ts';
import { summaryOf } from '../series.ts';
import type { Lane, LaneContext } from './lane.ts';

const SHARE = 0.7;
const candidates = ['bare', 'floor', 'ours'];

export const latencyLane: Lane = {
  name: 'latency',
  title: `Express, latency at ${SHARE * 100} % of the throughput of bare`,
  run: measureLatency,
};

async function measureLatency({ plan, aws }: LaneContext): ReturnType<Lane['run']> {
  const [authorization = ''] = await aws.authorizations(['acme']);
  const [[load], [paced]] = await Promise.all([Child.start('load.ts'), Child.start('paced-load.ts')]);
  const started = await Promise.all(candidates.map((candidate) => startServer('express', candidate, aws, plan)));
  const requests = requestsOf([authorization]);
  const { connections, roundSeconds, rounds, latencyRounds, latencySeconds } = plan;
  try {
    for (const { server, port } of started) await warmUp(load, server, { port, requests, connections }, plan);
    const [bare] = started;
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const order: LoadOrder = { port: bare?.port ?? 0, requests, connections, until: { seconds: roundSeconds } };
      const { completed, seconds } = await load.ask<LoadResult>(order);
      rates.push(completed / seconds);
    }
    const requestsPerSecond = Math.round(SHARE * summaryOf(rates).median);
    const measures = started.map(({ port }, index): [string, Measure] => [
      candidates[index] ?? '',
      async () => {
        const order: PacedOrder = { port, authorization, requestsPerSecond, seconds: latencySeconds, connections: connections * 5 };
        const { p50, p99 } = await paced.ask<PacedResult>(order);
        return [
          { metric: 'p99', unit: 'µs', value: p99 },
          { metric: 'p50', unit: 'µs', value: p50 },
          { metric: 'rate', unit: '/s', value: requestsPerSecond },
        ];
      },
    ]);
    return await interleave('latency', latencyRounds, Object.fromEntries(measures));
  } finally {
    await Promise.all([load, paced, ...started.map(({ server }) => server)].map((child) => child.stop()));
  }
}
