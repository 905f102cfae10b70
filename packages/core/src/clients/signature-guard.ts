import type { FinalizeHandler, InitializeHandler } from '@smithy/types';
import type { GuardedClient } from './guarded-client.ts';
import type { AdmitRequest } from './signed-request.ts';

/**
 * Lets a request out only where it is signed with a living key that was vended to this tenant, whatever the client's
 * credentials provider answered. It stands behind the signing and looks at the signature itself, on every attempt. The
 * request handler judges the request once more, because the application may add middleware behind this one, or remove it.
 *
 * Presigned URLs are not sent, and the presigner signs in front of this place: they are judged on their way back to the caller.
 *
 * @param tenantOf whose client it is, asked at every request: one client may serve the current tenant, whoever that is
 * @param admit throws within `send`; nothing is sent
 */
export function guardSignatures(client: GuardedClient, tenantOf: () => string, admit: AdmitRequest): void {
  client.middlewareStack.addRelativeTo(
    (next: FinalizeHandler<never, never>): FinalizeHandler<never, never> =>
      async (args) => {
        admit(args.request, tenantOf());
        return next(args);
      },
    { name: 'tenantAwsSignatureGuard', relation: 'after', toMiddleware: 'httpSigningMiddleware' },
  );
  client.middlewareStack.add(
    (next: InitializeHandler<never, never>): InitializeHandler<never, never> =>
      async (args) => {
        const result = await next(args);
        const output: unknown = result.output;
        if (typeof output === 'object' && output !== null && 'presigned' in output) admit(output.presigned, tenantOf());
        return result;
      },
    { name: 'tenantAwsPresignGuard', step: 'initialize', priority: 'high' },
  );
}
