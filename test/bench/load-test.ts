import type { RunningAws } from './bench-aws.ts';
import { Child } from './child.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import type { Plan } from './plan.ts';
import { type Figure, interleave, type Measure } from './rounds.ts';
import type { Series } from './series.ts';
import type { ServerFigures } from './serve.ts';

export const SERVER_CPU = 'server CPU';

/** The candidates of one lane: a file in `candidates`, and the names of those to compare. */
export interface LoadTest {
  readonly lane: string;
  readonly file: string;
  readonly candidates: readonly string[];
  readonly authorizations: readonly string[];
}

/** Serves each candidate in its own process, and measures all of them in interleaved rounds. */
export async function loadTest({ lane, file, candidates, authorizations }: LoadTest, plan: Plan, aws: RunningAws): Promise<Series[]> {
  const { connections, roundSeconds, rounds } = plan;
  const [load] = await Child.start('load.ts');
  const started = await Promise.all(candidates.map((candidate) => startServer(file, candidate, aws, plan)));
  try {
    const measures: Record<string, Measure> = {};
    for (const [index, { server, port }] of started.entries()) {
      const order = { port, authorizations, connections };
      await warmUp(load, order, plan);
      measures[candidates[index] ?? ''] = () =>
        measure(server, () => load.ask({ ...order, until: { seconds: roundSeconds } } satisfies LoadOrder));
    }
    return await interleave(lane, rounds, measures);
  } finally {
    await Promise.all([load, ...started.map(({ server }) => server)].map((child) => child.stop()));
  }
}

/** Sends requests until V8 has optimized the code. A slow candidate gets fewer. */
export async function warmUp(load: Child, order: Omit<LoadOrder, 'until'>, { warmUpRequests, warmUpSeconds }: Plan): Promise<void> {
  const requests = 500;
  const end = performance.now() + warmUpSeconds * 1_000;
  for (let sent = 0; sent < warmUpRequests && performance.now() < end; sent += requests) {
    await load.ask({ ...order, until: { requests } } satisfies LoadOrder);
  }
}

export async function startServer(
  file: string,
  candidate: string,
  { env, issuer }: RunningAws,
  { profiles }: Pick<Plan, 'profiles'>,
): Promise<{ server: Child; port: number }> {
  const name = `${file}-${candidate}`.replace(/\W+/g, '-');
  const execArgv = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${name}.cpuprofile`];
  const args = [file, candidate, JSON.stringify(issuer)];
  const [server, { port }] = await Child.start<{ port: number }>('serve.ts', { args, env, execArgv });
  return { server, port };
}

async function measure(server: Child, send: () => Promise<LoadResult>): Promise<Figure[]> {
  const before = await server.ask<ServerFigures>({});
  const { completed, seconds } = await send();
  const after = await server.ask<ServerFigures>({});
  const activeMs = after.activeMs - before.activeMs;
  return [
    { metric: 'requests', unit: '/s', value: completed / seconds },
    { metric: SERVER_CPU, unit: 'µs/request', value: (after.cpuMicroseconds - before.cpuMicroseconds) / completed },
    { metric: 'server busy', unit: '%', value: (100 * activeMs) / (activeMs + after.idleMs - before.idleMs) },
  ];
}
