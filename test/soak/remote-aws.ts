import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Call, Fault } from '@tenant-aws/local';
import type { Reachable } from '../faults/ground.ts';
import { nodeFlags } from '../support/node-flags.ts';
import type { Order } from './aws-process.ts';

/** A local AWS that runs in another process. */
export class RemoteAws implements Reachable {
  readonly url: string;
  readonly env: Reachable['env'];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { url, env }: Reachable) {
    this.#child = child;
    this.url = url;
    this.env = env;
  }

  static async start(): Promise<RemoteAws> {
    const file = fileURLToPath(new URL('./aws-process.ts', import.meta.url));
    const child = fork(file, { execArgv: [...nodeFlags] });
    const [reachable] = (await once(child, 'message')) as [Reachable];
    return new RemoteAws(child, reachable);
  }

  fault(service: 'sts' | 's3', fault: Fault): void {
    this.#order({ fault: { service, fault } });
  }

  clear(): void {
    this.#order('clear');
  }

  /** What came since it was asked last. */
  async calls(): Promise<Call[]> {
    this.#order('calls');
    const [{ calls }] = (await once(this.#child, 'message')) as [{ calls: Call[] }];
    return calls;
  }

  async close(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }

  #order(order: Order): void {
    this.#child.send(order);
  }
}
