import { AwsError, type Caller } from './service.ts';

/** Whether it is a role's session that calls, and not a user. */
export function isSession({ arn }: Caller): boolean {
  return arn.includes(':assumed-role/');
}

/**
 * Refuses to a session what its policies cannot be asked about, because an engine does it later, for itself.
 *
 * @throws {@link AwsError} 403
 */
export function refuseSessions(caller: Caller, what: string, code: string): void {
  if (!isSession(caller)) return;
  throw new AwsError(
    code,
    403,
    `User: ${caller.arn} is not authorized to perform: ${what} because the local AWS refuses it to every session`,
  );
}
