import type { AwsCommand, BenchAws } from './aws-process.ts';
import { Child } from './child.ts';

export interface RunningAws extends BenchAws {
  /** The value of the header `Authorization`, for each tenant. */
  authorizations(tenants: readonly string[]): Promise<string[]>;
  /** Delays each answer of STS. 0 ends the delay. */
  delaySts(delayMs: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startBenchAws(): Promise<RunningAws> {
  const [child, { env, issuer }] = await Child.start<BenchAws>('aws-process.ts');
  const ask = <Answer>(command: AwsCommand): Promise<Answer> => child.ask(command);
  return {
    env,
    issuer,
    authorizations: async (tenants) => (await ask<{ tokens: string[] }>({ tenants })).tokens.map((token) => `Bearer ${token}`),
    delaySts: (delayMs) => ask({ delayMs }),
    stop: () => child.stop(),
  };
}
