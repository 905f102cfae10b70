import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { TenantMismatchError } from '../errors.ts';
import { currentTenantAws } from './current.ts';
import type { TenantAws } from './tenant-aws.ts';

/** The tenant of each bound emitter. */
const bound = new WeakMap<EventEmitter, TenantAws>();

/**
 * Binds a function, or all listeners of an event emitter, to the current tenant. They run as this tenant, whichever request
 * calls them later. Use it for work that is put into a queue, and for emitters whose events come from another async context.
 *
 * @param target a function, of which a bound version is returned; or an emitter, which is changed and returned. Never bind
 * an emitter that requests of several tenants share, such as a connection.
 * @throws {@link NoTenantError} no tenant is current
 * @throws {@link TenantMismatchError} the emitter is bound to another tenant
 * @example
 * await queue.add(bindTenant(() => this.notes.save(note)));
 * bindTenant(upload).on('finish', () => audit.write(currentTenantAws().tenantId));
 */
export function bindTenant<Target extends ((...args: never[]) => unknown) | EventEmitter>(target: Target): Target {
  const tenantAws = currentTenantAws();
  if (target instanceof EventEmitter) {
    bindEmitter(target, tenantAws);
    return target;
  }
  return boundFunction(target, tenantAws) as Target;
}

function bindEmitter(emitter: EventEmitter, tenantAws: TenantAws): void {
  const { tenantId } = tenantAws;
  const previous = bound.get(emitter);
  if (previous !== undefined && previous.tenantId !== tenantId) {
    throw new TenantMismatchError({ detail: { tenantId, reason: 'the emitter is bound to another tenant' } });
  }
  bound.set(emitter, tenantAws);
  if (previous === undefined) emitter.emit = boundFunction(emitter.emit.bind(emitter), tenantAws);
}

function boundFunction<Args extends never[], Result>(fn: (...args: Args) => Result, tenantAws: TenantAws) {
  return AsyncResource.bind(function boundToTenant(this: unknown, ...args: Args): Result {
    return tenantAws.run(() => Reflect.apply(fn, this, args));
  });
}
