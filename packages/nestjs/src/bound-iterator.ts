import { runInTenantContext, type TenantContext } from '@tenant-aws/core';

/** A new iterator of `source` that runs in this context. Nothing of `source` is changed: several tenants may share it. */
export function boundIterator(source: AsyncIterable<unknown>, context: TenantContext): AsyncIterableIterator<unknown> {
  const run = <T>(fn: () => T): T => runInTenantContext(context, fn);
  const iterator = run(() => source[Symbol.asyncIterator]());
  return {
    next: () => run(() => iterator.next()),
    return: async (value) => run(() => iterator.return?.(value)) ?? { done: true, value },
    throw: async (error) => run(() => iterator.throw?.(error)) ?? Promise.reject(error),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
