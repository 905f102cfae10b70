import { Stream } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { runInTenantContext, type TenantContext } from '@tenant-aws/core';
import { isObservable, map } from 'rxjs';
import { boundIterator } from './bound-iterator.ts';
import { subscribedIn } from './bound-observable.ts';
import { isObject } from './is-object.ts';

/** The methods that Node calls on a stream that is read, written or destroyed. */
const STREAM = ['emit', '_read', '_write', '_writev', '_final', '_transform', '_flush', '_destroy'];
const WEB_STREAM = ['cancel', 'pipeTo', 'pipeThrough'];
const WEB_READER = ['read', 'cancel'];
const ITERATOR = ['next', 'return', 'throw'];

/**
 * Makes a response body that is produced while it is sent run in the context of its handler. Nest and Node send the body after
 * the handler has returned, in another context.
 *
 * @param result the return value of a handler. The stream of a `StreamableFile` or of a web `Response`, or a stream, is changed,
 * because it is read only once. An async iterable is not changed: handlers of several tenants may return the same one
 * @returns the result; for an async iterable, a proxy of it; for an Observable or a promise, another one
 */
export function keepResultContext(result: unknown, context: TenantContext): unknown {
  if (!isObject(result)) return result;
  if (result instanceof Promise) return result.then((settled) => keepResultContext(settled, context));
  if (isObservable(result)) return subscribedIn(context, () => result).pipe(map((each) => keepResultContext(each, context)));
  const body = bodyOf(result);
  if (body instanceof Stream) bind(body, STREAM, context);
  else if (body instanceof ReadableStream) {
    bind(body, WEB_STREAM, context);
    bindResult(body, 'getReader', WEB_READER, context);
    bindResult(body, Symbol.asyncIterator, ITERATOR, context);
  } else if (isAsyncIterable(body)) return boundIterable(body, context);
  return result;
}

function bodyOf(result: unknown): unknown {
  if (result instanceof StreamableFile) return result.getStream();
  if (result instanceof Response) return result.body;
  return result;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isObject(value) && Symbol.asyncIterator in value;
}

function bind(target: object, names: readonly PropertyKey[], context: TenantContext): void {
  for (const name of names) {
    wrap(target, name, (method, args) => runInTenantContext(context, () => Reflect.apply(method, target, args)));
  }
}

/** Binds the methods of the object that the method `name` returns. */
function bindResult(target: object, name: PropertyKey, names: readonly PropertyKey[], context: TenantContext): void {
  wrap(target, name, (method, args) => {
    const result: unknown = runInTenantContext(context, () => Reflect.apply(method, target, args));
    if (isObject(result)) bind(result, names, context);
    return result;
  });
}

/**
 * A proxy whose iterators run in this context. Methods are called on the iterable itself, because it may have private fields.
 * The target is a copy, because a proxy of a frozen object cannot return another method.
 */
function boundIterable(iterable: AsyncIterable<unknown>, context: TenantContext): AsyncIterable<unknown> {
  const target: AsyncIterable<unknown> = Object.setPrototypeOf({ ...iterable }, Object.getPrototypeOf(iterable));
  return new Proxy(target, {
    get(_target, name) {
      if (name === Symbol.asyncIterator) return () => boundIterator(iterable, context);
      const value: unknown = Reflect.get(iterable, name);
      return typeof value === 'function' && name !== 'constructor' ? value.bind(iterable) : value;
    },
  });
}

function wrap(target: object, name: PropertyKey, call: (method: (...args: unknown[]) => unknown, args: unknown[]) => unknown): void {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== 'function') return;
  const value = (...args: unknown[]): unknown => call(method as (...args: unknown[]) => unknown, args);
  Reflect.defineProperty(target, name, { value, configurable: true, writable: true });
}
