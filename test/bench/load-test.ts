import type { RunningAws } from './bench-aws.ts';
import { Child } from './child.ts';
import type { LoadOrder, LoadRequest, LoadResult } from './load.ts';
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
  /** Default: that of the plan. */
  readonly roundSeconds?: number;
}

/** Serves each candidate in its own process, and measures all of them in interleaved rounds. */
export async function loadTest(test: LoadTest, plan: Plan, aws: RunningAws): Promise<Series[]> {
  const { lane, file, candidates, authorizations, roundSeconds = plan.roundSeconds } = test;
  const { connections, rounds } = plan;
  const [load] = await Child.start('load.ts');
  const started = await Promise.all(candidates.map((candidate) => startServer(file, candidate, aws, plan)));
  try {
    const measures: Record<string, Measure> = {};
    for (const [index, { server, port }] of started.entries()) {
      const order = { port, requests: requestsOf(authorizations), connections };
      await warmUp(load, server, order, plan);
      measures[candidates[index] ?? ''] = () =>
        measure(server, () => load.ask({ ...order, until: { seconds: roundSeconds } } satisfies LoadOrder));
    }
    return await interleave(lane, rounds, measures);
  } finally {
    await Promise.all([load, ...started.map(({ server }) => server)].map((child) => child.stop()));
  }
}

/**
 * Sends requests until V8 has optimized the code: measured, the CPU time of a request falls until about 20,000 requests.
 * A slow candidate gets fewer. The limit is CPU time, so that other load of the machine does not shorten the warm-up.
 */
export async function warmUp(load: Child, server: Child, order: Omit<LoadOrder, 'until'>, plan: Plan): Promise<void> {
  const requests = 500;
  for (let sent = 0; sent < plan.warmUpRequests; sent += requests) {
    await load.ask({ ...order, until: { requests } } satisfies LoadOrder);
    const { cpuMicroseconds } = await server.ask<ServerFigures>({});
    if (cpuMicroseconds > plan.warmUpCpuSeconds * 1_000_000) return;
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

/** Requests without a body, with one token each. */
export function requestsOf(authorizations: readonly string[]): LoadRequest[] {
  return authorizations.map((authorization) => ({ headers: { authorization } }));
}

export async function measure(server: Child, send: () => Promise<LoadResult>): Promise<Figure[]> {
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
