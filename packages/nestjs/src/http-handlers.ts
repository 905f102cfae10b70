import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { INTERCEPTORS_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { MetadataScanner } from '@nestjs/core/metadata-scanner.js';
import { runInTenantContext, tenantContext } from '@tenant-aws/core';
import type { Observable } from 'rxjs';
import { contextWithoutGuard } from './admissions.ts';
import { type Method, withMetadataOf } from './handler-metadata.ts';
import { keepResultContext } from './handler-result.ts';
import { TenantInterceptor } from './tenant.interceptor.ts';

/**
 * Makes the HTTP handlers that Nest registers next run as the tenant of their request, without an interceptor. With any
 * interceptor, Nest creates several Observables for each request, which cost more than everything else that this module does.
 *
 * For a handler that has interceptors of the application, `TenantInterceptor` is added as the innermost one: an interceptor may
 * call the handler in another request's context, and only an interceptor knows the request of its handler. A handler that
 * cannot be replaced always gets it.
 *
 * Nest reads a controller's methods from its instance when it registers the routes. So they are replaced on the instance,
 * for this time only.
 *
 * @param interceptor the global interceptor of this module. Nest leaves it out until the returned function is called
 * @returns a function to call after Nest has registered the routes. It undoes the changes
 */
export function keepHandlerContexts(modules: ModulesContainer, interceptor: TenantInterceptor): () => void {
  const others = applicationConfigOf(modules)
    ?.getGlobalInterceptors()
    .filter((each) => each !== interceptor);
  const hasGlobal = others === undefined || others.length > 0;
  const undo = [replace(interceptor, 'intercept', undefined)];
  for (const controller of controllersOf(modules)) {
    for (const [name, method] of routesOf(controller)) {
      const wrapped = hasGlobal || hasInterceptors(controller, method) ? withInterceptor(method) : inHandlerContext(method);
      undo.push(replace(controller, name, wrapped) ?? addInterceptor(method));
    }
  }
  return () => {
    for (const each of undo.toReversed()) each?.();
  };
}

/**
 * Adds `TenantInterceptor` as the innermost one to the handlers of controllers that are created for each request. Nest reads
 * their methods and interceptors at each request, from the class.
 *
 * @returns a function to call after the application has closed. It undoes the changes
 */
export function keepEachRequestContext(modules: ModulesContainer): () => void {
  const eachRequest = wrappersOf(modules).filter((wrapper) => !wrapper.isDependencyTreeStatic());
  const types = new Set(eachRequest.flatMap(({ metatype }) => (typeof metatype === 'function' ? [metatype] : [])));
  const undo = [...types].flatMap(({ prototype }) => [prototype.constructor, ...interceptedMethodsOf(prototype)]).map(addInterceptor);
  return () => {
    for (const each of undo) each();
  };
}

/** The interceptors of a class run outside of those of its methods. */
function interceptedMethodsOf(prototype: object): object[] {
  const methods = new MetadataScanner().getAllMethodNames(prototype).map((name): object => Reflect.get(prototype, name));
  return methods.filter((method) => interceptorsOf(method).length > 0);
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

/** `TenantInterceptor` for HTTP handlers only: a controller may also have handlers of messages, which are not changed. */
class InnermostInterceptor extends TenantInterceptor {
  override intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return context.getType() === 'http' ? super.intercept(context, next) : next.handle();
  }
}

function wrappersOf(modules: ModulesContainer): InstanceWrapper<object>[] {
  return [...modules.values()].flatMap(({ controllers }) => [...controllers.values()] as InstanceWrapper<object>[]);
}

/** The controllers of which the application has one instance. */
function controllersOf(modules: ModulesContainer): Set<object> {
  return new Set(
    wrappersOf(modules).flatMap((wrapper) => (wrapper.isDependencyTreeStatic() && wrapper.instance ? [wrapper.instance] : [])),
  );
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
  return [controller.constructor, method].some((target) => interceptorsOf(target).length > 0);
}

function interceptorsOf(target: object): readonly unknown[] {
  return Reflect.getMetadata(INTERCEPTORS_METADATA, target) ?? [];
}

/**
 * Adds `TenantInterceptor` as the innermost interceptor of a class or a method.
 *
 * @returns a function that removes it
 */
function addInterceptor(target: object): () => void {
  const added = new InnermostInterceptor();
  const set = (interceptors: readonly unknown[]): void => Reflect.defineMetadata(INTERCEPTORS_METADATA, interceptors, target);
  set([...interceptorsOf(target), added]);
  return () => set(interceptorsOf(target).filter((each) => each !== added));
}

function withInterceptor(method: Method): Method {
  const wrapped = withMetadataOf(method, function (this: unknown, ...args) {
    return Reflect.apply(method, this, args);
  });
  addInterceptor(wrapped);
  return wrapped;
}

/** Nest itself calls guards, pipes and the handler in the context in which the route was called: that of its own request. */
function inHandlerContext(method: Method): Method {
  return withMetadataOf(method, function (this: unknown, ...args) {
    const exchange = tenantContext()?.exchange;
    const context = exchange?.handler ?? contextWithoutGuard(exchange);
    if (exchange) exchange.listeners = context;
    return keepResultContext(
      runInTenantContext(context, () => Reflect.apply(method, this, args)),
      context,
    );
  });
}

/** @returns a function that undoes the change; `undefined` if the object cannot be changed, for example because it is frozen */
function replace(target: object, name: string, value: unknown): (() => void) | undefined {
  const own = Reflect.getOwnPropertyDescriptor(target, name);
  const property = { value, configurable: true, writable: true, enumerable: own?.enumerable ?? false };
  if (!Reflect.defineProperty(target, name, property)) return undefined;
  return () => void (own ? Reflect.defineProperty(target, name, own) : Reflect.deleteProperty(target, name));
}
