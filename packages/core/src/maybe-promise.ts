/** A value, or a promise of it. A function with this result returns a promise only if it has to wait: a request of a known tenant does not. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a value of code of the application is a promise, also one of another library. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
