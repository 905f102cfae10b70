import type { ExecutionContext } from '@nestjs/common';
import { exchangeOf, NoTenantError, type TenantAws, type TenantContext } from '@tenant-aws/core';
import { recallArguments, rememberArguments } from './admitted-arguments.ts';
import { executionKey, httpRequestOf, nodeRequestOf } from './execution-request.ts';

/** What the guard found: the tenant with the handler's own permissions, and with those of the module. */
export interface Admitted {
  readonly own: TenantAws;
  readonly outer: TenantAws;
}

/** Keyed by the execution, so that no other execution's tenant is ever read, whatever the async context says. */
const contexts = new WeakMap<object, TenantContext>();

/**
 * Records whom the guard admitted to this execution, and hangs the tenant on the HTTP request.
 *
 * A request of HTTP has one handler: its tenant is current in all that Nest does for the request. A request of GraphQL has
 * many resolvers at once, with permissions of their own: their tenant is current in each resolver alone.
 *
 * @param admitted absent where the handler is public, and where nothing was presented under `optional`
 */
export function admit(context: ExecutionContext, admitted?: Admitted): void {
  const kind = context.getType<'http' | 'graphql' | 'ws' | 'rpc'>();
  const node = nodeRequestOf(context);
  const exchange = node && exchangeOf(node);
  const own: TenantContext = { current: admitted?.own, exchange, purpose: 'handler' };
  contexts.set(executionKey(context), own);
  rememberArguments(context, own);
  if (kind === 'ws' || kind === 'rpc') return;
  const ofRequest = kind === 'http' ? admitted?.own : admitted?.outer;
  const request = httpRequestOf(context);
  if (request && ofRequest) request.tenantAws = ofRequest;
  if (exchange && (ofRequest || kind === 'http')) exchange.context.current = ofRequest;
}

/** The context in which the handler of this execution runs. Without a guard it has no tenant. */
export function handlerContext(context: ExecutionContext): TenantContext {
  return contexts.get(executionKey(context)) ?? { purpose: 'handler' };
}

/**
 * The tenant that was admitted to this execution, for parameters of handlers: it does not depend on the async context.
 *
 * @throws {@link NoTenantError} there is none
 * @throws {@link TenantMismatchError} it cannot be told
 */
export function tenantOf(context: ExecutionContext): TenantAws {
  const own = context.getType() === 'http' ? handlerContext(context) : recallArguments(context);
  if (own?.current === undefined) throw new NoTenantError();
  return own.current;
}
