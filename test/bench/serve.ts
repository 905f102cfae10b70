// Serves one candidate in its own process: node serve.ts <file in candidates> <candidate>
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
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
await useHttpClients((JSON.parse(issuer) as Issuer).url);

answerParent({ port: (server.address() as AddressInfo).port }, (): ServerFigures => {
  const { user, system } = process.cpuUsage();
  const { active, idle } = performance.eventLoopUtilization();
  return { cpuMicroseconds: user + system, activeMs: active, idleMs: idle };
});

/**
 * Every application that uses AWS calls it by Node's HTTP client, and many use `fetch`. After the first call of each, V8 serves
 * all requests of the process 2 to 6 % slower, because client and server share code. So each candidate makes these calls.
 */
async function useHttpClients(url: string): Promise<void> {
  const [response] = (await once(get(url), 'response')) as [IncomingMessage];
  response.resume();
  await (await fetch(url)).text();
}
