import type { CallbackRunner } from '../callback.ts';
import type { Clock, ResourceScope } from '../service.ts';
import type { ExecutionStore } from './execution-store.ts';
import type { StateMachine } from './execution.ts';

/** The state that the operations of Step Functions share. */
export interface StatesContext {
  readonly scope: ResourceScope;
  readonly stateMachines: ReadonlyMap<string, StateMachine>;
  readonly executions: ExecutionStore;
  readonly runner: CallbackRunner;
  readonly clock: Clock;
  /** Aborted when the service is closed. */
  readonly closed: AbortSignal;
}
