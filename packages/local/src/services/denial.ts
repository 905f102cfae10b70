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
  return `${message} with an explicit deny in ${policy === 'session' ? 'a' : 'an'} ${policy} policy`;
}

/**
 * Denies an action to every session. For actions that an engine performs later, when no policy is checked any more.
 *
 * @throws {@link AwsError} 403
 */
export function denyToSessions({ arn }: Caller, action: string, code: string): void {
  if (!arn.includes(':assumed-role/')) return;
  throw new AwsError(code, 403, `User: ${arn} is not authorized to perform: ${action} because the local AWS denies it to every session`);
}
