import { setTimeout as sleep } from 'node:timers/promises';
import { StsUnavailableError, type TokenVendingMachine } from '@tenant-aws/core';
import type { LocalAws } from '@tenant-aws/local';
import { assumesOf, identityOf, machineFor, tenantIds } from './machine.ts';

export interface ColdStart {
  readonly tenants: number;
  /** STS accepts this rate and throttles the rest. */
  readonly callsPerSecond: number;
}

export interface ColdStartFigures {
  readonly served: number;
  /** AssumeRole calls that reached STS, throttled ones included. */
  readonly assumes: number;
  readonly throttled: number;
  /** Requests of clients, including those that repeat a 503. */
  readonly requests: number;
  /** Milliseconds until the last tenant was served. */
  readonly lastWaitMs: number;
}

/** All tenants send a request together while the cache is empty. Clients obey Retry-After and never give up. */
export async function coldStart(aws: LocalAws, { tenants, callsPerSecond }: ColdStart): Promise<ColdStartFigures> {
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

/** @returns the number of requests until the tenant was served */
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
