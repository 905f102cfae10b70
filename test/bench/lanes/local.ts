import { measure, warmUp } from '../load-test.ts';
import type { LoadOrder, LoadRequest, LoadResult } from '../load.ts';
import { Child } from '../child.ts';
import type { CandidateName } from '../local/candidates.ts';
import { COMPARISONS, type Comparison, laneOf, SDK_REQUESTS } from '../local/comparisons.ts';
import { CONNECTIONS, type OperationName, signedRequests } from '../local/requests.ts';
import type { SdkOrder } from '../local/sdk-load.ts';
import type { LocalServerFigures, StartedServer } from '../local/server.ts';
import { tenantKeys } from '../local/session.ts';
import { purgeQueue, putOrders, startCandidate } from '../local/started.ts';
import type { Plan } from '../plan.ts';
import { type Figure, interleave, type Measure } from '../rounds.ts';
import type { Series } from '../series.ts';
import type { Lane } from './lane.ts';

const MEMORY_REQUESTS = 100_000;

const comparisonLanes = COMPARISONS.map(
  (comparison): Lane => ({
    name: laneOf(comparison.operation),
    group: 'local',
    title: `Local AWS, ${comparison.operation} of a tenant's session, and the engine alone without signatures and policies`,
    onlyNamed: true,
    run: ({ plan }) => compare(comparison, plan),
  }),
);

async function compare({ operation, engine, items = 0 }: Comparison, plan: Plan): Promise<Series[]> {
  const [[load], [sdk]] = await Promise.all([Child.start('load.ts'), Child.start('local/sdk-load.ts')]);
  const servers: Child[] = [];
  const requests = plan.full ? 5_000 : 1_000;
  try {
    const measures: Record<string, Measure> = {};
    for (const name of [engine, 'ours'] as const) {
      const { server, started } = await startCandidate(name, operation, plan);
      servers.push(server);
      if (items > 0) await putOrders(name, started, items);
      const keys = await tenantKeys(started);
      const send = (requests: LoadRequest[]): Omit<LoadOrder, 'until'> => ({ port: portOf(started), requests, connections: CONNECTIONS });
      if (operation === 'GetObject')
        await load.ask({ ...send(await signedRequests('PutObject', started, keys)), until: { requests: 100 } });
      const order = send(await signedRequests(operation, started, keys));
      await warmUp(load, server, order, plan);
      measures[name] = async () => {
        // fauxqs visits every received message at each request.
        if (operation === 'SendMessage, ReceiveMessage') await purgeQueue(started);
        const figures = await measure(server, () => load.ask({ ...order, until: { requests } } satisfies LoadOrder));
        const sdkOrder: SdkOrder = { operation, endpoint: started, keys, requests: requests / 5 };
        const { completed, seconds } = await sdk.ask<LoadResult>(sdkOrder);
        return [...figures, { metric: SDK_REQUESTS, unit: '/s', value: completed / seconds }];
      };
    }
    return await interleave(laneOf(operation), plan.rounds, measures);
  } finally {
    await Promise.all([load, sdk, ...servers].map((child) => child.stop()));
  }
}

/** Half of the requests write, the others read what was written. */
const MEMORY: Readonly<Record<string, readonly [CandidateName, ...OperationName[]]>> = {
  'fauxqs: PutObject, GetObject': ['fauxqs', 'PutObject', 'GetObject'],
  'dynalite: PutItem, GetItem': ['dynalite', 'PutItem', 'GetItem'],
  'ours: PutObject, GetObject': ['ours', 'PutObject', 'GetObject'],
  'ours: PutItem, GetItem': ['ours', 'PutItem', 'GetItem'],
};

const memoryLane: Lane = {
  name: 'local-memory',
  group: 'local',
  title: `Local AWS, memory after ${MEMORY_REQUESTS.toLocaleString('en-US')} requests and garbage collection`,
  onlyNamed: true,
  run: ({ plan }) =>
    interleave(
      'local-memory',
      1,
      Object.fromEntries(
        Object.entries(MEMORY).map(([title, [name, ...operations]]) => [title, () => memoryAfter(name, operations, plan)]),
      ),
    ),
};

async function memoryAfter(name: CandidateName, operations: readonly OperationName[], plan: Plan): Promise<Figure[]> {
  const [load] = await Child.start('load.ts');
  const { server, started } = await startCandidate(name, 'memory', plan);
  try {
    const before = await memoryOf(server);
    await putOrders(name, started, operations.includes('PutItem') ? 100 : 0);
    const keys = await tenantKeys(started);
    for (const operation of operations) {
      const requests = await signedRequests(operation, started, keys);
      const until = { requests: MEMORY_REQUESTS / operations.length };
      await load.ask({ port: portOf(started), requests, connections: CONNECTIONS, until } satisfies LoadOrder);
    }
    const after = await memoryOf(server);
    return [
      { metric: 'RSS', unit: 'MiB', value: after.rss / 2 ** 20 },
      { metric: 'RSS before', unit: 'MiB', value: before.rss / 2 ** 20 },
      { metric: 'heap', unit: 'MiB', value: after.heapUsed / 2 ** 20 },
      { metric: 'heap before', unit: 'MiB', value: before.heapUsed / 2 ** 20 },
    ];
  } finally {
    await Promise.all([load, server].map((child) => child.stop()));
  }
}

async function memoryOf(server: Child): Promise<{ readonly rss: number; readonly heapUsed: number }> {
  const { memory } = await server.ask<LocalServerFigures>({ memory: true });
  return memory ?? { rss: Number.NaN, heapUsed: Number.NaN };
}

const startLane: Lane = {
  name: 'local-start',
  group: 'local',
  title: 'Local AWS, import and start in fresh processes',
  onlyNamed: true,
  run: ({ plan }) =>
    interleave(
      'local-start',
      plan.imports,
      Object.fromEntries((['dynalite', 'fauxqs', 'ours'] as const).map((name) => [name, () => startOnce(name)])),
    ),
};

async function startOnce(name: CandidateName): Promise<Figure[]> {
  const { server, started } = await startCandidate(name, 'start', {});
  await server.stop();
  const { importMs, startMs, cpuMs } = started;
  return [
    { metric: 'import and start', unit: 'ms', value: importMs + startMs },
    { metric: 'CPU', unit: 'ms', value: cpuMs },
    { metric: 'import', unit: 'ms', value: importMs },
    { metric: 'start', unit: 'ms', value: startMs },
  ];
}

function portOf({ url }: StartedServer): number {
  return Number(new URL(url).port);
}

export const localLanes: readonly Lane[] = [...comparisonLanes, memoryLane, startLane];
