import type { ExecutionContext } from '@nestjs/common';
import { runInTenantContext, type TenantAws, type TenantContext, tenantContext } from '@tenant-aws/core';
import { executionKey } from './execution-request.ts';

/** What the guard found: the tenant with the handler's own permissions, and with those of the module. */
interface Admitted {
  readonly own: TenantAws;
  readonly outer: TenantAws;
}

const admitted = new WeakMap<object, TenantAws>();

/**
 * Fills the place that the middleware opened around the whole request, so that the tenant is current in everything that
 * follows, exception filters and lazily read bodies included. A GraphQL request has many resolvers at once: its place
 * holds the tenant with the module's permissions, and each resolver's own hold in its interceptor alone.
 */
export function admit(context: ExecutionContext, { own, outer }: Admitted): void {
  admitted.set(executionKey(context), own);
  const place = tenantContext();
  if (place) place.current = context.getType() === 'http' ? own : outer;
}

/** Runs `fn` as the tenant that the guard admitted to this execution; as none where it was `@Public()`. */
export function runAdmitted<T>(context: ExecutionContext, fn: () => T): T {
  const own = admitted.get(executionKey(context));
  const place: TenantContext = own ? { current: own } : {};
  return runInTenantContext(place, fn);
}
