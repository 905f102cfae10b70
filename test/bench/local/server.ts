// Serves one candidate in its own process: node --expose-gc local/server.ts <candidate>
import { performance } from 'node:perf_hooks';
import { answerParent } from '../child.ts';
import type { ServerFigures } from '../serve.ts';
import { type CandidateName, candidates } from './candidates.ts';
import type { StartedEndpoint } from './endpoint.ts';

/** The first message of the process. */
export interface StartedServer extends StartedEndpoint {
  readonly importMs: number;
  readonly startMs: number;
  /** CPU time of both. */
  readonly cpuMs: number;
}

/** The answer to each message. */
export interface LocalServerFigures extends ServerFigures {
  /** Present if the message requests it. Measured after garbage collection. */
  readonly memory?: { readonly rss: number; readonly heapUsed: number };
}

const [name = ''] = process.argv.slice(2);
const [cpu, started] = [process.cpuUsage(), performance.now()];
const start = await candidates[name as CandidateName]();
const imported = performance.now();
const endpoint = await start();
const ready = performance.now();
const { user, system } = process.cpuUsage(cpu);

answerParent(
  { ...endpoint, importMs: imported - started, startMs: ready - imported, cpuMs: (user + system) / 1_000 } satisfies StartedServer,
  async ({ memory }: { readonly memory?: boolean }): Promise<LocalServerFigures> => {
    const used = process.cpuUsage();
    const { active, idle } = performance.eventLoopUtilization();
    const figures = { cpuMicroseconds: used.user + used.system, activeMs: active, idleMs: idle };
    return memory ? { ...figures, memory: await afterCollection() } : figures;
  },
);

async function afterCollection(): Promise<{ rss: number; heapUsed: number }> {
  for (let run = 0; run < 3; run += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
}
