import type { VendedKeys } from '../credentials/vended-keys.ts';
import { TenantMismatchError } from '../errors.ts';

/** Judges a request that is about to be sent. */
export type AdmitRequest = (request: unknown, tenantId: string) => void;

/**
 * Lets a request pass only where it is signed with a living key that was vended to this tenant.
 *
 * @throws {@link TenantMismatchError} the key is another's or has ended, or the request is not signed
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
