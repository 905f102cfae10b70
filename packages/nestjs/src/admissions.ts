import type { ExecutionContext } from '@nestjs/common';
import {
  type Exchange,
  exchangeOf,
  NoTenantError,
  type TenantAws,
  type TenantContext,
  TenantMismatchError,
  tenantContext,
} from '@tenant-aws/core';
import { recallArguments, rememberArguments } from './admitted-arguments.ts';
import { type HttpRequest, httpRequestOf, kindOf, nodeRequestOf } from './execution-request.ts';
import { fieldContext, ownFieldContext, rememberField, type ResolveInfo } from './graphql-fields.ts';

const NO_GUARD =
  '`TenantGuard` did not run for this handler: add `@UseGuards(TenantGuard)` to the handler or its class, or give `guard: true` to `TenantAwsModule.forRoot()`';
const ADMITTED_WITHOUT_TENANT =
  '`TenantGuard` admitted this request without a tenant: the handler has `@Public()`, or the module is `optional` and the request presented nothing';

/** An admitted tenant: with the handler's own permissions, and with those of the module. */
export interface Admitted {
  readonly own: TenantAws;
  readonly outer: TenantAws;
}

/**
 * The contexts of executions that have no HTTP exchange of their own. Keyed by the execution, not by the async context: an
 * execution never reads the tenant of another one.
 */
const contexts = new WeakMap<object, TenantContext>();

/**
 * Records the tenant that the guard admitted to this HTTP request, and sets its `tenantAws`. An HTTP request has one handler:
 * its tenant is current in everything that Nest runs for the request.
 *
 * @returns true, the result of the guard
 * @param own absent for a public handler, and with `optional` for a request that presented nothing
 */
export function admitRequest(request: HttpRequest, own?: TenantAws): true {
  const exchange = exchangeOf(request.raw ?? request);
  const context: TenantContext = { current: own, exchange, purpose: 'handler', absence: ADMITTED_WITHOUT_TENANT };
  if (exchange === undefined) contexts.set(request, context);
  else {
    exchange.handler = context;
    exchange.context.current = own;
  }
  if (own) request.tenantAws = own;
  else if ('tenantAws' in request) delete request.tenantAws; // an earlier handler of this route may have set it
  return true;
}

/**
 * Records the tenant that the guard admitted to this message or resolver. A GraphQL operation has several resolvers at once,
 * each with its own permissions: a resolver's tenant is current in that resolver and its fields only.
 *
 * @returns true, the result of the guard
 * @param admitted absent for a public handler, and with `optional` for a request that presented nothing
 */
export function admit(execution: ExecutionContext, admitted?: Admitted): true {
  const node = nodeRequestOf(execution);
  const exchange = node && exchangeOf(node);
  const info = resolveInfoOf(execution);
  // The context of a subscription is created before its guard runs.
  const context: TenantContext = (info && ownFieldContext(info)) ?? { exchange, purpose: 'handler' };
  context.current = admitted?.own;
  context.absence = ADMITTED_WITHOUT_TENANT;
  contexts.set(execution.getArgs(), context);
  rememberArguments(execution, context);
  if (info) rememberField(execution.getArgByIndex(2), info, context);
  const request = kindOf(execution) === 'graphql' ? httpRequestOf(execution) : undefined;
  if (request && admitted) request.tenantAws = admitted.outer;
  return true;
}

/** The context in which the handler of this execution runs. Without a guard it has the tenant of a field above, or none. */
export function handlerContext(execution: ExecutionContext): TenantContext {
  const found = kindOf(execution) === 'http' ? requestContext(execution.getArgByIndex(0)) : contexts.get(execution.getArgs());
  return found ?? contextAbove(execution) ?? contextWithoutGuard();
}

/** The context of a handler that no guard has admitted: it has no tenant. */
export function contextWithoutGuard(exchange?: Exchange): TenantContext {
  return { exchange, purpose: 'handler', absence: NO_GUARD };
}

/** Several handlers of one request have different argument lists: the context is recorded for the request. */
function requestContext(request: HttpRequest): TenantContext | undefined {
  return exchangeOf(request.raw ?? request)?.handler ?? contexts.get(request);
}

/**
 * The tenant that was admitted to this execution, for handler parameters. It does not depend on the async context.
 *
 * @throws {@link NoTenantError} no tenant was admitted
 * @throws {@link TenantMismatchError} the tenant cannot be determined: the arguments belong to several executions
 */
export function tenantOf(execution: ExecutionContext): TenantAws {
  const own = kindOf(execution) === 'http' ? handlerContext(execution) : (recallArguments(execution) ?? contextAbove(execution));
  if (own?.current === undefined) throw new NoTenantError(own?.absence ?? NO_GUARD);
  return own.current;
}

/**
 * Refuses a GraphQL operation whose executor runs in the context of another request. Resolvers run in their own contexts,
 * but methods of returned objects, which graphql-js calls itself, run in the context of the executor.
 *
 * @throws {@link TenantMismatchError} the executor runs in the context of another request
 */
export function refuseForeignExecutor(execution: ExecutionContext): void {
  const info = resolveInfoOf(execution);
  const executor = tenantContext();
  if (info === undefined || info.path.prev !== undefined || executor === undefined || executor === ownFieldContext(info)) return;
  const node = nodeRequestOf(execution);
  const own = node && exchangeOf(node);
  if (executor.exchange === own && (own !== undefined || executor.current === undefined)) return;
  throw new TenantMismatchError({ detail: { reason: 'the operation is executed in the async context of another request' } });
}

/** The `info` argument of a resolver; `undefined` for other handlers. */
export function resolveInfoOf(execution: ExecutionContext): ResolveInfo | undefined {
  return kindOf(execution) === 'graphql' ? execution.getArgByIndex(3) : undefined;
}

/** Whether a field above this one has passed the guard: this field then has the tenant and the permissions of that one. */
export function isAdmittedAbove(execution: ExecutionContext): boolean {
  return resolveInfoOf(execution)?.path.prev !== undefined && contextAbove(execution) !== undefined;
}

function contextAbove(execution: ExecutionContext): TenantContext | undefined {
  const info = resolveInfoOf(execution);
  return info && fieldContext(execution.getArgByIndex(2), info);
}
