import { randomUUID } from 'node:crypto';
import { type Json, JsonError, type JsonObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from '../../strict-json.ts';
import type { JsonOperation } from '../json-service.ts';
import { AwsError, type VerifiedRequest } from '../service.ts';
import { string, STRING, textOf } from '../shape.ts';
import { endOf, type Execution, MAX_DATA_BYTES, type StateMachineContext } from './execution.ts';
import { executionArn, isName, stateMachineArn, stateMachineNameOf } from './names.ts';
import type { StatesContext } from './operation.ts';

const ACTION = 'states:StartExecution';

/** As for a standard workflow: a name is unique for its state machine, and a running execution is started only once. */
export const START_EXECUTION: JsonOperation<StatesContext> = {
  operation: 'StartExecution',
  actions: [ACTION],
  members: {
    stateMachineArn: string({ min: 1, max: 256 }),
    'name?': string({ min: 1, max: 80 }),
    'input?': STRING,
    'traceHeader?': string({ max: 256, pattern: /^[\u0020-\u007e]*$/ }),
  },
  parse(given, context, request) {
    const stateMachine = stateMachineNameOf(textOf(given['stateMachineArn']), context.scope, request.caller, ACTION);
    const { name = randomUUID(), input = '{}', traceHeader } = given;
    if (!isName(textOf(name))) throw new AwsError('InvalidName', 400, 'Invalid Name');
    const execution: Execution = {
      stateMachine,
      name: textOf(name),
      input: textOf(input),
      startDate: request.now.getTime(),
      ...(typeof traceHeader === 'string' && { traceHeader }),
    };
    const parsedInput = parseInput(execution.input);
    return {
      authorize: [{ action: ACTION, resource: stateMachineArn(context.scope, stateMachine), context: {} }],
      execute: () => start(execution, parsedInput, context, request),
    };
  },
};

function start(execution: Execution, input: Json, context: StatesContext, { caller }: VerifiedRequest): JsonObject {
  const { scope, stateMachines, executions, runner, closed, clock } = context;
  const callback = stateMachines.get(execution.stateMachine);
  const machineArn = stateMachineArn(scope, execution.stateMachine);
  if (callback === undefined) throw new AwsError('StateMachineDoesNotExist', 400, `State Machine Does Not Exist: '${machineArn}'`);
  const arn = executionArn(scope, execution);
  const existing = executions.find(arn);
  if (existing !== undefined) {
    if (existing.end === undefined && existing.input === execution.input) return started(arn, existing);
    throw new AwsError('ExecutionAlreadyExists', 400, `Execution Already Exists: '${arn}'`);
  }
  executions.add(arn, execution);
  const callbackContext: StateMachineContext = {
    stateMachineName: execution.stateMachine,
    stateMachineArn: machineArn,
    executionName: execution.name,
    executionArn: arn,
    startDate: new Date(execution.startDate),
    ...(execution.traceHeader !== undefined && { traceHeader: execution.traceHeader }),
    ...(caller.sessionName !== undefined && { tenantSession: caller.sessionName }),
  };
  const run = async (): Promise<void> => {
    if (closed.aborted || execution.end !== undefined) return;
    // The strict parser returns objects without a prototype. A callback expects those of `JSON.parse`.
    const outcome = await runner.run(() => callback(structuredClone(input), callbackContext));
    execution.end ??= endOf(outcome, clock());
  };
  setImmediate(() => void run());
  return started(arn, execution);
}

function started(arn: string, { startDate }: Execution): JsonObject {
  return { executionArn: arn, startDate: startDate / 1000 };
}

function parseInput(input: string): Json {
  if (Buffer.byteLength(input) > MAX_DATA_BYTES) throw invalidInput(`it is larger than ${MAX_DATA_BYTES} bytes`);
  try {
    return parseStrictJson(Buffer.from(input), 'it');
  } catch (error) {
    if (error instanceof JsonError) throw invalidInput(error.message);
    throw error;
  }
}

function invalidInput(reason: string): AwsError {
  return new AwsError('InvalidExecutionInput', 400, `Invalid State Machine Execution Input: ${reason}`);
}
