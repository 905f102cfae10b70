/**
 * Makes errors of a class end a waiter of the AWS SDK, such as `waitUntilObjectExists`: it rejects with the error.
 *
 * A waiter takes every error that its operation does not expect for "not yet", and asks again until `maxWaitTime`.
 * Whether an error counts is not for the error to say. But the waiter reads this property of it, for its report, where
 * nothing catches; in other places the SDK reads it only of what its own parsers threw. A release of the SDK that does
 * not read it waits until `maxWaitTime`, as without this.
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
