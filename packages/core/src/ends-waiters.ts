/**
 * Makes errors of a class end a waiter of the AWS SDK, such as `waitUntilObjectExists`: it rejects with the error.
 *
 * A waiter treats every unexpected error as "not yet", and repeats the call until `maxWaitTime`. An error has no property
 * that ends the waiter. But the waiter reads `$responseBodyText` of the error for its report, outside any `try`, so that a
 * getter that throws ends it. Elsewhere the SDK reads this property only of errors from its own parsers. A release of the
 * SDK that does not read it waits until `maxWaitTime`.
 *
 * @see `createMessageFromResponse` of `@smithy/core/client`, and of `@smithy/util-waiter` before it
 */
export function endsWaiters(prototype: Error): void {
  Object.defineProperty(prototype, '$responseBodyText', {
    get(this: Error): never {
      throw this;
    },
  });
}
