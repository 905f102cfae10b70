import { tenantContext } from './current.ts';

/**
 * Warns, once, when a client of the current tenant is used in the context of a request that was answered before. A handler
 * may do so for work that it has started itself. But the same is seen where a queue, a batch or a listener that requests
 * share makes the call, and there the tenant is another's.
 */
export function warnOnceAfterAnswer(): () => void {
  let warned = false;
  return () => {
    const context = tenantContext();
    if (warned || context?.purpose !== 'handler' || !context.exchange?.ended) return;
    warned = true;
    process.emitWarning(
      'A client of the current tenant was called in the async context of a request that is already answered. ' +
        'Where a queue, a batch or a listener that requests share makes the call, it is signed as the tenant of that request, ' +
        'whichever request the work is for. Pass `tenantAws` or its client along with the work, or bind the work with `bindTenant()`.',
      { type: 'TenantAwsWarning', code: 'TENANT_AWS_ANSWERED_REQUEST' },
    );
  };
}
