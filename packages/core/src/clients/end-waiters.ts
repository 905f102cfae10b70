import type { InitializeHandler } from '@smithy/types';
import { TenantAwsError } from '@tenant-aws/policy';
import type { GuardedClient } from './guarded-client.ts';

/** What a waiter of the SDK reads of every error that it means to poll again after. Nothing else reads it of an error of ours. */
const READ_BY_WAITERS = '$responseBodyText';

/**
 * Ends a waiter with the error that stopped its call. Many waiters of the SDK poll again after any error, until
 * `maxWaitTime`: `waitUntilObjectExists` went on after its tenant was revoked. Asking again mends none of our errors but
 * those with status 503. A waiter cannot be told so, but it describes each error outside of its `try`: there the error throws itself.
 */
export function endWaiters(client: GuardedClient): void {
  client.middlewareStack.add(
    (next: InitializeHandler<never, never>): InitializeHandler<never, never> =>
      (args) =>
        next(args).catch((error: unknown) => {
          if (error instanceof TenantAwsError && error.status !== 503) throwWhereDescribed(error);
          throw error;
        }),
    { name: 'tenantAwsEndWaiters', step: 'initialize', priority: 'high' },
  );
}

function throwWhereDescribed(error: TenantAwsError): void {
  Object.defineProperty(error, READ_BY_WAITERS, {
    get: () => {
      throw error;
    },
    enumerable: false,
    configurable: true, // one error may end several calls
  });
}
