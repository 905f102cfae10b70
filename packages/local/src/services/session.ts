import { AwsError, type Caller } from './service.ts';

/**
 * Refuses to a session what its policies cannot be asked about, because an engine does it later, for itself.
 *
 * @throws {@link AwsError} 403
 */
export function refuseSessions(caller: Caller, what: string, code: string): void {
  if (!caller.arn.includes(':assumed-role/')) return;
  throw new AwsError(
    code,
    403,
    `User: ${caller.arn} is not authorized to perform: ${what} because the local AWS refuses it to every session`,
  );
}
