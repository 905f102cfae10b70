import type { InitializeHandler } from '@smithy/types';
import type { GuardedClient } from './guarded-client.ts';

/**
 * An error of the SDK hides the response that it was read from, and that leads to the request, whose headers hold the
 * session token: `util.inspect` with `showHidden`, and loggers that walk everything, would print it. The error keeps
 * the response's status and headers; its body is read already.
 */
export function quietErrors(client: GuardedClient): void {
  client.middlewareStack.add(
    (next: InitializeHandler<never, never>): InitializeHandler<never, never> =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          dropBody(error);
          throw error;
        }
      },
    { name: 'tenantAwsQuietErrors', step: 'initialize', priority: 'high' },
  );
}

function dropBody(error: unknown): void {
  const response: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, '$response') : undefined;
  if (typeof response === 'object' && response !== null && 'body' in response) Reflect.set(response, 'body', undefined);
}
