import type { JsonObject } from '@tenant-aws/policy/json';
import type { JsonOperation } from '../json-service.ts';
import { pageOf } from '../paging.ts';
import { AwsError, type ResourceScope, type VerifiedRequest } from '../service.ts';
import { integer, oneOf, type Shape, string, textOf } from '../shape.ts';
import { type Execution, MAX_CAUSE, MAX_ERROR, statusOf } from './execution.ts';
import { type ExecutionReference, executionArn, parseExecutionArn, stateMachineArn, stateMachineNameOf } from './names.ts';
import type { StatesContext } from './operation.ts';
import { START_EXECUTION } from './start-execution.ts';

const ARN: Shape = string({ min: 1, max: 256 });
const MAX_PAGE = 1000;
const DEFAULT_PAGE = 100;

/** Every supported operation of Step Functions. All others are answered with 501. */
export const STATES_OPERATIONS: readonly JsonOperation<StatesContext>[] = [
  START_EXECUTION,
  executionOperation('DescribeExecution', {}, (execution, _given, { scope }) => describe(scope, execution)),
  executionOperation(
    'StopExecution',
    { 'error?': string({ max: MAX_ERROR }), 'cause?': string({ max: MAX_CAUSE }) },
    (execution, { error, cause }, _context, { now }) => {
      execution.end ??= {
        status: 'ABORTED',
        stopDate: now.getTime(),
        ...(typeof error === 'string' && { error }),
        ...(typeof cause === 'string' && { cause }),
      };
      return { stopDate: execution.end.stopDate / 1000 };
    },
  ),
  {
    operation: 'ListExecutions',
    actions: ['states:ListExecutions'],
    members: {
      stateMachineArn: ARN,
      'statusFilter?': oneOf('RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'),
      'maxResults?': integer(0, MAX_PAGE),
      'nextToken?': string({ min: 1, max: 1024 }),
    },
    parse(given, { scope, stateMachines, executions }, { caller }) {
      const action = 'states:ListExecutions';
      const name = stateMachineNameOf(textOf(given['stateMachineArn']), scope, caller, action);
      const resource = stateMachineArn(scope, name);
      return {
        authorize: [{ action, resource, context: {} }],
        execute() {
          if (!stateMachines.has(name)) throw new AwsError('StateMachineDoesNotExist', 400, `State Machine Does Not Exist: '${resource}'`);
          return pageOfExecutions(scope, executions.ofStateMachine(name), given);
        },
      };
    },
  },
];

/** Makes an operation on one execution. */
function executionOperation(
  name: string,
  members: JsonOperation<StatesContext>['members'],
  run: (execution: Execution, given: JsonObject, context: StatesContext, request: VerifiedRequest) => JsonObject,
): JsonOperation<StatesContext> {
  const action = `states:${name}`;
  return {
    operation: name,
    actions: [action],
    members: { executionArn: ARN, ...members },
    parse(given, context, request) {
      const reference: ExecutionReference = parseExecutionArn(textOf(given['executionArn']), context.scope, request.caller, action);
      const arn = executionArn(context.scope, reference);
      return {
        authorize: [{ action, resource: arn, context: {} }],
        execute() {
          const execution = context.executions.find(arn);
          if (execution === undefined) throw new AwsError('ExecutionDoesNotExist', 400, `Execution Does Not Exist: '${arn}'`);
          return run(execution, given, context, request);
        },
      };
    },
  };
}

function pageOfExecutions(scope: ResourceScope, executions: readonly Execution[], given: JsonObject): JsonObject {
  const { statusFilter, maxResults, nextToken: token } = given;
  const matching = executions.filter((execution) => statusFilter === undefined || statusOf(execution) === statusFilter);
  const { items, nextToken } = pageOf(matching, (execution) => executionArn(scope, execution), {
    token: typeof token === 'string' ? token : undefined,
    // 0 stands for the default.
    limit: typeof maxResults === 'number' && maxResults > 0 ? maxResults : DEFAULT_PAGE,
    code: 'InvalidToken',
  });
  return { executions: items.map((execution) => summary(scope, execution)), ...(nextToken !== undefined && { nextToken }) };
}

function summary(scope: ResourceScope, execution: Execution): JsonObject {
  const { stateMachine, name, startDate, end } = execution;
  return {
    executionArn: executionArn(scope, execution),
    stateMachineArn: stateMachineArn(scope, stateMachine),
    name,
    status: statusOf(execution),
    startDate: startDate / 1000,
    ...(end && { stopDate: end.stopDate / 1000 }),
    redriveCount: 0,
  };
}

function describe(scope: ResourceScope, execution: Execution): JsonObject {
  const { input, traceHeader, end } = execution;
  return {
    ...summary(scope, execution),
    input,
    inputDetails: { included: true },
    ...(end?.output !== undefined && { output: end.output, outputDetails: { included: true } }),
    ...(end?.error !== undefined && { error: end.error }),
    ...(end?.cause !== undefined && { cause: end.cause }),
    ...(traceHeader !== undefined && { traceHeader }),
  };
}
