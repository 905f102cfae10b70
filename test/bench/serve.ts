// Serves one candidate in its own process: node serve.ts <file in candidates> <candidate>
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
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
await useClients((JSON.parse(issuer) as Issuer).url);

answerParent({ port: (server.address() as AddressInfo).port }, (): ServerFigures => {
  const { user, system } = process.cpuUsage();
  const { active, idle } = performance.eventLoopUtilization();
  return { cpuMicroseconds: user + system, activeMs: active, idleMs: idle };
});

/**
 * An application that isolates tenants on AWS calls it by the AWS SDK, and many use `fetch`. After these calls V8 serves all
 * requests of the process up to 15 % slower, because client and server share code of Node. So each candidate makes them.
 */
async function useClients(url: string): Promise<void> {
  await new STSClient().send(new GetCallerIdentityCommand());
  await (await fetch(url)).text();
}
