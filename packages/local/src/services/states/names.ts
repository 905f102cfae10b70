import { foreignResource } from '../denial.ts';
import { AwsError, type Caller, type ResourceScope, unsupported } from '../service.ts';

/** The characters of a name of a state machine or an execution. See AWS Step Functions API Reference, "StartExecution". */
// oxlint-disable-next-line no-control-regex -- AWS excludes control characters
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]{1,80}$/;
const ANY_ARN = /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:(?:stateMachine|execution):./;

/** An execution of a state machine. */
export interface ExecutionReference {
  readonly stateMachine: string;
  readonly name: string;
}

export function stateMachineArn({ account, region }: ResourceScope, name: string): string {
  return `arn:aws:states:${region}:${account}:stateMachine:${name}`;
}

export function executionArn({ account, region }: ResourceScope, { stateMachine, name }: ExecutionReference): string {
  return `arn:aws:states:${region}:${account}:execution:${stateMachine}:${name}`;
}

/**
 * The name in the ARN of a state machine.
 *
 * @param action the action to deny on a state machine of another account or region
 * @throws {@link AwsError} 400, or 501 for the ARN of a version, an alias or a map run
 */
export function stateMachineNameOf(arn: string, scope: ResourceScope, caller: Caller, action: string): string {
  const prefix = stateMachineArn(scope, '');
  if (!arn.startsWith(prefix)) throw otherArn(arn, caller, action);
  const [name = '', ...qualifier] = arn.slice(prefix.length).split(/[:/]/);
  if (!NAME.test(name)) throw invalidArn();
  if (qualifier.length > 0) throw unsupported('The ARN of a version, an alias or a map run of a state machine');
  return name;
}

/**
 * Reads the ARN of an execution. No name contains a colon.
 *
 * @param action the action to deny on an execution of another account or region
 * @throws {@link AwsError} 400
 */
export function parseExecutionArn(arn: string, scope: ResourceScope, caller: Caller, action: string): ExecutionReference {
  const prefix = executionArn(scope, { stateMachine: '', name: '' }).slice(0, -1);
  if (!arn.startsWith(prefix)) throw otherArn(arn, caller, action);
  const [stateMachine = '', name = '', ...more] = arn.slice(prefix.length).split(':');
  if (!NAME.test(stateMachine) || !NAME.test(name) || more.length > 0) throw invalidArn();
  return { stateMachine, name };
}

export function isName(name: string): boolean {
  return NAME.test(name);
}

/** @throws Error for a name that a state machine cannot have */
export function checkStateMachineName(name: string): void {
  if (!NAME.test(name)) throw new Error('a name has 1 to 80 characters, without white space, brackets, wildcards, `:` or `/`');
}

/** An ARN of another account, region or partition, or another text. */
function otherArn(arn: string, caller: Caller, action: string): AwsError {
  return ANY_ARN.test(arn) ? foreignResource(caller, action, arn) : invalidArn();
}

function invalidArn(): AwsError {
  return new AwsError('InvalidArn', 400, 'Invalid Arn');
}
