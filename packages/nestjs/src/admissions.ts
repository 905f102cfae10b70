import type { ExecutionContext } from '@nestjs/common';
import { exchangeOf, NoTenantError, type TenantAws, type TenantContext, TenantMismatchError, tenantContext } from '@tenant-aws/core';
import { recallArguments, rememberArguments } from './admitted-arguments.ts';
import { executionKey, httpRequestOf, kindOf, nodeRequestOf } from './execution-request.ts';
import { fieldContext, ownFieldContext, rememberField, type ResolveInfo } from './graphql-fields.ts';

/** What the guard found: the tenant with the handler's own permissions, and with those of the module. */
export interface Admitted {
  readonly own: TenantAws;
  readonly outer: TenantAws;
}

/** Keyed by the execution, so that no other execution's tenant is ever read, whatever the async context says. */
const contexts = new WeakMap<object, TenantContext>();

/**
 * Records whom the guard admitted to this execution, and sets `tenantAws` of the HTTP request.
 *
 * A request of HTTP has one handler: its tenant is current in all that Nest does for the request. An operation of GraphQL
 * has many resolvers at once, with permissions of their own: their tenant is current in each of them and its fields alone.
 *
 * @param admitted absent where the handler is public, and where nothing was presented under `optional`
 */
export function admit(execution: ExecutionContext, admitted?: Admitted): void {
  const kind = kindOf(execution);
  const node = nodeRequestOf(execution);
  const exchange = node && exchangeOf(node);
  const info = resolveInfoOf(execution);
  // A subscription's context was opened before its guard runs.
  const context: TenantContext = (info && ownFieldContext(info)) ?? { exchange, purpose: 'handler' };
  context.current = admitted?.own;
  contexts.set(executionKey(execution), context);
  rememberArguments(execution, context);
  if (info) rememberField(execution.getArgByIndex(2), info, context);
  if (kind === 'http' && exchange) exchange.context.current = admitted?.own;
  const request = kind === 'http' || kind === 'graphql' ? httpRequestOf(execution) : undefined;
  if (request && admitted) request.tenantAws = kind === 'http' ? admitted.own : admitted.outer;
}

/** The context in which the handler of this execution runs. Without a guard it has no tenant, unless a field above has one. */
export function handlerContext(execution: ExecutionContext): TenantContext {
  return contexts.get(executionKey(execution)) ?? contextAbove(execution) ?? { purpose: 'handler' };
}

/**
 * The tenant that was admitted to this execution, for parameters of handlers: it does not depend on the async context.
 *
 * @throws {@link NoTenantError} there is none
 * @throws {@link TenantMismatchError} it cannot be told
 */
export function tenantOf(execution: ExecutionContext): TenantAws {
  const own = kindOf(execution) === 'http' ? handlerContext(execution) : (recallArguments(execution) ?? contextAbove(execution));
  if (own?.current === undefined) throw new NoTenantError();
  return own.current;
}

/**
 * Refuses an operation of GraphQL whose executor runs in the context of another request: resolvers run in contexts of their
 * own, but nothing can be done for a method of a returned object, which graphql-js calls by itself.
 *
 * @throws {@link TenantMismatchError}
 */
export function refuseForeignExecutor(execution: ExecutionContext): void {
  const info = resolveInfoOf(execution);
  const here = tenantContext();
  if (info === undefined || info.path.prev !== undefined || here === undefined || here === ownFieldContext(info)) return;
  const node = nodeRequestOf(execution);
  const own = node && exchangeOf(node);
  if (here.exchange === own && (own !== undefined || here.current === undefined)) return;
  throw new TenantMismatchError({ detail: { reason: 'the operation is executed in the async context of another request' } });
}

/** Of a resolver; `undefined` for anything else. */
export function resolveInfoOf(execution: ExecutionContext): ResolveInfo | undefined {
  return kindOf(execution) === 'graphql' ? execution.getArgByIndex(3) : undefined;
}

/** Whether this is a field beneath one that has passed the guard: it then has that field's tenant and permissions. */
export function isAdmittedAbove(execution: ExecutionContext): boolean {
  return resolveInfoOf(execution)?.path.prev !== undefined && contextAbove(execution) !== undefined;
}

function contextAbove(execution: ExecutionContext): TenantContext | undefined {
  const info = resolveInfoOf(execution);
  return info && fieldContext(execution.getArgByIndex(2), info);
}
