// Serves one candidate in its own process: node serve.ts <file in candidates> <candidate>
import { performance } from 'node:perf_hooks';
import type { AddressInfo } from 'node:net';
import type { Issuer } from './issuer.ts';
import type { Candidates } from './candidates/candidate.ts';
import { answerParent } from './child.ts';

/** The use of the CPU since the start of the process. */
export interface ServerFigures {
  /** CPU time of all threads, in microseconds. */
  readonly cpuMicroseconds: number;
  /** Milliseconds in which the event loop was busy, and idle. */
  readonly activeMs: number;
  readonly idleMs: number;
}

const [file = '', name = '', issuer = '{}'] = process.argv.slice(2);
const { candidates } = (await import(`./candidates/${file}.ts`)) as { readonly candidates: Candidates };
const server = await candidates[name]?.(JSON.parse(issuer) as Issuer);
if (!server) throw new Error(`candidates/${file}.ts has no candidate \`${name}\``);

answerParent({ port: (server.address() as AddressInfo).port }, (): ServerFigures => {
  const { user, system } = process.cpuUsage();
  const { active, idle } = performance.eventLoopUtilization();
  return { cpuMicroseconds: user + system, activeMs: active, idleMs: idle };
});
