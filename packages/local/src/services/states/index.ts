import { CallbackRunner } from '../callback.ts';
import { jsonService } from '../json-service.ts';
import { type Clock, creationError, type ResourceScope, type Service } from '../service.ts';
import { ExecutionStore } from './execution-store.ts';
import type { StateMachine } from './execution.ts';
import { checkStateMachineName } from './names.ts';
import { STATES_OPERATIONS } from './operations.ts';

/** Options of the local Step Functions. */
export interface StatesOptions extends ResourceScope {
  /** The state machines by name. */
  readonly stateMachines: Readonly<Record<string, StateMachine>>;
  readonly clock: Clock;
}

/**
 * Starts a Step Functions. A state machine is a callback of the test's process.
 *
 * @throws Error that names a state machine that cannot be created
 */
export function statesService({ account, region, stateMachines, clock }: StatesOptions): Service {
  for (const name of Object.keys(stateMachines)) {
    try {
      checkStateMachineName(name);
    } catch (error) {
      throw creationError('state machine', name, error);
    }
  }
  const closed = new AbortController();
  return jsonService({
    name: 'states',
    // The size is enough for an input of 256 KiB in which every character is escaped.
    protocol: { version: '1.0', target: 'AWSStepFunctions', maxBodyBytes: 2 * 1024 * 1024 },
    operations: STATES_OPERATIONS,
    context: {
      scope: { account, region },
      stateMachines: new Map(Object.entries(stateMachines)),
      executions: new ExecutionStore(),
      runner: new CallbackRunner(),
      clock,
      closed: closed.signal,
    },
    close: () => closed.abort(),
  });
}
