import { AsyncLocalStorage } from 'node:async_hooks';
import { NoTenantError } from '../errors.ts';
import type { TenantAws } from './tenant-aws.ts';

/**
 * A place for the current tenant. It may be opened before the tenant is known, around all of a request, and filled once
 * it is: for frameworks whose guards run too late to wrap what follows them.
 */
export interface TenantContext {
  current?: TenantAws | undefined;
}

/**
 * The one thing that this package keeps outside of objects, and it is the process's: where an adapter and the app
 * have each installed a copy of this package, both must see the same tenant.
 */
const storage = ofProcess(Symbol.for('@tenant-aws/core: current tenant, 1'));

/**
 * AWS as the tenant whose request, or whose `run`, this code belongs to.
 *
 * @throws {@link NoTenantError} there is none. Never falls back to the process's own credentials.
 */
export function currentTenantAws(): TenantAws {
  const current = storage.getStore()?.current;
  if (current === undefined) throw new NoTenantError();
  return current;
}

/** The place that this code runs in, filled or not; `undefined` where none was opened. For authors of adapters. */
export function tenantContext(): TenantContext | undefined {
  return storage.getStore();
}

/** Runs `fn`, and whatever it starts, in a place of its own. For authors of adapters; everyone else calls `tenantAws.run(fn)`. */
export function runInTenantContext<T>(context: TenantContext, fn: () => T): T {
  return storage.run(context, fn);
}

function ofProcess(name: symbol): AsyncLocalStorage<TenantContext> {
  const found: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
  if (found instanceof AsyncLocalStorage) return found;
  const made = new AsyncLocalStorage<TenantContext>();
  Object.defineProperty(globalThis, name, { value: made });
  return made;
}
