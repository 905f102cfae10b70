import { AsyncLocalStorage } from 'node:async_hooks';

/** A function of the test's process. The form of a method lets a callback declare the type of its input. */
export type Callback<Context> = { call(input: unknown, context: Context): unknown }['call'];

/** The result of a callback: its JSON, or the error that it threw. */
export type CallbackOutcome = { readonly json: string } | CallbackError;

/** In the form of the runtimes of Lambda. */
export interface CallbackError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/**
 * Runs callbacks. They run in the asynchronous context in which the local AWS was started: never in that of a request, where
 * AsyncLocalStorage can contain another tenant. Nothing that a callback throws or returns reaches the server unconverted.
 */
export class CallbackRunner {
  readonly #inOwnContext = AsyncLocalStorage.snapshot();

  /** Resolves when the callback has settled. Never rejects. */
  run(call: () => unknown): Promise<CallbackOutcome> {
    return this.#inOwnContext(async () => {
      let result: unknown;
      try {
        result = await call();
      } catch (error) {
        return describeError(error);
      }
      try {
        // A value without JSON, such as undefined, is null in the runtimes of Lambda too.
        return { json: JSON.stringify(result) ?? 'null' };
      } catch {
        return { errorType: 'Runtime.MarshalError', errorMessage: 'Unable to stringify response body' };
      }
    });
  }
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** A callback can throw any value, also one whose properties throw. */
function describeError(thrown: unknown): CallbackError {
  try {
    if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown) };
    const { name, message }: { readonly name: unknown; readonly message: unknown } = thrown;
    return { errorType: String(name), errorMessage: String(message) };
  } catch {
    return { errorType: 'Error', errorMessage: 'The callback threw a value that cannot be converted to text' };
  }
}
