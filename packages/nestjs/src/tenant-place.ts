import type { ExecutionContext } from '@nestjs/common';
import { runInTenantContext, type TenantAws, type TenantContext, tenantContext } from '@tenant-aws/core';
import { executionKey, httpRequestOf } from './execution-request.ts';

/** What the guard found: the tenant with the handler's own permissions, and with those of the module. */
interface Admitted {
  readonly own: TenantAws;
  readonly outer: TenantAws;
}

/** The places that are one HTTP request's, and nothing else's: only these may be filled. */
const open = new WeakSet<TenantContext>();

const admitted = new WeakMap<object, TenantAws>();

/** Opens a place around all of a request, before anybody knows whose it is. */
export function runInOpenPlace<T>(fn: () => T): T {
  const place: TenantContext = {};
  open.add(place);
  return runInTenantContext(place, fn);
}

/**
 * Fills the place that the middleware opened around the whole request, so that the tenant is current in everything that
 * follows, exception filters and lazily read bodies included. A GraphQL request has many resolvers at once: its place
 * holds the tenant with the module's permissions, and each resolver's own hold in its interceptor alone. Messages of one
 * socket have no place of their own: theirs hold in the interceptor alone, too.
 */
export function admit(context: ExecutionContext, { own, outer }: Admitted): void {
  admitted.set(executionKey(context), own);
  const kind = context.getType<'http' | 'graphql' | 'ws' | 'rpc'>();
  if (kind !== 'http' && kind !== 'graphql') return;
  const ofRequest = kind === 'http' ? own : outer;
  const request = httpRequestOf(context);
  if (request) request.tenantAws = ofRequest;
  const place = tenantContext();
  if (place && open.has(place)) place.current = ofRequest;
}

/** Runs `fn` as the tenant that the guard admitted to this execution; as none where it was `@Public()`. */
export function runAdmitted<T>(context: ExecutionContext, fn: () => T): T {
  const own = admitted.get(executionKey(context));
  return runInTenantContext(own ? { current: own } : {}, fn);
}
