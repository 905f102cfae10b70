import { Stream } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { runInTenantContext, type TenantContext } from '@tenant-aws/core';
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
 * @param result the return value of a handler. A `StreamableFile`, a stream, an async iterable or a web `Response` is changed;
 * any other value is not
 */
export function keepResultContext<T>(result: T, context: TenantContext): T {
  const body = bodyOf(result);
  if (body instanceof Stream) bind(body, STREAM, context);
  else if (body instanceof ReadableStream) {
    bind(body, WEB_STREAM, context);
    bindResult(body, 'getReader', WEB_READER, context);
    bindResult(body, Symbol.asyncIterator, ITERATOR, context);
  } else if (isAsyncIterable(body)) bindResult(body, Symbol.asyncIterator, ITERATOR, context);
  return result;
}

function bodyOf(result: unknown): unknown {
  if (result instanceof StreamableFile) return result.getStream();
  if (result instanceof Response) return result.body;
  return result;
}

function isAsyncIterable(value: unknown): value is object {
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

function wrap(target: object, name: PropertyKey, call: (method: (...args: unknown[]) => unknown, args: unknown[]) => unknown): void {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== 'function') return;
  const value = (...args: unknown[]): unknown => call(method as (...args: unknown[]) => unknown, args);
  Reflect.defineProperty(target, name, { value, configurable: true, writable: true });
}
