import { AwsError } from '../service.ts';
import type { Execution } from './execution.ts';

/** Limits the memory of a process that runs for weeks. The oldest execution that has ended is dropped. */
const MAX_EXECUTIONS = 10_000;

/** The executions by ARN, in the order of their start. */
export class ExecutionStore {
  readonly #byArn = new Map<string, Execution>();

  find(arn: string): Execution | undefined {
    return this.#byArn.get(arn);
  }

  /** The latest first. */
  ofStateMachine(stateMachine: string): readonly Execution[] {
    return [...this.#byArn.values()].filter((execution) => execution.stateMachine === stateMachine).toReversed();
  }

  /** @throws {@link AwsError} ExecutionLimitExceeded if too many executions are running */
  add(arn: string, execution: Execution): void {
    if (this.#byArn.size >= MAX_EXECUTIONS) this.#dropOldestEnded();
    this.#byArn.set(arn, execution);
  }

  #dropOldestEnded(): void {
    for (const [arn, { end }] of this.#byArn) {
      if (end === undefined) continue;
      this.#byArn.delete(arn);
      return;
    }
    throw new AwsError('ExecutionLimitExceeded', 400, `The maximum of ${MAX_EXECUTIONS} running executions has been reached`);
  }
}
