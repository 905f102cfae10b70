import { type FinalizeHandler, type HandlerExecutionContext, type InitializeHandler, SMITHY_CONTEXT_KEY } from '@smithy/types';
import { ConfigurationError } from '@tenant-aws/policy';
import type { VendedKeys } from '../credentials/vended-keys.ts';
import { TenantMismatchError } from '../errors.ts';
import type { SdkClient } from './sdk-client.ts';

/** Checks a request that is about to be sent for a tenant; throws if it may not be sent. */
export type AdmitRequest = (request: unknown, tenantId: string) => void;

/**
 * Sends a request only if it is signed with an unexpired key that was vended to this tenant. It runs after the signing and
 * checks the signature itself, on every attempt, so it does not depend on the client's credentials provider. The request
 * handler checks the request again, because the application may add middleware after this one, or remove it.
 *
 * Presigned URLs are not sent, and the presigner signs before this middleware runs: they are checked when they are returned.
 *
 * @param tenantOf called for every request, because one client may serve the current tenant
 * @throws {@link ConfigurationError} within `send`: AWS does not sign this operation, and nothing is sent
 */
export function guardSignatures(client: SdkClient, tenantOf: () => string, admit: AdmitRequest): void {
  client.middlewareStack.addRelativeTo(
    (next: FinalizeHandler<never, never>, context: HandlerExecutionContext): FinalizeHandler<never, never> =>
      async (args) => {
        assertIsSigned(context);
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

/**
 * Operations such as `InitiateAuth` of Cognito and `AssumeRoleWithWebIdentity` of STS are sent without a signature, or with a
 * token, so nothing binds them to a tenant.
 */
function assertIsSigned(context: HandlerExecutionContext): void {
  const scheme = context[SMITHY_CONTEXT_KEY]?.selectedHttpAuthScheme?.httpAuthOption.schemeId;
  if (scheme === undefined || scheme.startsWith('aws.auth#sigv4')) return;
  const operation = String(context.commandName).replace(/Command$/, '');
  throw new ConfigurationError([
    `\`${operation}\` is not signed with AWS credentials, so the client of a tenant cannot send it: use a client of your own`,
  ]);
}

/**
 * Admits a request only if it is signed with an unexpired key that was vended to this tenant.
 *
 * @throws {@link TenantMismatchError} the key is another tenant's or has expired, or the request is not signed
 * @throws {@link TenantRevokedError} the tenant was revoked since the key was vended
 */
export function admitVendedKeys(keys: VendedKeys): AdmitRequest {
  return (request, tenantId) => {
    const signedBy = accessKeysOf(request);
    if (signedBy.length === 0) throw new TenantMismatchError({ detail: { tenantId, reason: 'the request is not signed' } });
    for (const key of signedBy) keys.assertOf(key, tenantId);
  };
}

interface SignedRequest {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
}

/** Every access key that a request has, in its headers or in its query; '' for a signature without one. */
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
