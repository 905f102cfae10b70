import { AsyncLocalStorage } from 'node:async_hooks';
import { NoTenantError } from '../errors.ts';
import type { TenantAws } from './tenant-aws.ts';

/** The value of the async context: which tenant is current. For authors of adapters. */
export interface TenantContext {
  /** Absent where no tenant was admitted: then `currentTenantAws()` throws. An adapter whose guard runs late may set it later. */
  current?: TenantAws | undefined;
  /** The HTTP request that the context belongs to, if any. */
  readonly exchange?: Exchange | undefined;
  /**
   * What the context was made for.
   * - `request`: an adapter's own steps around the handler. It has no tenant after the response has ended.
   * - `handler`: the application's handlers. It keeps its tenant after the response, for background work that a handler starts.
   * - `run` (default): `tenantAws.run`.
   */
  readonly purpose?: 'request' | 'handler' | 'run';
  /** Why no tenant was admitted, and how to fix it: the message of {@link NoTenantError}. */
  absence?: string | undefined;
}

/** One HTTP request with its response, and the contexts that belong to it. */
export interface Exchange {
  readonly request: object;
  /** The context that the adapter has opened. */
  context: TenantContext;
  /** The context in which listeners of a pipelined request run, where it differs from `context`: that of the last write, or of the handler. */
  listeners?: TenantContext | undefined;
  /** The context of the application's handler, where an adapter admits the tenant after it has opened `context`. */
  handler?: TenantContext | undefined;
  /** Whether the response has closed: it is sent, or its connection is closed. */
  readonly ended: boolean;
}

/** A method of each `TenantAws` of this package. It sets the exchange for which the `TenantAws` was made, so that `run` opens a context of this exchange. */
export const SET_EXCHANGE: unique symbol = Symbol.for('@tenant-aws/core: serves, 1') as never;

/** A method of each `TenantAws` of this package, see {@link ensureCredentials}. */
export const ENSURE_CREDENTIALS: unique symbol = Symbol.for('@tenant-aws/core: ensures, 1') as never;

/**
 * Makes sure that credentials of this tenant are cached, as `tenantAws.credentials()` does, but returns a promise only if it
 * has to wait: for adapters that vend credentials before the handler runs.
 *
 * @throws the errors of `credentials()`, synchronously if they are known without waiting
 */
export function ensureCredentials(tenantAws: TenantAws): undefined | Promise<unknown> {
  const own = tenantAws as TenantAws & { [ENSURE_CREDENTIALS]?(): undefined | Promise<void> };
  return own[ENSURE_CREDENTIALS] === undefined ? own.credentials() : own[ENSURE_CREDENTIALS]();
}

/** A property of the request; a `WeakMap` would cost more than the rest of `runForRequest`. Copies of this package share it. */
export const EXCHANGE: unique symbol = Symbol.for('@tenant-aws/core: exchange, 1') as never;

/**
 * The only global state of this package. It belongs to the process: an adapter and the application may each have installed
 * a copy of this package, and both must see the same tenant.
 */
const storage = storageOfProcess(Symbol.for('@tenant-aws/core: current tenant, 1'));

/**
 * AWS as the tenant of the request, or of the `run`, that this code belongs to. It reads the async context, which follows the
 * caller: in code that several requests share (a queue, a batch loader) pass the request's own `TenantAws` instead.
 *
 * @throws {@link NoTenantError} no tenant is current. It never falls back to the credentials of the process.
 */
export function currentTenantAws(): TenantAws {
  const context = storage.getStore();
  const current = context?.current;
  if (current === undefined || (context?.purpose === 'request' && context.exchange?.ended)) throw noTenantIn(context);
  return current;
}

/** The error for a context that has no tenant: says what is missing. */
function noTenantIn(context: TenantContext | undefined): NoTenantError {
  if (context?.absence !== undefined) return new NoTenantError(context.absence);
  if (context === undefined)
    return new NoTenantError(
      'This code runs outside the context of a tenant: call it in a handler behind `tenantCredentials()` or `TenantGuard`, or within `tenantAws.run()`',
    );
  if (context.purpose === 'handler' && context.current === undefined)
    return new NoTenantError('This request has no tenant: it presented no identity, and `optional` or `@Public()` admitted it');
  return new NoTenantError();
}

/** The context that this code runs in, with or without a tenant; `undefined` outside any context. For authors of adapters. */
export function tenantContext(): TenantContext | undefined {
  return storage.getStore();
}

/** The exchange that {@link runForRequest} made for this request; `undefined` before its first call. For authors of adapters. */
export function exchangeOf(request: object): Exchange | undefined {
  const exchange = (request as { readonly [EXCHANGE]?: Exchange })[EXCHANGE];
  // A request that the application makes from another one, such as a part of a batch, has inherited or copied the property.
  return exchange?.request === request ? exchange : undefined;
}

/** Runs `fn`, and everything it starts, in this context. For authors of adapters; applications call `tenantAws.run(fn)`. */
export function runInTenantContext<T>(context: TenantContext, fn: () => T): T {
  return storage.run(context, fn);
}

function storageOfProcess(name: symbol): AsyncLocalStorage<TenantContext> {
  const found: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
  if (found instanceof AsyncLocalStorage) return found;
  const storage = new AsyncLocalStorage<TenantContext>();
  Object.defineProperty(globalThis, name, { value: storage });
  return storage;
}
