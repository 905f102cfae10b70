import type { Plan } from '../plan.ts';
import { type Figure, interleave, type Measure } from '../rounds.ts';

/** One piece of work. It repeats itself, so that synchronous work pays for no `await`. */
export interface Variant {
  /** Makes what each repetition needs, outside of the measured time. */
  readonly prepare?: (times: number) => void | Promise<void>;
  readonly repeat: (times: number) => void | Promise<void>;
}

/** Most repetitions of a round: what `prepare` makes for them must fit into memory. */
const MAX_TIMES = 50_000;

/** Measures these variants in this process, in interleaved rounds, and sends the result to the process of the benchmark. */
export async function measureVariants(variants: Readonly<Record<string, Variant>>): Promise<void> {
  const [lane = '', plan = '{}'] = process.argv.slice(2);
  const { microRounds, microRoundMs } = JSON.parse(plan) as Plan;
  const measures: Record<string, Measure> = {};
  for (const [name, variant] of Object.entries(variants)) {
    const times = await timesFor(variant, microRoundMs);
    measures[name] = () => measure(variant, times);
  }
  process.send?.(await interleave(lane, microRounds, measures));
  process.disconnect();
  process.exit();
}

/** Repeats until one round takes about `ms` of CPU time, and then three rounds more, so that V8 has optimized the code. */
async function timesFor(variant: Variant, ms: number): Promise<number> {
  let times = 1;
  let used = await cpuMs(variant, times);
  while (used < ms && times < MAX_TIMES) {
    times = Math.min(times * 2, MAX_TIMES);
    used = await cpuMs(variant, times);
  }
  for (let round = 0; round < 3; round += 1) used = await cpuMs(variant, times);
  return Math.min(MAX_TIMES, Math.max(1, Math.round((times * ms) / used)));
}

async function cpuMs(variant: Variant, times: number): Promise<number> {
  const [cpu] = await measure(variant, times);
  return Math.max(((cpu?.value ?? 0) * times) / 1_000, 0.001);
}

async function measure({ prepare, repeat }: Variant, times: number): Promise<Figure[]> {
  await prepare?.(times);
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  await repeat(times);
  const elapsed = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return [
    { metric: 'CPU', unit: 'µs', value: (user + system) / times },
    { metric: 'time', unit: 'µs', value: (elapsed * 1_000) / times },
  ];
}

/** A variant of synchronous work. {@link lastResult} keeps the result, so that V8 cannot remove the work. */
export function sync(work: (index: number) => unknown, prepare?: Variant['prepare']): Variant {
  return {
    ...(prepare && { prepare }),
    repeat(times) {
      for (let index = 0; index < times; index += 1) lastResult = work(index);
    },
  };
}

/** A variant of work that may be asynchronous, one after the other. Only a promise is awaited, as in a middleware. */
export function sequential(work: (index: number) => unknown, prepare?: Variant['prepare']): Variant {
  return {
    ...(prepare && { prepare }),
    async repeat(times) {
      for (let index = 0; index < times; index += 1) {
        const result = work(index);
        lastResult = result instanceof Promise ? await result : result;
      }
    },
  };
}

export let lastResult: unknown;
