import { INTERCEPTORS_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { MetadataScanner } from '@nestjs/core/metadata-scanner.js';
import { runInTenantContext, type TenantContext, tenantContext } from '@tenant-aws/core';
import { type Method, withMetadataOf } from './handler-metadata.ts';
import { keepResultContext } from './handler-result.ts';
import { TenantInterceptor } from './tenant.interceptor.ts';

/**
 * Makes the HTTP handlers that Nest registers next run as the tenant of their request, without an interceptor. With any
 * interceptor, Nest creates several Observables for each request, which cost more than everything else that this module does.
 *
 * For a handler that has interceptors of the application, `TenantInterceptor` is added as the innermost one: an interceptor may
 * call the handler in another request's context, and only an interceptor knows the request of its handler.
 *
 * Nest reads a controller's methods from its instance when it registers the routes. So they are replaced on the instance,
 * for this time only. Controllers that are created for each request are not changed: for them Nest uses `interceptor`.
 *
 * @param interceptor the global interceptor of this module. Nest leaves it out until the returned function is called
 * @returns a function to call after Nest has registered the routes. It undoes the changes
 */
export function keepHandlerContexts(modules: ModulesContainer, interceptor: TenantInterceptor): () => void {
  const controllers = controllersOf(modules);
  // A frozen controller cannot be changed: Nest then uses `interceptor` for all handlers.
  if (![...controllers].every((controller) => Object.isExtensible(controller))) return () => undefined;
  const others = applicationConfigOf(modules)
    ?.getGlobalInterceptors()
    .filter((each) => each !== interceptor);
  const hasGlobal = others === undefined || others.length > 0;
  const undo = [replace(interceptor, 'intercept', undefined)];
  for (const controller of controllers) {
    for (const [name, method] of routesOf(controller)) {
      const wrapped = hasGlobal || hasInterceptors(controller, method) ? withInterceptor(method) : inHandlerContext(method);
      undo.push(replace(controller, name, wrapped));
    }
  }
  return () => {
    for (const each of undo.toReversed()) each();
  };
}

/**
 * Nest injects its configuration nowhere, so it is read from a provider of Nest that has it. The provider is found by its name: an
 * import of its class would load most of @nestjs/core. If it is not found, every handler gets the interceptor.
 */
function applicationConfigOf(modules: ModulesContainer): ApplicationConfig | undefined {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const creator: unknown = providers.find(({ name }) => name === 'ExternalContextCreator')?.instance;
  return (creator as { readonly container?: { readonly applicationConfig?: ApplicationConfig } } | undefined)?.container?.applicationConfig;
}

/** The controllers of which the application has one instance. */
function controllersOf(modules: ModulesContainer): Set<object> {
  const wrappers = [...modules.values()].flatMap(({ controllers }) => [...controllers.values()]);
  return new Set(wrappers.flatMap((wrapper) => (wrapper.isDependencyTreeStatic() && wrapper.instance ? [wrapper.instance] : [])));
}

function routesOf(controller: object): [string, Method][] {
  const names = new MetadataScanner().getAllMethodNames(Object.getPrototypeOf(controller));
  return names.flatMap((name) => {
    const method: unknown = Reflect.get(controller, name);
    const declared: unknown = Reflect.get(Object.getPrototypeOf(controller), name);
    const isRoute = typeof declared === 'function' && Reflect.hasMetadata(PATH_METADATA, declared);
    return isRoute && typeof method === 'function' ? [[name, method as Method]] : [];
  });
}

function hasInterceptors(controller: object, method: Method): boolean {
  return [controller.constructor, method].some((target) => Reflect.hasMetadata(INTERCEPTORS_METADATA, target));
}

function withInterceptor(method: Method): Method {
  const wrapped = withMetadataOf(method, function (this: unknown, ...args) {
    return Reflect.apply(method, this, args);
  });
  const interceptors: unknown[] = Reflect.getMetadata(INTERCEPTORS_METADATA, method) ?? [];
  Reflect.defineMetadata(INTERCEPTORS_METADATA, [...interceptors, new TenantInterceptor()], wrapped);
  return wrapped;
}

/** Nest itself calls guards, pipes and the handler in the context in which the route was called: that of its own request. */
function inHandlerContext(method: Method): Method {
  return withMetadataOf(method, function (this: unknown, ...args) {
    const exchange = tenantContext()?.exchange;
    const context: TenantContext = exchange?.handler ?? { exchange, purpose: 'handler' };
    if (exchange) exchange.listeners = context;
    return keepResultContext(
      runInTenantContext(context, () => Reflect.apply(method, this, args)),
      context,
    );
  });
}

function replace(target: object, name: string, value: unknown): () => void {
  const own = Reflect.getOwnPropertyDescriptor(target, name);
  Reflect.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: own?.enumerable ?? false });
  return () => void (own ? Reflect.defineProperty(target, name, own) : Reflect.deleteProperty(target, name));
}
