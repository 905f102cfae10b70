import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Call, Fault } from '@tenant-aws/local';
import type { Reachable } from '../faults/machine.ts';
import { nodeFlags } from '../support/node-flags.ts';
import type { Command } from './aws-process.ts';

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
    this.#send({ fault: { service, fault } });
  }

  clear(): void {
    this.#send('clear');
  }

  /** The calls since the last request for them. */
  async calls(): Promise<Call[]> {
    this.#send('calls');
    const [{ calls }] = (await once(this.#child, 'message')) as [{ calls: Call[] }];
    return calls;
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }

  #send(command: Command): void {
    this.#child.send(command);
  }
}
