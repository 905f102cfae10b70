import { foreignResource } from '../denial.ts';
import { AwsError, type Caller, type ResourceScope } from '../service.ts';

/** The bus that every account has. */
export const DEFAULT_BUS = 'default';

const NAME = /^[/._A-Za-z0-9-]{1,256}$/;
const ARN = /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[/._A-Za-z0-9-]{1,256}$/;

export function busArn({ account, region }: ResourceScope, name: string): string {
  return `arn:aws:events:${region}:${account}:event-bus/${name}`;
}

/**
 * The name of the bus that a request names by name or ARN.
 *
 * @param action the action to deny on a bus of another account or region
 * @throws {@link AwsError} 400
 */
export function busNameOf(scope: ResourceScope, caller: Caller, action: string, reference: string = DEFAULT_BUS): string {
  const prefix = busArn(scope, '');
  const name = reference.startsWith(prefix) ? reference.slice(prefix.length) : reference;
  if (NAME.test(name)) return name;
  if (ARN.test(reference)) throw foreignResource(caller, action, reference);
  throw new AwsError('ValidationException', 400, 'EventBusName must be the name or the ARN of an event bus');
}

/** @throws Error for a name that a bus cannot have */
export function checkBusName(name: unknown): asserts name is string {
  if (typeof name === 'string' && NAME.test(name)) return;
  throw new Error('a name has 1 to 256 letters, digits, `.`, `-`, `_` or `/`');
}
