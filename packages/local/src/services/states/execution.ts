import type { Callback, CallbackOutcome } from '../callback.ts';
import type { ExecutionReference } from './names.ts';

/** The second argument of a state machine. */
export interface StateMachineContext {
  readonly stateMachineName: string;
  readonly stateMachineArn: string;
  readonly executionName: string;
  readonly executionArn: string;
  readonly startDate: Date;
  readonly traceHeader?: string;
  /** The role session name of the session that started the execution. The token vending machine uses the tenant id as session name. */
  readonly tenantSession?: string;
}

/** A state machine: receives the parsed input, and returns a value of JSON or a promise of one, which is the output. */
export type StateMachine = Callback<StateMachineContext>;

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

/** An execution of a state machine. Times are in milliseconds since the epoch. */
export interface Execution extends ExecutionReference {
  readonly input: string;
  readonly startDate: number;
  readonly traceHeader?: string;
  end?: ExecutionEnd;
}

/** How an execution ended. */
export interface ExecutionEnd {
  readonly status: Exclude<ExecutionStatus, 'RUNNING'>;
  readonly stopDate: number;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** The limit of an input and an output. */
export const MAX_DATA_BYTES: number = 256 * 1024;
export const MAX_ERROR = 256;
export const MAX_CAUSE = 32_768;

export function statusOf({ end }: Execution): ExecutionStatus {
  return end?.status ?? 'RUNNING';
}

/** The end of an execution whose callback has settled. */
export function endOf(outcome: CallbackOutcome, stopDate: number): ExecutionEnd {
  if ('errorType' in outcome) {
    const { errorType, errorMessage } = outcome;
    return { status: 'FAILED', stopDate, error: errorType.slice(0, MAX_ERROR), cause: errorMessage.slice(0, MAX_CAUSE) };
  }
  if (Buffer.byteLength(outcome.json) <= MAX_DATA_BYTES) return { status: 'SUCCEEDED', stopDate, output: outcome.json };
  const cause = `The output is larger than the maximum of ${MAX_DATA_BYTES} bytes`;
  return { status: 'FAILED', stopDate, error: 'States.DataLimitExceeded', cause };
}
