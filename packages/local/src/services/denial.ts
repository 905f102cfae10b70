import { AwsError, type Caller, type Denial } from './service.ts';

/**
 * The message of a denial, in AWS's words.
 *
 * @see AWS IAM User Guide, "Troubleshoot access denied error messages"
 */
export function deniedMessage({ arn }: Pick<Caller, 'arn'>, action: string, resource: string, denial?: Denial): string {
  const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`;
  if (denial === undefined) return message;
  const { policy, explicit } = denial;
  if (!explicit) return `${message} because no ${policy} policy allows the ${action} action`;
  return `${message} with an explicit deny in ${policy === 'identity-based' ? 'an' : 'a'} ${policy} policy`;
}

/**
 * The denial of an action on a resource of another account or region. Access to it would need a resource policy there.
 *
 * @param status 400 in the protocol awsJson, 403 in the protocol restJson
 */
export function foreignResource(caller: Caller, action: string, resource: string, status = 400): AwsError {
  const denial: Denial = { policy: 'resource-based', explicit: false };
  return new AwsError('AccessDeniedException', status, deniedMessage(caller, action, resource, denial));
}

/**
 * Denies an action to every session. For actions that an engine performs later, when no policy is checked any more.
 *
 * @param status the HTTP status: services with a JSON protocol deny with 400
 * @throws {@link AwsError}
 */
export function denyToSessions({ arn }: Caller, action: string, code: string, status = 403): void {
  if (!arn.includes(':assumed-role/')) return;
  throw new AwsError(code, status, `User: ${arn} is not authorized to perform: ${action} because the local AWS denies it to every session`);
}
