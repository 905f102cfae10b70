import { setTimeout as sleep } from 'node:timers/promises';
import { StsUnavailableError, type TokenVendingMachine } from '@tenant-aws/core';
import type { LocalAws } from '@tenant-aws/local';
import { assumesOf, identityOf, machineFor, tenantIds } from './ground.ts';

export interface Waking {
  readonly tenants: number;
  /** What STS takes; it throttles the rest. */
  readonly callsPerSecond: number;
}

export interface WakingFigures {
  readonly served: number;
  /** AssumeRole calls that reached STS, throttled ones too. */
  readonly assumes: number;
  readonly throttled: number;
  /** Requests of clients, each 503 and its repetition counted. */
  readonly requests: number;
  /** Until the last tenant was served, in milliseconds. */
  readonly lastWaitMs: number;
}

/** Nine o'clock: every tenant comes at once to a machine that has nothing in its cache. Clients obey Retry-After and never give up. */
export async function wake(aws: LocalAws, { tenants, callsPerSecond }: Waking): Promise<WakingFigures> {
  aws.calls.length = 0;
  aws.faults.sts({ callsPerSecond });
  await using tvm = machineFor(aws);
  const started = performance.now();
  const requests = await Promise.all(tenantIds(tenants).map((tenantId) => untilServed(tvm, tenantId)));
  const lastWaitMs = Math.round(performance.now() - started);
  aws.faults.clear();
  const assumes = assumesOf(aws);
  return {
    served: requests.length,
    assumes: assumes.length,
    throttled: assumes.filter(({ decision }) => decision === 'fault').length,
    requests: requests.reduce((sum, count) => sum + count, 0),
    lastWaitMs,
  };
}

/** @returns how many requests that took */
async function untilServed(tvm: TokenVendingMachine, tenantId: string): Promise<number> {
  for (let requests = 1; ; requests += 1) {
    try {
      await tvm.vend(identityOf(tenantId));
      return requests;
    } catch (error) {
      if (!(error instanceof StsUnavailableError)) throw error;
      await sleep(Number(error.headers['Retry-After']) * 1_000);
    }
  }
}
