import { CallbackRunner } from '../callback.ts';
import { deniedMessage } from '../denial.ts';
import { AwsError, creationError, type ResourceScope, type Service } from '../service.ts';
import { checkFunctionName, functionArn } from './function-name.ts';
import { readInvocation } from './invocation.ts';
import { invoke, type LambdaFunction, type LambdaState } from './invoke.ts';
import { restJsonError } from './rest-json.ts';

/** Options of the local Lambda. */
export interface LambdaOptions extends ResourceScope {
  /** The functions by name. */
  readonly functions: Readonly<Record<string, LambdaFunction>>;
}

/** The supported operation of Lambda. All others are answered with 501. For the documentation. */
export const LAMBDA_OPERATIONS = [{ operation: 'Invoke', actions: ['lambda:InvokeFunction'] }] as const;

/**
 * Starts a Lambda. A function is a callback of the test's process.
 *
 * @throws Error that names a function that cannot be created
 */
export function lambdaService({ account, region, functions }: LambdaOptions): Service {
  for (const name of Object.keys(functions)) {
    try {
      checkFunctionName(name);
    } catch (error) {
      throw creationError('function', name, error);
    }
  }
  const closed = new AbortController();
  const scope: ResourceScope = { account, region };
  const state: LambdaState = { scope, functions: new Map(Object.entries(functions)), runner: new CallbackRunner(), closed: closed.signal };
  return {
    name: 'lambda',
    parse(request) {
      const invocation = readInvocation(request, scope);
      return {
        name: 'Invoke',
        authorize: [{ action: 'lambda:InvokeFunction', resource: functionArn(scope, invocation.reference), context: {} }],
        execute: () => invoke(invocation, state, request),
      };
    },
    error: restJsonError,
    denied: (_operation, { action, resource }, caller, denial) =>
      new AwsError('AccessDeniedException', 403, deniedMessage(caller, action, resource, denial)),
    close: () => closed.abort(),
  };
}
