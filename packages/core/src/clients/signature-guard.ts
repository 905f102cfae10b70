import type { FinalizeHandler, InitializeHandler } from '@smithy/types';
import type { VendedKeys } from '../credentials/vended-keys.ts';
import { TenantMismatchError } from '../errors.ts';
import type { GuardedClient } from './guarded-client.ts';

/**
 * Lets a request out only where it is signed with a living key that was vended to this tenant, whatever the client's
 * credentials provider answered. It stands behind the signing and looks at the signature itself, on every attempt.
 *
 * Presigned URLs are not sent, and the presigner signs in front of this place: they are judged on their way back to the caller.
 *
 * @param tenantOf whose client it is, asked at every request: one client may serve the current tenant, whoever that is
 * @throws {@link TenantMismatchError} within `send`; nothing is sent
 * @throws {@link TenantRevokedError} the tenant was revoked since the key was vended; nothing is sent
 */
export function guardSignatures(client: GuardedClient, tenantOf: () => string, keys: VendedKeys): void {
  const admit = (request: unknown): void => {
    const tenantId = tenantOf();
    const signedBy = accessKeysOf(request);
    if (signedBy.length === 0) throw new TenantMismatchError({ detail: { tenantId, reason: 'the request is not signed' } });
    for (const key of signedBy) keys.assertOf(key, tenantId);
  };
  client.middlewareStack.addRelativeTo(
    (next: FinalizeHandler<never, never>): FinalizeHandler<never, never> =>
      async (args) => {
        admit(args.request);
        return next(args);
      },
    { name: 'tenantAwsSignatureGuard', relation: 'after', toMiddleware: 'httpSigningMiddleware' },
  );
  client.middlewareStack.add(
    (next: InitializeHandler<never, never>): InitializeHandler<never, never> =>
      async (args) => {
        const result = await next(args);
        const output: unknown = result.output;
        if (typeof output === 'object' && output !== null && 'presigned' in output) admit(output.presigned);
        return result;
      },
    { name: 'tenantAwsPresignGuard', step: 'initialize', priority: 'high' },
  );
}

interface SignedRequest {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
}

/** Every access key that a request claims, in its headers or in its query; '' for a claim that names none. */
function accessKeysOf(request: unknown): string[] {
  if (typeof request !== 'object' || request === null) return [];
  const { headers = {}, query = {} } = request as SignedRequest;
  const signed = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'authorization');
  const presigned = Object.entries(query).filter(([name]) => name.toLowerCase() === 'x-amz-credential');
  return [
    ...signed.map(([, value]) => /\bCredential=([^/,\s]+)\//.exec(String(value))?.[1] ?? ''),
    ...presigned.map(([, value]) => /^([^/,\s]+)\//.exec(String(value))?.[1] ?? ''),
  ];
}
