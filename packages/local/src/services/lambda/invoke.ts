import { aborted, type Callback, type CallbackError, type CallbackOutcome, type CallbackRunner } from '../callback.ts';
import { AwsError, type ResourceScope, type ServiceResponse, type VerifiedRequest } from '../service.ts';
import { functionArn } from './function-name.ts';
import { type Invocation, MAX_SYNC_BYTES } from './invocation.ts';

/** The second argument of a function. */
export interface LambdaContext {
  readonly functionName: string;
  readonly functionVersion: '$LATEST';
  /** The ARN with the qualifier of the request, if it has one. */
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  /** The JSON object of `ClientContext`, parsed. Absent for `Event`, as on AWS. */
  readonly clientContext?: unknown;
  /** The role session name of the session that invoked the function. The token vending machine uses the tenant id as session name. */
  readonly tenantSession?: string;
}

/** A Lambda function: receives the parsed payload, and returns a value of JSON or a promise of one. */
export type LambdaFunction = Callback<LambdaContext>;

/** The state that invocations share. */
export interface LambdaState {
  readonly scope: ResourceScope;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly runner: CallbackRunner;
  /** Aborted when the service is closed. */
  readonly closed: AbortSignal;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * Runs the function of an invocation that is allowed. `Event` runs it once, after the response: AWS would repeat a failed invocation.
 *
 * @throws {@link AwsError} 404 for an unknown function or qualifier
 */
export async function invoke(invocation: Invocation, state: LambdaState, request: VerifiedRequest): Promise<ServiceResponse> {
  const { reference, type, tail } = invocation;
  const callback = state.functions.get(reference.name);
  if (callback === undefined || (reference.qualifier ?? '$LATEST') !== '$LATEST') {
    throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${functionArn(state.scope, reference)}`);
  }
  if (type === 'DryRun') return { status: 204 };
  const run = (): Promise<CallbackOutcome> =>
    state.runner.run(() => callback(invocation.event, contextOf(invocation, state.scope, request)));
  if (type === 'Event') {
    setImmediate(() => void runLater(run, reference.name, state.closed));
    return { status: 202 };
  }
  const outcome = await Promise.race([run(), aborted(request.gone)]);
  // Nobody reads this response: the client has disconnected, or the local AWS is closed.
  if (outcome === undefined) throw new AwsError('ServiceException', 500, 'The connection was closed before the function returned.');
  return responseOf(outcome, tail);
}

/** The warning has no message of the function: it can contain a secret. */
async function runLater(run: () => Promise<CallbackOutcome>, name: string, closed: AbortSignal): Promise<void> {
  if (closed.aborted) return;
  const outcome = await run();
  if ('errorType' in outcome) process.emitWarning(`the function \`${name}\` failed, which its caller does not see: ${outcome.errorType}`);
}

function contextOf({ reference, clientContext }: Invocation, scope: ResourceScope, { requestId, caller }: VerifiedRequest): LambdaContext {
  return {
    functionName: reference.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn(scope, reference),
    awsRequestId: requestId,
    ...(clientContext !== undefined && { clientContext }),
    ...(caller.sessionName !== undefined && { tenantSession: caller.sessionName }),
  };
}

function responseOf(outcome: CallbackOutcome, tail: boolean): ServiceResponse {
  const headers = { ...JSON_TYPE, 'x-amz-executed-version': '$LATEST', ...(tail && { 'x-amz-log-result': '' }) };
  const error = errorOf(outcome);
  if (error === undefined) return { status: 200, headers, body: 'json' in outcome ? outcome.json : '' };
  return { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, body: JSON.stringify(error) };
}

function errorOf(outcome: CallbackOutcome): CallbackError | undefined {
  if ('errorType' in outcome) return outcome;
  if (Buffer.byteLength(outcome.json) <= MAX_SYNC_BYTES) return undefined;
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_SYNC_BYTES} bytes).`,
  };
}
